"""Survey -> where the chain breaks, and what to do: an ordered list of checks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exposer.api import ConditionType, Reason
from exposer.explained.findings import facts_of, findings_of
from exposer.explained.strands import Strand
from exposer.explained.survey import Survey
from exposer.grammar import Kind
from exposer.status.diagnosis import families_apart
from exposer.status.told import told_conditions


@dataclass(frozen=True, slots=True)
class Break:
    """Something that is in the way.

    Attributes:
        reason: In one word; that of the request's condition, if it is one.
        remedy: What to do; empty where the message tells.
        ports: The names of the ports that it is in the way of; empty for all.
    """

    reason: str
    message: str
    remedy: str = ""
    ports: tuple[str, ...] = ()


def breaks_in(survey: Survey, strands: Sequence[Strand]) -> tuple[Break, ...]:
    """All that is in the way, from the request to its endpoints."""
    return tuple(found for check in _CHECKS for found in check(survey, strands))


def _not_looked_at(survey: Survey, _: Sequence[Strand]) -> Iterator[Break]:
    if not _is_current(survey):
        what = "last change of the request" if survey.request.status else "request"
        message = f"the operator has not looked at the {what} yet"
        yield Break(Reason.PENDING, message, "see that the operator runs")


def _not_as_wanted(survey: Survey, _: Sequence[Strand]) -> Iterator[Break]:
    """The first condition of the request that doesn't hold: those behind it follow from it."""
    for kind in (ConditionType.ACCEPTED, ConditionType.PROGRAMMED):
        condition = _condition(survey, kind)
        if condition.get("status") == "False":
            yield _break(survey, condition["reason"], condition["message"])
            return


def _no_load_balancer(survey: Survey, _: Sequence[Strand]) -> Iterator[Break]:
    ready = _condition(survey, ConditionType.READY)
    errors = facts_of(survey).load_balancer_errors
    if survey.kind is not Kind.LOAD_BALANCER:
        return
    if errors:
        message = f"the load balancer has an error: {'; '.join(errors)}"
        yield _break(survey, Reason.LOAD_BALANCER_ERROR, message)
    elif not survey.ingress and ready:
        remedy = 'see that a load balancer controller runs, or write "!" instead of "^"'
        yield Break(ready["reason"], ready["message"], remedy)


def _no_endpoints(survey: Survey, _: Sequence[Strand]) -> Iterator[Break]:
    if survey.service is None and not _is_programmed(survey):
        return  # one of the above says why
    findings = findings_of(survey)
    for finding in findings:
        yield _break(survey, finding.reason, finding.message, finding.ports)
    if not findings and survey.kind is not Kind.EXTERNAL_NAME:
        for message in families_apart(facts_of(survey)):
            yield _break(survey, Reason.IP_FAMILY_MISMATCH, message)


def _out_of_reach(survey: Survey, strands: Sequence[Strand]) -> Iterator[Break]:
    """Ready endpoints that the policy Local keeps away everywhere: they are on no node."""
    policies = {
        "externalTrafficPolicy": [spread for each in strands for spread in each.outside],
        "internalTrafficPolicy": [spread for each in strands for spread in each.inside],
    }
    for policy, found in policies.items():
        if found and all(spread.refused == "dropped" for spread in found):
            yield Break(
                "NoLocalEndpoints",
                f"no endpoint is on any node, so that {policy} Local lets nothing through",
                f"leave out serviceTemplate.spec.{policy}",
            )


_CHECKS: tuple[Callable[[Survey, Sequence[Strand]], Iterator[Break]], ...] = (
    _not_looked_at,
    _not_as_wanted,
    _no_load_balancer,
    _no_endpoints,
    _out_of_reach,
)


def _break(survey: Survey, reason: str, message: str, ports: tuple[str, ...] = ()) -> Break:
    # A newer operator may know reasons that this command doesn't.
    remedy = _REMEDIES.get(reason, "")
    selector = survey.spec.get("selector") or {}
    labels = ",".join(f"{key}={value}" for key, value in selector.items())
    told = remedy.format(namespace=survey.request.key.namespace, labels=labels)
    return Break(reason, message, told, ports)


_SAID = (
    Reason.INVALID_PORT_STRING,
    Reason.MIXED_KINDS,
    Reason.DUPLICATE_PORT,
    Reason.INVALID_SPEC,
    Reason.SERVICE_CONFLICT,
)
"""Their messages end with what to do."""

_REMEDIES = {reason.value: reason.remedy for reason in Reason if reason not in _SAID}


def _is_current(survey: Survey) -> bool:
    """Whether the status is about the spec as it is."""
    return bool(survey.request.status.get("observedGeneration") == survey.request.generation)


def _is_programmed(survey: Survey) -> bool:
    return _condition(survey, ConditionType.PROGRAMMED).get("status") == "True"


def _condition(survey: Survey, kind: ConditionType) -> Mapping[str, Any]:
    """The condition of the request, an empty one while nobody knows."""
    known = told_conditions(survey.request.status) if _is_current(survey) else {}
    return known.get(kind, {})
