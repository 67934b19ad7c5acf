"""Survey -> what keeps the traffic from arriving, in the words of the request's status."""

from dataclasses import replace
from typing import Any

from exposer.explained.survey import Body, Survey
from exposer.grammar import Kind
from exposer.observed import trimmed_object
from exposer.status.diagnosis import Facts, Finding, diagnosis
from exposer.status.endpoints import endpoint_rows
from exposer.status.ports import ingress_rows, port_rows


def facts_of(survey: Survey) -> Facts:
    """What stands, as a diagnosis wants it."""
    slices = [trimmed_object("EndpointSlice", body) for body in survey.slices]
    return Facts(
        kind=survey.kind,
        selector=survey.spec.get("selector"),
        ports=port_rows(survey.spec),
        rows=endpoint_rows(slices),
        ingress=ingress_rows({"ingress": survey.ingress}),
        service_name=survey.service_name,
        backing=survey.backing,
    )


def findings_of(survey: Survey) -> list[tuple[Finding, tuple[str, ...]]]:
    """What is wrong with the endpoints, and the ports that have none; no names mean all of them.

    A Service has endpoints as soon as one of its ports has; the pods may still lack the target of
    another by its name.
    """
    if survey.kind is Kind.EXTERNAL_NAME:
        return []
    finding = diagnosis(facts_of(survey))
    if finding is not None:
        return [(finding, ())]
    by_port = (
        (diagnosis(facts_of(_narrowed(survey, port))), (port["name"],))
        for port in survey.ports
        if isinstance(port["targetPort"], str)
    )
    return [(finding, names) for finding, names in by_port if finding is not None]


def needs_pods(survey: Survey) -> bool:
    """Whether the pods themselves may tell more than the endpoints do."""
    return survey.kind is Kind.HEADLESS or bool(findings_of(survey))


def _narrowed(survey: Survey, port: Body) -> Survey:
    """As if the Service had that port only."""
    service = {**(survey.service or {}), "spec": {**survey.spec, "ports": [port]}}
    slices = tuple({**body, "ports": _same(body, port)} for body in survey.slices)
    return replace(survey, service=service, slices=slices)


def _same(body: Body, port: Body) -> list[Any]:
    return [each for each in body.get("ports") or () if each.get("name") == port["name"]]
