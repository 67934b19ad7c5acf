"""Reconciles one request: from its spec and what stands to the writes and its status."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from exposer.api import AcceptedRequest, ConditionType, Reason, Refused, Verdict, accept
from exposer.api.identity import CLUSTER_DOMAIN
from exposer.api.permission import Permitted
from exposer.applied import Events, PodReader, Targets, WarningReader, Writer
from exposer.desired import Owner, desired_objects
from exposer.grammar import Kind
from exposer.kube import ApiError
from exposer.observed import Key, ObjectRecord, RequestRecord, Store
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.plan import Outcome, Plan, Refusal, plan
from exposer.plan.overrides import changes_by_others, contested
from exposer.plan.ownership import claimed_by, waits_behind
from exposer.repairs import Repairs
from exposer.status import awaits_address, awaits_endpoints, depends_on_pods, needs_pods, status_of
from exposer.status.events import events, replaced
from exposer.status.told import as_told_before, told_conditions

_ROUNDS = 3
_PATIENCE = timedelta(seconds=10)  # a fault that is over sooner is not told
_CHURN = timedelta(seconds=5)  # between two statuses of a request that somebody works against
# The cluster lists the endpoints of a new Service within milliseconds, or tens of a second when it
# has many to list: a status that waits for it need not be written a second time.
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a reconcile.

    Attributes:
        refusal: What is still in the way, None if nothing is.
        wrote: Objects were written.
        reported: The status was written.
        again: How long to wait for what is about to happen, and would wake the request.
    """

    refusal: Refusal | None = None
    wrote: bool = False
    reported: bool = False
    again: timedelta | None = None


@dataclass(slots=True)
class _Memory:
    """What is remembered of a request from one reconcile to the next.

    Attributes:
        failing: Since when there has been a fault that may pass.
        awaiting: Since when the cluster has been about to list the endpoints.
        churn: When a status was written last that somebody works against.
        ports: The last ports that its Service had with node ports.
    """

    failing: datetime | None = None
    awaiting: datetime | None = None
    churn: datetime | None = None
    ports: Sequence[Mapping[str, Any]] = ()


