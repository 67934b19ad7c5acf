"""The story of one request, from what stands to what it says about itself."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from exposer.api import AcceptedRequest, Refused, Verdict, accept
from exposer.api.permission import Exposure, refused_by
from exposer.applied import Events, PodReader, Targets, Writer
from exposer.desired import Owner, desired_objects
from exposer.kube import ApiError
from exposer.observed import Key, RequestRecord, Store
from exposer.plan import Outcome, Refusal, plan
from exposer.plan.ownership import claimed_by
from exposer.status import depends_on_pods, needs_pods, status_of
from exposer.status.events import events, replaced

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a reconcile.

    Attributes:
        refusal: What is still in the way, None if nothing is.
        wrote: Objects were written.
        told: The status was written.
        passing: What the status tells may be past some time, without any event.
    """

    refusal: Refusal | None = None
    wrote: bool = False
    told: bool = False
    passing: bool = False


class Reconciler:
    """Reconciles requests, one at a time for each key."""

    def __init__(
        self,
        allowed: Set[Exposure],
        store: Store,
        targets: Targets,
        pod_reader: PodReader,
        writer: Writer,
        events: Events,
    ) -> None:
        """Carry out what is ``allowed``: read what stands from ``store``, write by the others."""
        self._allowed = allowed
        self._store = store
        self._targets = targets
        self._pod_reader = pod_reader
        self._writer = writer
        self._events = events

    async def reconcile(self, key: Key, now: datetime) -> Result:
        """Bring everything of one request to where its spec wants it, and tell how it stands.

        What is done depends on what stands now only; a converged request costs no write.
        """
        request = self._store.request(key)
        if request is None or request.deleting:
            return Result()  # the garbage collector deletes what it owned
        verdict = accept(key.name, request.spec)
        outcome, wrote = Outcome(), False
        try:
            if isinstance(verdict, AcceptedRequest):
                verdict = refused_by(self._allowed, verdict) or await self._targets.resolve(
                    key.namespace, verdict
                )
            if isinstance(verdict, AcceptedRequest):
                outcome, wrote = await self._carry_out(request, verdict)
            told, passing = await self._tell(request, verdict, outcome, now)
        except ApiError as error:
            return Result(self._writer.refusal(error))
        return Result(outcome.refusal or _refusal_of(verdict), wrote, told, passing)

    async def _carry_out(
        self, request: RequestRecord, accepted: AcceptedRequest
    ) -> tuple[Outcome, bool]:
        """Plan and write until the plan is empty: some writes show only afterwards what is left.

        That is one round as a rule. If somebody keeps writing against us, the watches bring us
        back.
        """
        senior = self._store.senior(request)
        if senior is not None and not self._store.snapshot(request).is_served(request):
            return Outcome(claimed_by(senior, request.service_key)), False
        desired = desired_objects(Owner(*request.key, request.uid), accepted)
        outcome, wrote = Outcome(), False
        for _ in range(_ROUNDS):
            allocated = request.status.get("ports") or ()
            todo = plan(request.uid, desired, self._store.snapshot(request), allocated)
            outcome = await self._writer.carry_out(todo)
            wrote = wrote or bool(todo.writes)
            if todo.replaces(request.service_key) and not (
                outcome.refusal and self._store.snapshot(request).is_served(request)
            ):
                await self._events.tell(request, [replaced(request.service_key.name)])
            if not todo.writes or outcome.refusal:
                break
        self._store.wait(request.key, outcome.refusal.held_by if outcome.refusal else None)
        return outcome, wrote

    async def _tell(
        self, request: RequestRecord, verdict: Verdict, outcome: Outcome, now: datetime
    ) -> tuple[bool, bool]:
        """Write the status unless it stands already.

        Returns:
            Whether it was written, and whether what it tells may be past without any event.
        """
        snapshot = self._store.snapshot(request)
        status = status_of(request, verdict, snapshot, outcome, now)
        selector = snapshot.selector_of(request)
        if selector and needs_pods(status):
            backing = await self._pod_reader.read(request.key.namespace, selector)
            status = status_of(request, verdict, snapshot, outcome, now, backing)
        passing = bool(selector) and depends_on_pods(status)
        if status == request.status:
            return False, passing
        await self._writer.report(request, status)
        await self._events.tell(request, events(request.status, status))
        return True, passing


def _refusal_of(verdict: Verdict) -> Refusal | None:
    if isinstance(verdict, Refused):
        return Refusal(verdict.reason, verdict.message, verdict.retry)
    return None
