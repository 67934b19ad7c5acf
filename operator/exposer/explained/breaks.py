"""Survey -> where the chain breaks, and what to do: an ordered list of checks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exposer.api import ConditionType, Reason
from exposer.explained.findings import findings_of
from exposer.explained.strands import Strand
from exposer.explained.survey import Survey
from exposer.grammar import Kind


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
    if survey.kind is Kind.LOAD_BALANCER and not survey.ingress and ready:
        remedy = 'see that a load balancer controller runs, or write "!" instead of "^"'
        yield Break(ready["reason"], ready["message"], remedy)


def _no_endpoints(survey: Survey, _: Sequence[Strand]) -> Iterator[Break]:
    if survey.service is None and not _is_programmed(survey):
        return  # one of the above says why
    for finding, ports in findings_of(survey):
        yield _break(survey, finding.reason, finding.message, ports)


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
    labels = ",".join(f"{key}={value}" for key, value in survey.spec.get("selector", {}).items())
    remedy = _REMEDIES.get(reason, "")
    told = remedy.format(namespace=survey.request.key.namespace, labels=labels)
    return Break(reason, message, told, ports)


_REMEDIES: Mapping[str, str] = {
    Reason.TARGET_NOT_FOUND: "create it, or change spec.targetRef",
    Reason.NODE_PORT_TAKEN: "write no node port, and the cluster picks one; or give that one up "
    "there, and the request takes it at once",
    Reason.NODE_PORT_OUT_OF_RANGE: "write a node port of that range, or none",
    Reason.CLUSTER_IP_TAKEN: "leave out serviceTemplate.spec.clusterIP, and the cluster picks one",
    Reason.NO_PODS_MATCH: "run pods with these labels, or change spec.selector; what there is: "
    "kubectl get pods -n {namespace} --show-labels",
    Reason.PODS_NOT_READY: "see why: kubectl describe pods -n {namespace} -l {labels}",
    Reason.TARGET_PORT_NOT_FOUND: "write one of their names, or a number, as the target in "
    "spec.ports; or name the container's port so",
}
"""What to do, where the status' own words don't tell."""


def _is_current(survey: Survey) -> bool:
    """Whether the status is about the spec as it is."""
    return bool(survey.request.status.get("observedGeneration") == survey.request.generation)


def _is_programmed(survey: Survey) -> bool:
    return _condition(survey, ConditionType.PROGRAMMED).get("status") == "True"


def _condition(survey: Survey, kind: ConditionType) -> Mapping[str, Any]:
    """The condition of the request, an empty one while nobody knows."""
    known = survey.request.status.get("conditions") or () if _is_current(survey) else ()
    return next((each for each in known if each["type"] == kind), {})
