"""Why there are no ready endpoints: an ordered list of checks, the first that finds wins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exposer.api import Reason
from exposer.api.report import EndpointStatus, LoadBalancerIngress, PortStatus
from exposer.grammar import Kind
from exposer.observed.pods import UNSEEN, BackingPods

_NAMED = 3  # pods in a message


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands of the request's Service; all empty while there is none."""

    kind: Kind | None
    selector: Mapping[str, str] | None
    ports: list[PortStatus]
    rows: list[EndpointStatus]
    ingress: list[LoadBalancerIngress]
    service_name: str | None = None
    backing: BackingPods = UNSEEN


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong."""

    reason: Reason
    message: str


def has_endpoints(kind: Kind | None) -> bool:
    """Whether a Service of that kind has endpoints at all."""
    return kind not in (None, Kind.EXTERNAL_NAME)


def diagnosis(facts: Facts) -> Finding | None:
    """What keeps the traffic from arriving; None when an endpoint is ready for it."""
    for check in _CHECKS:
        finding = check(facts)
        if finding is not None:
            return finding
    return None


def _no_service(facts: Facts) -> Finding | None:
    return Finding(Reason.PENDING, "there is no Service yet") if facts.kind is None else None


def _not_applicable(facts: Facts) -> Finding | None:
    if has_endpoints(facts.kind):
        return None
    return Finding(Reason.NOT_APPLICABLE, "an ExternalName is a DNS name and has no endpoints")


def _no_endpoints(facts: Facts) -> Finding | None:
    if facts.rows:
        return None
    if not facts.selector:
        return Finding(Reason.PENDING, "the EndpointSlices for the addresses are not there yet")
    if facts.backing.pods:
        states = _states(facts.backing)
        return Finding(Reason.PODS_NOT_READY, f"pods match, but none has an address yet{states}")
    labels = ",".join(f"{name}={value}" for name, value in sorted((facts.selector or {}).items()))
    if not facts.backing.seen:
        unknown = f'there is no endpoint of pods with the labels "{labels}", whatever the reason'
        return Finding(Reason.NO_PODS_MATCH, f"{unknown}: pods may not be looked at")
    return Finding(Reason.NO_PODS_MATCH, f'no pod has the labels "{labels}"')


def _none_ready(facts: Facts) -> Finding | None:
    if any(row.ready for row in facts.rows):
        return None
    total = len(facts.rows)
    endpoints = "the only endpoint is not" if total == 1 else f"none of the {total} endpoints is"
    return Finding(Reason.PODS_NOT_READY, f"{endpoints} ready{_states(facts.backing)}")


def _no_target_port(facts: Facts) -> Finding | None:
    """The cluster puts pods without a container port of that name into slices without ports."""
    named = [port.target_port for port in facts.ports if isinstance(port.target_port, str)]
    if not named or any(row.ready and row.ports for row in facts.rows):
        return None
    names = " or ".join(f'"{name}"' for name in named)
    there = sorted({name for pod in facts.backing.pods for name in pod.port_names})
    others = ", ".join(f'"{name}"' for name in there)
    hint = f"; their ports are named {others}" if there else ""
    message = f"no ready pod has a container port named {names}{hint}"
    return Finding(Reason.TARGET_PORT_NOT_FOUND, message)


def _states(backing: BackingPods) -> str:
    """What Kubernetes says of the first few pods that aren't ready."""
    lame = [f'"{pod.name}" is {pod.state}' for pod in backing.pods if pod.state]
    return f": {', '.join(lame[:_NAMED])}" if lame else ""


def stray_set_note(facts: Facts) -> str:
    """That the pods of a StatefulSet get no DNS names through this headless Service.

    They are named after the Service that StatefulSetSpec.serviceName says, and no other.
    """
    governing = facts.backing.governing
    if facts.kind is not Kind.HEADLESS or governing in (None, facts.service_name):
        return ""
    return (
        f"; the pods have no DNS names of their own here, as the serviceName of their StatefulSet "
        f'is "{governing}"'
    )


_CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    _no_service,
    _not_applicable,
    _no_endpoints,
    _none_ready,
    _no_target_port,
)
