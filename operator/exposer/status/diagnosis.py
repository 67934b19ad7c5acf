"""Why traffic does not reach an endpoint: an ordered list of checks.

The first check that finds something wrong with the Service as a whole wins. If nothing is, some of
its ports may still have no endpoint.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exposer.api import Reason
from exposer.api.report import LoadBalancerIngress, PortStatus
from exposer.grammar import Kind, Protocol
from exposer.observed.pods import UNSEEN, BackingPods, DeclaredPort
from exposer.status.endpoints import Endpoints, PortKey

_NAMED = 3  # pods, addresses and ports in a message


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands of the request's Service; all empty while there is none.

    Attributes:
        families: Its IP families; empty where nobody knows them.
        cluster_ips: Its addresses by their IP families; none of a headless Service.
        load_balancer_errors: What its controller reports.
        load_balancer_warning: What a controller says while there is no address, and who says it.
    """

    kind: Kind | None = None
    selector: Mapping[str, str] | None = None
    ports: Sequence[PortStatus] = ()
    endpoints: Endpoints = field(default_factory=Endpoints)
    families: Sequence[str] = ()
    cluster_ips: Mapping[str, str] = field(default_factory=dict)
    ingress: Sequence[LoadBalancerIngress] = ()
    load_balancer_errors: Sequence[str] = ()
    load_balancer_warning: str = ""
    service_name: str | None = None
    backing: BackingPods = UNSEEN


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong.

    Attributes:
        ports: The names of the ports that it is wrong with; empty for all.
        unknown: It is only not known yet that all is well.
    """

    reason: Reason
    message: str
    ports: tuple[str, ...] = ()
    unknown: bool = False

    def __str__(self) -> str:
        """The message, after the ports that it is about."""
        if not self.ports:
            return self.message
        what = "port" if len(self.ports) == 1 else "ports"
        return f"no endpoint for {what} {_listed(map(_quoted, self.ports))}: {self.message}"


def has_endpoints(kind: Kind | None) -> bool:
    """Whether a Service of that kind has endpoints at all."""
    return kind not in (None, Kind.EXTERNAL_NAME)


def diagnosis(facts: Facts) -> tuple[Finding, ...]:
    """What keeps traffic from arriving; nothing when every port has a ready endpoint.

    What is known comes before what is not known yet.
    """
    for check in _CHECKS:
        finding = check(facts)
        if finding is not None:
            return (finding,)
    return tuple(_ports_without(facts))


def _no_service(facts: Facts) -> Finding | None:
    return Finding(Reason.PENDING, "there is no Service yet") if facts.kind is None else None


def _not_applicable(facts: Facts) -> Finding | None:
    if has_endpoints(facts.kind):
        return None
    return Finding(Reason.NOT_APPLICABLE, "an ExternalName is a DNS name and has no endpoints")


def _not_listed(facts: Facts) -> Finding | None:
    """The cluster makes a slice for every Service with a selector, an empty one if need be."""
    if facts.endpoints.listed:
        return None
    message = "the cluster has not listed the endpoints yet"
    return Finding(Reason.PENDING, message, unknown=True)


def _no_endpoints(facts: Facts) -> Finding | None:
    if facts.endpoints.total:
        return None
    if not facts.selector:
        return Finding(Reason.PENDING, "the EndpointSlices have no addresses yet", unknown=True)
    if facts.backing.pods:
        states = _states(facts.backing)
        return Finding(Reason.PODS_NOT_READY, f"pods match, but none has an address yet{states}")
    labels = ",".join(f"{name}={value}" for name, value in sorted(facts.selector.items()))
    message = f'no pod with an IP address has the labels "{labels}"{_problem(facts.backing)}'
    return Finding(Reason.NO_PODS_MATCH, message)


def _other_family(facts: Facts) -> Finding | None:
    if facts.endpoints.within:
        return None
    return Finding(Reason.IP_FAMILY_MISMATCH, f"nothing reaches the endpoints: {_astray(facts)}")


def _none_ready(facts: Facts) -> Finding | None:
    if facts.endpoints.willing:
        return None
    total = facts.endpoints.within
    endpoints = "the only endpoint is not" if total == 1 else f"none of the {total} endpoints is"
    why = _states(facts.backing) + _problem(facts.backing)
    return Finding(Reason.PODS_NOT_READY, f"{endpoints} ready{why}")


_CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    _no_service,
    _not_applicable,
    _not_listed,
    _no_endpoints,
    _other_family,
    _none_ready,
)


def _ports_without(facts: Facts) -> Iterator[Finding]:
    """The ports that no ready endpoint has, though there are ready endpoints.

    Each pod has a port that is a number. One that is a name the cluster looks for among the ports
    that the containers declare; a pod without it is in a slice without that port.
    """
    absent, waiting, late = [], [], []
    for port in facts.ports:
        if _key(port) in facts.endpoints.served:
            continue
        if _key(port) in facts.endpoints.ports:
            waiting.append(port)
        elif _is_absent(port, facts.backing):
            absent.append(port)
        else:
            late.append(port)
    if absent:
        message = _not_declared(absent, facts.backing)
        yield _about(absent, facts, Finding(Reason.TARGET_PORT_NOT_FOUND, message))
    if waiting:
        why = _states(facts.backing) + _problem(facts.backing)
        message = f"none of the endpoints that have it is ready{why}"
        yield _about(waiting, facts, Finding(Reason.PODS_NOT_READY, message))
    if late:
        message = "the cluster has not listed the endpoints yet"
        yield _about(late, facts, Finding(Reason.PENDING, message, unknown=True))


def _about(ports: Sequence[PortStatus], facts: Facts, finding: Finding) -> Finding:
    if len(ports) == len(facts.ports):
        return finding
    return replace(finding, ports=tuple(port.name for port in ports))


def _key(port: PortStatus) -> PortKey:
    return port.name, port.protocol.value


def _is_absent(port: PortStatus, backing: BackingPods) -> bool:
    """Whether no ready pod has it; until somebody has looked, the slices may only be late."""
    if isinstance(port.target_port, int) or not backing.looked:
        return False
    wanted = port.target_port, port.protocol.value
    return all((each.name, each.protocol) != wanted for each in _declared(backing))


def _declared(backing: BackingPods) -> set[DeclaredPort]:
    """What the containers of the ready pods declare."""
    return {port for pod in backing.pods if not pod.state for port in pod.ports}


def _not_declared(ports: Sequence[PortStatus], backing: BackingPods) -> str:
    there = sorted({(port.name, port.protocol) for port in _declared(backing) if port.name})
    wanted = list(dict.fromkeys((str(port.target_port), port.protocol.value) for port in ports))
    # A name counts for its protocol only; that is worth a word where there is more than TCP.
    plain = all(protocol == Protocol.TCP for _, protocol in (*there, *wanted))
    names, others = (
        [f'"{name}"' if plain else f'"{name}" ({protocol})' for name, protocol in each]
        for each in (wanted, there)
    )
    told = " or ".join(names[:_NAMED])
    if backing.problem:
        return f"the cluster lists no pod with a container port named {told}{_problem(backing)}"
    hint = f"; their ports are named {_listed(others)}" if others else ""
    return f"no ready pod has a container port named {told}{hint}"


def _states(backing: BackingPods) -> str:
    """What Kubernetes says of the first few pods that aren't ready."""
    states = [f'"{pod.name}" is {pod.state}' for pod in backing.pods if pod.state]
    return f": {', '.join(states[:_NAMED])}" if states else ""


