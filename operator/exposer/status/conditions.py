"""Facts -> conditions. Ready and Stalled are folded from the others here and nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from exposer.api import AcceptedRequest, ConditionType, Reason, Refused, Verdict
from exposer.api.report import MAX_MESSAGE, Condition
from exposer.grammar import Kind
from exposer.plan import Outcome, Refusal
from exposer.printable import same_lines
from exposer.status.diagnosis import Facts, diagnosis, notes
from exposer.status.told import told_conditions, told_time

Truth = Literal["True", "False", "Unknown"]


class Fact(NamedTuple):
    """A condition without its history."""

    type: ConditionType
    status: Truth
    reason: Reason
    message: str


def facts(verdict: Verdict, outcome: Outcome, seen: Facts) -> list[Fact]:
    """All conditions, in their order; Stalled only while it holds."""
    accepted = _accepted(verdict)
    programmed = _programmed(verdict, outcome, seen)
    ready = _ready([accepted, programmed, _reachable(verdict, seen)])
    found = [accepted, programmed, _endpoints_available(seen), ready]
    if _is_stalled(verdict, outcome.refusal):
        found.append(ready._replace(type=ConditionType.STALLED, status="True"))
    return found


def conditions(
    found: Sequence[Fact], generation: int, previous: Mapping[str, Any], now: datetime
) -> list[Condition]:
    """The conditions; one that does not change its status keeps its time.

    Args:
        found: What holds now.
        generation: The generation of the spec that it holds for.
        previous: The status written last, as the API server has it.
        now: In UTC; cut to whole seconds, as metav1.Time is.
    """
    before = told_conditions(previous)
    return [
        Condition(
            type=fact.type,
            status=fact.status,
            observed_generation=generation,
            last_transition_time=_since(before.get(fact.type), fact.status, now),
            reason=fact.reason,
            message=same_lines(fact.message)[:MAX_MESSAGE],
        )
        for fact in found
    ]


def _accepted(verdict: Verdict) -> Fact:
    if isinstance(verdict, Refused):
        return Fact(ConditionType.ACCEPTED, "False", verdict.reason, verdict.message)
    notes = "".join(f"; {hint}" for hint in verdict.hints)
    message = f"the spec is valid{notes}"
    return Fact(ConditionType.ACCEPTED, "True", Reason.ACCEPTED, message)


def _programmed(verdict: Verdict, outcome: Outcome, seen: Facts) -> Fact:
    if isinstance(verdict, Refused):
        what = (
            "for what spec.targetRef names" if verdict.reason in _OF_TARGETS else "for a valid spec"
        )
        stays = "; the existing Service stays unchanged" if seen.kind is not None else ""
        message = f"waiting {what}{stays}"
        return Fact(ConditionType.PROGRAMMED, "False", Reason.PENDING, message)
    if outcome.refusal is not None:
        refusal = outcome.refusal
        return Fact(ConditionType.PROGRAMMED, "False", refusal.reason, refusal.message)
    message = f'Service "{verdict.service_name}" is up to date'
    return Fact(ConditionType.PROGRAMMED, "True", Reason.PROGRAMMED, message)


_OF_TARGETS = (Reason.TARGET_NOT_FOUND, Reason.TARGET_HAS_NO_SELECTOR)


def _endpoints_available(seen: Facts) -> Fact:
    found = diagnosis(seen)
    if found:
        status: Truth = "Unknown" if found[0].unknown else "False"
        message = "; ".join(map(str, found))
        return Fact(ConditionType.ENDPOINTS_AVAILABLE, status, found[0].reason, message)
    count = f"{seen.endpoints.ready} of {seen.endpoints.total} endpoints are ready"
    message = "; ".join([count, *notes(seen)])
    return Fact(ConditionType.ENDPOINTS_AVAILABLE, "True", Reason.ENDPOINTS_READY, message)


def _reachable(verdict: Verdict, seen: Facts) -> Fact:
    """No condition of its own, but Ready needs it: a load balancer that works has an address."""
    if isinstance(verdict, AcceptedRequest) and verdict.kind is Kind.LOAD_BALANCER:
        if seen.load_balancer_errors:
            message = f"the load balancer has an error: {'; '.join(seen.load_balancer_errors)}"
            return Fact(ConditionType.READY, "False", Reason.LOAD_BALANCER_ERROR, message)
        if not seen.ingress:
            warning = f"; {seen.load_balancer_warning}" if seen.load_balancer_warning else ""
            message = (
                f"waiting for a load balancer controller to give the Service an address{warning}"
            )
            return Fact(ConditionType.READY, "False", Reason.PENDING, message)
    return Fact(ConditionType.READY, "True", Reason.READY, "the Service is up to date")


def _ready(found: Sequence[Fact]) -> Fact:
    """The first that does not hold says why Ready does not; the last says that it does."""
    decisive = next((fact for fact in found if fact.status != "True"), found[-1])
    return decisive._replace(type=ConditionType.READY)


def _is_stalled(verdict: Verdict, refusal: Refusal | None) -> bool:
    if isinstance(verdict, Refused):
        return not verdict.retry
    return refusal is not None and not refusal.retry


def _since(old: Mapping[str, Any] | None, status: Truth, now: datetime) -> datetime:
    since = told_time(old) if old is not None and old["status"] == status else None
    return since or now.astimezone(UTC).replace(microsecond=0)
