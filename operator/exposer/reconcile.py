"""The story of one request, from what stands to what it says about itself."""

from datetime import datetime

from exposer.api import AcceptedRequest, Refused, Verdict, accept
from exposer.applied import ApiError, Targets, Writer
from exposer.desired import Owner, desired_objects
from exposer.observed import Key, RequestRecord, Store
from exposer.plan import Outcome, Refusal, plan
from exposer.status import status_of

_ROUNDS = 3


async def reconcile(
    key: Key, store: Store, targets: Targets, writer: Writer, now: datetime
) -> Refusal | None:
    """Bring everything of one request to where its spec wants it, and tell how it stands.

    What is done depends on what stands now only; a converged request costs no call.

    Returns:
        What is still in the way, None if nothing is.
    """
    request = store.request(key)
    if request is None or request.deleting:
        return None  # the garbage collector deletes what it owned
    verdict = accept(key.name, request.spec)
    outcome = Outcome()
    if isinstance(verdict, AcceptedRequest):
        try:
            verdict = await targets.aim(key.namespace, verdict)
        except ApiError as error:
            return writer.told(error)
    if isinstance(verdict, AcceptedRequest):
        outcome = await _carry_out(request, verdict, store, writer)
    status = status_of(request, verdict, store.standing(request), outcome, now)
    return await writer.report(request, status) or outcome.refusal or _worth_retrying(verdict)


async def _carry_out(
    request: RequestRecord, accepted: AcceptedRequest, store: Store, writer: Writer
) -> Outcome:
    """Plan and write until the plan is empty: some writes show only afterwards what is left.

    That is one round as a rule. If somebody keeps writing against us, the watches bring us back.
    """
    desired = desired_objects(Owner(*request.key, request.uid), accepted)
    outcome = Outcome()
    for _ in range(_ROUNDS):
        todo = plan(request.uid, desired, store.standing(request))
        outcome = await writer.carry_out(todo)
        if not todo.writes or outcome.refusal:
            break
    return outcome


def _worth_retrying(verdict: Verdict) -> Refusal | None:
    if isinstance(verdict, Refused) and verdict.retry:
        return Refusal(verdict.reason, verdict.message)
    return None