def _problem(backing: BackingPods) -> str:
    """Why no more can be said."""
    return "" if backing.problem is None else f" ({backing.problem})"


def notes(facts: Facts) -> list[str]:
    """What else there is to know where every port has a ready endpoint."""
    found = [stray_set(facts), *families_apart(facts)]
    return [note for note in found if note]


def families_apart(facts: Facts) -> list[str]:
    """Where the IP families of the Service and of its endpoints are not the same."""
    found = [f"nothing reaches the others: {_astray(facts)}"] if facts.endpoints.astray else []
    for family, address in facts.cluster_ips.items():
        if facts.endpoints.families and family not in facts.endpoints.families:
            found.append(f"no ready endpoint is {family}: connections to {address} are refused")
    return found


def _astray(facts: Facts) -> str:
    addresses, families = facts.endpoints.astray, " and ".join(facts.families)
    verb, other = ("is", "an address") if len(addresses) == 1 else ("are", "addresses")
    named = _listed(addresses)
    return f"{named} {verb} {other} of another IP family than the Service's {families}"


def stray_set(facts: Facts) -> str:
    """That the pods of a StatefulSet get no DNS names through this headless Service.

    They are named after the Service that StatefulSetSpec.serviceName says, and no other.
    """
    governing = facts.backing.governing
    if facts.kind is not Kind.HEADLESS or governing in (None, facts.service_name):
        return ""
    return (
        "the pods have no DNS names of their own here, as the serviceName of their StatefulSet "
        f'is "{governing}"'
    )


def _listed(names: Sequence[str] | Iterator[str]) -> str:
    names = list(names)
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _quoted(name: str) -> str:
    return f'"{name}"'
