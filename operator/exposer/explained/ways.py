"""Survey -> every way to reach the request's Service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exposer.api.identity import CLUSTER_DOMAIN
from exposer.explained.endpoints import Endpoint, endpoints_of
from exposer.explained.environment import environment
from exposer.explained.findings import findings_of
from exposer.explained.places import ANY_NODE, family_of, url
from exposer.explained.shares import eligible
from exposer.explained.survey import Body, Node, NodeAddress, Survey
from exposer.grammar import Kind


@dataclass(frozen=True, slots=True)
class Door:
    """One place that answers.

    Attributes:
        name: The port's name.
        port: Its number, at this place.
        url: How to write the place, with a scheme where one is known.
        node: The node that it is at, if it is at one.
        type: The type of that node's address.
        app_protocol: What is spoken there, where the Service says it.
    """

    name: str
    host: str
    port: int
    protocol: str
    url: str
    node: str | None = None
    type: str | None = None
    app_protocol: str | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """Every way to reach a Service.

    Attributes:
        dns: Its names, the shortest first, which only its own namespace knows.
        cluster_ips: Its addresses inside the cluster.
        external_name: The DNS name that it is an alias of.
        pods: The DNS names of its pods.
        inside: Its ports, inside the cluster.
        environment: What pods get that start now.
        node_ports: Its ports on the nodes.
        load_balancer: Its ports on the load balancer.
        remarks: What else to know.
    """

    namespace: str
    name: str
    service: str
    type: Kind
    dns: tuple[str, ...]
    cluster_ips: tuple[str, ...]
    external_name: str | None
    pods: tuple[str, ...]
    inside: tuple[Door, ...]
    environment: Mapping[str, str]
    node_ports: tuple[Door, ...]
    load_balancer: tuple[Door, ...]
    remarks: tuple[str, ...]


def ways_to(survey: Survey, kind: Kind, cluster_domain: str | None = None) -> Ways:
    """Every way to the Service of that kind that the request has.

    Args:
        survey: What stands.
        kind: How the Service is reached.
        cluster_domain: What the cluster's DNS names end in; None for what the status says.
    """
    name, namespace = survey.service_name, survey.request.key.namespace
    domain = cluster_domain or _told_domain(survey) or CLUSTER_DOMAIN
    dns = (name, f"{name}.{namespace}", f"{name}.{namespace}.svc.{domain}")
    addresses = survey.spec.get("clusterIPs") or ()
    return Ways(
        namespace=namespace,
        name=survey.request.key.name,
        service=name,
        type=kind,
        dns=dns,
        cluster_ips=tuple(each for each in addresses if each != "None"),
        external_name=survey.spec.get("externalName"),
        pods=tuple(_pods(survey, dns[-1])) if kind is Kind.HEADLESS else (),
        inside=tuple(_inside(survey, dns[-1])),
        environment=environment(name, survey.spec),
        node_ports=tuple(_on_nodes(survey)),
        load_balancer=tuple(_on_load_balancer(survey)),
        remarks=tuple(_remarks(survey)),
    )


def _told_domain(survey: Survey) -> str:
    """What the operator knows it to be; empty if it has not said so."""
    told = survey.request.status.get("dnsName")
    start = f"{survey.service_name}.{survey.request.key.namespace}.svc."
    return told.removeprefix(start) if isinstance(told, str) and told.startswith(start) else ""


def _inside(survey: Survey, host: str) -> Iterator[Door]:
    """The Service's ports; of a headless one the pods' own, as its name leads to the pods."""
    for port in survey.ports:
        numbers = {port["port"]}
        if survey.kind is Kind.HEADLESS:
            numbers = {each.port for each in _endpoints(survey, port)} or {port.get("targetPort")}
        for number in sorted(number for number in numbers if isinstance(number, int)):
            yield _door(port, host, number)


def _pods(survey: Survey, host: str) -> Iterator[str]:
    """The names of pods that have one of their own here: as a rule, those of a StatefulSet."""
    found = (each for port in survey.ports_of_endpoints for each in _endpoints(survey, port))
    names = {each.hostname for each in found if each.hostname and each.ready}
    for name in sorted(names, key=lambda name: (len(name), name)):  # web-2 before web-10
        yield f"{name}.{host}"


def _on_nodes(survey: Survey) -> Iterator[Door]:
    ports = [port for port in survey.ports if port.get("nodePort")]
    if survey.nodes is None:
        for port in ports:
            yield _door(port, ANY_NODE, port["nodePort"])
    for node in survey.nodes or ():
        for address in survey.addresses_of(node):
            for port in ports:
                if _is_open(survey, node, address, port):
                    yield _door(port, address.address, port["nodePort"], node.name, address.type)


def _is_open(survey: Survey, node: Node, address: NodeAddress, port: Body) -> bool:
    """Whether the node takes part: under the policy Local only those with an endpoint do."""
    if not survey.is_local_outside:
        return True
    endpoints = endpoints_of(survey.slices, family_of(address.address), port)
    return bool(eligible(endpoints, node, local=True))


def _on_load_balancer(survey: Survey) -> Iterator[Door]:
    for way in survey.ingress:
        for port in survey.ports:
            yield _door(port, way.get("ip") or way["hostname"], port["port"])


def _remarks(survey: Survey) -> Iterator[str]:
    yield from survey.gaps
    if survey.kind is Kind.LOAD_BALANCER and not survey.ingress:
        yield "the load balancer has no address yet"
    for finding in findings_of(survey):
        where = f" at {', '.join(finding.ports)}" if finding.ports else ""
        yield f"nothing answers{where} yet: {finding.message}"


def _door(
    port: Body, host: str, number: int, node: str | None = None, address_type: str | None = None
) -> Door:
    place = url(port, host, number)
    name = port.get("name") or ""
    spoken = port.get("appProtocol")
    return Door(name, host, number, port["protocol"], place, node, address_type, spoken)


def _endpoints(survey: Survey, port: Body | None) -> tuple[Endpoint, ...]:
    """The endpoints of all IP families."""
    return tuple(
        each for family in survey.families for each in endpoints_of(survey.slices, family, port)
    )