class Reconciler:
    """Reconciles requests, one at a time for each key."""

    def __init__(
        self,
        permitted: Permitted,
        store: Store,
        targets: Targets,
        pods: PodReader,
        warnings: WarningReader,
        writer: Writer,
        events: Events,
        repairs: Repairs,
        cluster_domain: str = CLUSTER_DOMAIN,
    ) -> None:
        """Carry out what is ``permitted``: read what stands from ``store``, write by the others.

        The cluster's DNS names end in ``cluster_domain``.
        """
        self._permitted = permitted
        self._store = store
        self._targets = targets
        self._pods = pods
        self._warnings = warnings
        self._writer = writer
        self._events = events
        self._repairs = repairs
        self._cluster_domain = cluster_domain
        self._memories: defaultdict[Key, _Memory] = defaultdict(_Memory)

    async def reconcile(self, key: Key, now: datetime) -> Result:
        """Bring everything of one request to where its spec wants it, and tell how it stands.

        What is done depends on what stands now only; a converged request costs no write.
        """
        request = self._store.request(key)
        if request is None or request.deleting:
            self._forget(key)
            return Result()  # the garbage collector deletes what it owned
        try:
            verdict = await self._verdict(request)
        except ApiError as error:
            return Result(self._writer.refusal(error, key))
        outcome, wrote, woken = Outcome(), False, False
        try:
            if isinstance(verdict, AcceptedRequest):
                verdict = self._permitted.refusal(verdict) or verdict
            if isinstance(verdict, AcceptedRequest):
                verdict, woken = await self._targets.resolve(key, verdict)
            self._store.want(request, isinstance(verdict, AcceptedRequest))
            if isinstance(verdict, AcceptedRequest):
                outcome, wrote = await self._carry_out(request, verdict)
        except ApiError as error:
            outcome = Outcome(self._writer.refusal(error, request.key))
        if outcome.refusal and outcome.refusal.passing:
            if not self._lasts(key, now):
                return Result(outcome.refusal, wrote)
        else:
            self._memories[key].failing = None
        outcome = self._in_line(request, outcome)
        refusal = outcome.refusal or _refusal_of(verdict, woken)
        status = self._status(request, verdict, outcome, now)
        if status == request.status:
            self._memories[key].awaiting = None
            again = await self._events.tell_lasting(request, status)
            return Result(refusal, wrote, again=again)
        if refusal is None and awaits_endpoints(status) and not self._waited(key, now):
            return Result(wrote=wrote, again=_MOMENT)
        if self._is_churn(request, status, now):
            return Result(refusal, wrote)
        try:
            await self._writer.report(request, status)
        except ApiError as error:
            return Result(self._writer.refusal(error, request.key), wrote)
        await self._events.tell(request, events(request.status, status))
        again = await self._events.tell_lasting(request, status)
        return Result(refusal, wrote, reported=True, again=again)

    async def _verdict(self, request: RequestRecord) -> Verdict:
        """What the request asks for, or why it can't be carried out, the cluster aside."""
        if request.refused is not None:
            return request.refused
        spec = await self._writer.spec_of(request) if request.is_cut else request.spec
        return accept(request.key.name, spec)

    async def _carry_out(
        self, request: RequestRecord, accepted: AcceptedRequest
    ) -> tuple[Outcome, bool]:
        """Plan and write until the plan is empty: some writes show only afterwards what is left.

        That is one round as a rule.
        """
        older = self._store.older(request)
        if older is not None and not self._store.snapshot(request).is_served(request):
            return Outcome(claimed_by(older, request.service_key)), False
        desired = desired_objects(Owner(*request.key, request.uid), accepted)
        changes = self._changes_by_others(request, desired)
        pause = self._repairs.pause(request.key) if changes else timedelta()
        if pause:
            # What has been told stays: who makes the changes may make other ones each time.
            what = self._repairs.contested(request.key) or changes
            return Outcome(self._contested(request.key, what, pause)), False
        outcome, wrote = await self._converge(request, desired)
        if wrote and changes:
            self._repairs.made(request.key, changes)
        known = self._repairs.contested(request.key)
        if outcome.refusal is None and known:
            again = self._repairs.until_quiet(request.key)
            return Outcome(self._contested(request.key, known, again)), wrote
        return outcome, wrote

    async def _converge(
        self, request: RequestRecord, desired: Sequence[Mapping[str, Any]]
    ) -> tuple[Outcome, bool]:
        outcome, wrote, allocated = Outcome(), False, self._allocated(request)
        for _ in range(_ROUNDS):
            todo = plan(request.uid, desired, self._store.snapshot(request), allocated)
            outcome = await self._writer.carry_out(todo)
            wrote = wrote or bool(todo.writes)
            await self._tell_of_replacement(request, todo, outcome)
            if not todo.writes or outcome.refusal:
                break
        else:
            # Somebody writes against us at this very moment.
            message = f'Service "{request.service_key.name}" has just changed'
            outcome = Outcome(Refusal(Reason.PENDING, message, passing=True))
        return outcome, wrote

    def _in_line(self, request: RequestRecord, outcome: Outcome) -> Outcome:
        """Let the request stand in line for what is taken, and say who else does."""
        claim = outcome.refusal.claim if outcome.refusal else None
        older = self._store.wait(request, claim)
        if older is None or claim is None:
            return outcome
        return Outcome(waits_behind(older, request.key, claim))

    def _allocated(self, request: RequestRecord) -> Sequence[Mapping[str, Any]]:
        """The ports that its Service has, or had last: a status without a Service has none."""
        ports: Sequence[Mapping[str, Any]] = request.status.get("ports") or ()
        memory = self._memories[request.key]
        if any(port.get("nodePort") for port in ports):
            memory.ports = ports
        return ports or memory.ports

    def _changes_by_others(
        self, request: RequestRecord, desired: Sequence[Mapping[str, Any]]
    ) -> str:
        """What others did since all stood as this very spec says; empty if nothing."""
        is_this_spec = request.status.get("observedGeneration") == request.generation
        if not is_this_spec or _programmed(request.status) not in _STOOD:
            return ""
        return changes_by_others(request.uid, desired, self._store.snapshot(request))

    def _contested(self, key: Key, changes: str, pause: timedelta) -> Refusal:
        refusal = contested(changes, pause)
        return refusal if self._repairs.contested(key) else replace(refusal, passing=True)

    async def _tell_of_replacement(
        self, request: RequestRecord, todo: Plan, outcome: Outcome
    ) -> None:
        service = request.service_key
        if not todo.replaces(service):
            return
        if outcome.refusal and self._store.snapshot(request).is_served(request):
            return
        await self._events.tell(request, [replaced(service.name)])

    def _status(
        self, request: RequestRecord, verdict: Verdict, outcome: Outcome, now: datetime
    ) -> dict[str, Any]:
        """What the request is to say, with what looks have found if that makes a difference."""
        snapshot = self._store.snapshot(request)

        def status_with(backing: BackingPods, warning: str) -> dict[str, Any]:
            return status_of(
                request, verdict, snapshot, outcome, now, backing, self._cluster_domain, warning
            )

        status = status_with(UNSEEN, "")
        backing = self._backing(request, verdict, snapshot.selector_of(request), status)
        warning = self._warning(request, snapshot.service_of(request), status)
        if (backing, warning) != (UNSEEN, ""):
            return status_with(backing, warning)
        return as_told_before(status, request.status) if needs_pods(status) else status

    def _backing(
        self,
        request: RequestRecord,
        verdict: Verdict,
        selector: Mapping[str, str],
        status: Mapping[str, Any],
    ) -> BackingPods:
        """What the last look at pods found, if this request needs to know."""
        if isinstance(verdict, AcceptedRequest) and selector and needs_pods(status):
            return self._pods.backing(
                request.key,
                selector,
                changing=depends_on_pods(status),
                with_set=status.get("type") == Kind.HEADLESS,
            )
        if isinstance(verdict, AcceptedRequest) or not _is_pod(request):  # else it waits for that
            self._pods.forget(request.key)
        return UNSEEN

    def _warning(
        self, request: RequestRecord, service: ObjectRecord | None, status: Mapping[str, Any]
    ) -> str:
        """What a load balancer controller said last, as long as it gives the Service no address."""
        if service is not None and awaits_address(status):
            return self._warnings.warning(request.key, service.uid, request.generation)
        self._warnings.forget(request.key)
        return ""

    def _is_churn(self, request: RequestRecord, status: Mapping[str, Any], now: datetime) -> bool:
        """Whether this is but the next of somebody's many changes, which the status follows slowly.

        The retry that is due tells the last of them.
        """
        reasons = {_programmed(request.status), _programmed(status)}
        if reasons != {Reason.FIELDS_OVERRIDDEN}:
            return False
        memory = self._memories[request.key]
        if memory.churn is not None and now - memory.churn < _CHURN:
            return True
        memory.churn = now
        return False

    def _waited(self, key: Key, now: datetime) -> bool:
        """Whether the endpoints of this request have been waited for long enough."""
        memory = self._memories[key]
        memory.awaiting = memory.awaiting or now
        if now - memory.awaiting < _MOMENT:
            return False
        memory.awaiting = None
        return True

    def _lasts(self, key: Key, now: datetime) -> bool:
        """Whether a fault of this request has lasted so long that it must be told."""
        memory = self._memories[key]
        memory.failing = memory.failing or now
        return now - memory.failing > _PATIENCE

    def _forget(self, key: Key) -> None:
        self._pods.forget(key)
        self._warnings.forget(key)
        self._repairs.forget(key)
        self._memories.pop(key, None)


_STOOD = (Reason.PROGRAMMED, Reason.FIELDS_OVERRIDDEN)
"""What Programmed says once all stood as the spec says."""


def _programmed(status: Mapping[str, Any]) -> str | None:
    """The reason of Programmed."""
    condition = told_conditions(status).get(ConditionType.PROGRAMMED)
    return condition["reason"] if condition is not None else None


def _is_pod(request: RequestRecord) -> bool:
    return request.target is not None and request.target[0] == "Pod"


def _refusal_of(verdict: Verdict, woken: bool) -> Refusal | None:
    """Why the spec can't be carried out; who is woken when that changes needs no retry."""
    if isinstance(verdict, Refused):
        return Refusal(verdict.reason, verdict.message, verdict.retry and not woken)
    return None
