"""The story of one request, from what stands to what it says about itself."""

from datetime import datetime

from exposer.api import AcceptedRequest, accept
from exposer.applied import Writer
from exposer.desired import Owner, desired_objects
from exposer.observed import Key, Store
from exposer.plan import Plan, Refusal, plan
from exposer.status import status_of


async def reconcile(key: Key, store: Store, writer: Writer, now: datetime) -> Refusal | None:
    """Bring everything of one request to where its spec wants it, and tell how it stands.

    What is done depends on what stands now only; a converged request costs no call.

    Returns:
        What is still in the way, None if nothing is.
    """
    request = store.request(key)
    if request is None or request.deleting:
        return None  # the garbage collector deletes what it owned
    verdict = accept(key.name, request.spec)
    todo = Plan()
    if isinstance(verdict, AcceptedRequest):
        desired = desired_objects(Owner(*key, request.uid), verdict)
        todo = plan(request.uid, desired, store.standing(request))
    outcome = await writer.carry_out(todo)
    status = status_of(request, verdict, store.standing(request), outcome, now)
    return await writer.report(request, status) or outcome.refusal
