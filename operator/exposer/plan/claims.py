"""What only one Service at a time can have, and how it comes from the old one to the new."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from exposer.observed import ObjectRecord
from exposer.plan.fields import ports_of

Body = Mapping[str, Any]


def claims_of(body: Body) -> set[Any]:
    """The ClusterIP and the node ports that a Service has, or asks for."""
    spec = body.get("spec", {})
    claims = {spec.get("clusterIP"), spec.get("healthCheckNodePort")}
    claims |= {port.get("nodePort") for port in ports_of(body)}
    return claims - {None, 0, "", "None"}


def wants_what_has(desired: Body, record: ObjectRecord) -> bool:
    """Whether a Service asks for an address or a node port that another one has."""
    return record.kind == "Service" and not claims_of(desired).isdisjoint(claims_of(record.body))


def with_node_ports_of(ports: Iterable[Body], desired: Body, held: Container[int] = ()) -> Body:
    """``desired`` with the node ports that were allocated before, where none is said.

    Args:
        ports: The ports of the Service that was there before, or of the request's status.
        desired: The new Service.
        held: Node ports that a Service still has.
    """
    spec = desired["spec"]
    if spec["type"] not in ("NodePort", "LoadBalancer"):
        return desired
    asked_for = {port.get("nodePort") for port in ports_of(desired)}
    kept = {
        _key(port): {"nodePort": port["nodePort"]}
        for port in ports
        if port.get("nodePort") not in asked_for | {None} and port["nodePort"] not in held
    }
    ports = [{**kept.get(_key(port), {}), **port} for port in ports_of(desired)]
    return {**desired, "spec": {**spec, "ports": ports}}


def without_claims_of(records: Iterable[ObjectRecord], desired: Body) -> Body:
    """``desired`` but for what it would take over from the old ones, and so is not free yet."""
    held = {claim for record in records for claim in claims_of(record.body)}
    spec = desired["spec"]
    kept = {field: value for field, value in spec.items() if not _is_held(field, value, held)}
    if "ports" in spec:
        kept["ports"] = [
            {field: value for field, value in port.items() if not _is_held(field, value, held)}
            for port in spec["ports"]
        ]
    return {**desired, "spec": kept}


def _is_held(field: str, value: Any, held: set[Any]) -> bool:
    return field in ("clusterIP", "nodePort", "healthCheckNodePort") and value in held


def _key(port: Body) -> tuple[Any, Any]:
    return port["port"], port["protocol"]
