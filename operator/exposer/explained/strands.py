"""Survey -> the strands of the chain, one for each port and IP family."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from exposer.explained.endpoints import Endpoint, endpoints_of
from exposer.explained.places import ANY_NODE, family_of, listed
from exposer.explained.shares import Spread, spreads
from exposer.explained.survey import Body, Survey
from exposer.grammar import Kind


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where traffic comes in from outside.

    Attributes:
        node: The node that it comes in at; None for all of them.
    """

    via: Literal["NodePort", "LoadBalancer"]
    host: str
    port: int
    node: str | None = None


class Route(NamedTuple):
    """A way that connections go.

    Attributes:
        side: Where they come from; empty if that makes no difference.
    """

    side: Literal["", "from outside", "from inside"]
    spread: Spread

    @property
    def label(self) -> str:
        """Which connections go that way; empty if all do."""
        nodes = self.spread.nodes
        return " ".join(filter(None, (self.side, f"on {listed(nodes)}" if nodes else "")))


@dataclass(frozen=True, slots=True)
class Strand:
    """The way from the entrances to the endpoints.

    Attributes:
        name: The port's name.
        port: The Service's port; None if it has none.
        app_protocol: What is spoken on the port, where the Service says it.
        target: The pods' port, or its name.
        cluster_ip: None for a headless Service.
        node_port: The port on all nodes, if there is one.
        endpoints: All of them, those that get nothing as well.
        outside: What becomes of connections from outside.
        inside: What becomes of connections to the ClusterIP.
    """

    name: str
    port: int | None
    protocol: str | None
    app_protocol: str | None
    target: int | str | None
    family: str
    cluster_ip: str | None
    node_port: int | None
    entrances: tuple[Entrance, ...]
    endpoints: tuple[Endpoint, ...]
    outside: tuple[Spread, ...]
    inside: tuple[Spread, ...]

    @property
    def routes(self) -> list[Route]:
        """The spreads, each with what goes that way."""
        if self.outside in ((), self.inside):
            return [Route("", spread) for spread in self.inside]
        return [
            *(Route("from outside", spread) for spread in self.outside),
            *(Route("from inside", spread) for spread in self.inside),
        ]

    @property
    def idle(self) -> tuple[Endpoint, ...]:
        """The endpoints without a share; of a headless Service that is all of them."""
        busy = {(each.ip, each.port) for way in self.routes for each in way.spread.shares}
        return tuple(each for each in self.endpoints if (each.ip, each.port) not in busy)


def strands_of(survey: Survey) -> tuple[Strand, ...]:
    """All strands: none for an ExternalName, which ends in DNS."""
    if survey.kind in (None, Kind.EXTERNAL_NAME):
        return ()
    return tuple(
        _strand(survey, family, port)
        for port in survey.ports_of_endpoints
        for family in survey.families
    )


def _strand(survey: Survey, family: str, port: Body | None) -> Strand:
    endpoints = endpoints_of(survey.slices, family, port)
    port = port or {}
    addresses = (each for each in survey.spec.get("clusterIPs") or () if each != "None")
    cluster_ip = next((each for each in addresses if family_of(each) == family), None)
    entrances = tuple(_entrances(survey, family, port))
    return Strand(
        name=port.get("name") or "",
        port=port.get("port"),
        protocol=port.get("protocol"),
        app_protocol=port.get("appProtocol"),
        target=port.get("targetPort"),
        family=family,
        cluster_ip=cluster_ip,
        node_port=port.get("nodePort"),
        entrances=entrances,
        endpoints=endpoints,
        outside=spreads(endpoints, survey.nodes, survey.is_local_outside) if entrances else (),
        inside=spreads(endpoints, survey.nodes, survey.is_local_inside) if cluster_ip else (),
    )


def _entrances(survey: Survey, family: str, port: Body) -> Iterator[Entrance]:
    for way in survey.ingress:
        address = way.get("ip")
        if address is None or family_of(address) == family:
            yield Entrance("LoadBalancer", address or way["hostname"], port["port"])
    if port.get("nodePort"):
        if survey.nodes is None:
            yield Entrance("NodePort", ANY_NODE, port["nodePort"])
        for node in survey.nodes or ():
            for each in survey.addresses_of(node):
                if family_of(each.address) == family:
                    yield Entrance("NodePort", each.address, port["nodePort"], node.name)
