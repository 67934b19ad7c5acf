"""What stands of one request, as the commands read it: no more than their answers need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from exposer.explained.places import family_of
from exposer.grammar import Kind
from exposer.observed import RequestRecord
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.status.kinds import kind_of

Body = Mapping[str, Any]

_ZONE_LABEL = "topology.kubernetes.io/zone"
_REACHABLE = ("ExternalIP", "InternalIP")  # the node addresses that node ports are open at


class NodeAddress(NamedTuple):
    """One address of a node (core/v1 NodeAddress)."""

    type: str
    address: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node, as far as Services go."""

    name: str
    zone: str | None = None
    addresses: tuple[NodeAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found of one request.

    Attributes:
        service: Its own Service, None while it has none.
        slices: The EndpointSlices of that Service.
        nodes: None where they could not be read, or make no difference.
        backing: The first few pods of its selector.
        gaps: What could not be read, and why.
    """

    request: RequestRecord
    service: Body | None = None
    slices: tuple[Body, ...] = ()
    nodes: tuple[Node, ...] | None = None
    backing: BackingPods = UNSEEN
    gaps: tuple[str, ...] = ()

    @property
    def spec(self) -> Body:
        """The Service's spec; empty while there is none."""
        return self.service["spec"] if self.service else {}

    @property
    def kind(self) -> Kind | None:
        """How the Service is reached; None while there is none."""
        return kind_of(self.spec) if self.service else None

    @property
    def service_name(self) -> str:
        """The Service's name; while there is none, that of the wanted one."""
        if self.service is None:
            return self.request.service_key.name
        return str(self.service["metadata"]["name"])

    @property
    def ports(self) -> Sequence[Body]:
        """The Service's ports."""
        return self.spec.get("ports") or ()

    @property
    def ports_of_endpoints(self) -> Sequence[Body | None]:
        """The ports by which to look for endpoints; None for a Service without ports."""
        return self.ports or (None,)

    @property
    def families(self) -> Sequence[str]:
        """The Service's IP families, the first one first."""
        return self.spec.get("ipFamilies") or ()

    @property
    def ingress(self) -> Sequence[Body]:
        """The ways in through a load balancer."""
        status = (self.service or {}).get("status") or {}
        return (status.get("loadBalancer") or {}).get("ingress") or ()

    @property
    def is_local_outside(self) -> bool:
        """Whether traffic from outside stays on the node where it arrives."""
        return self.spec.get("externalTrafficPolicy") == "Local"

    @property
    def is_local_inside(self) -> bool:
        """Whether traffic from inside stays on its node."""
        return self.spec.get("internalTrafficPolicy") == "Local"

    @property
    def depends_on_nodes(self) -> bool:
        """Whether there is more to tell once the nodes are known."""
        hinted = any(
            endpoint.get("hints") for found in self.slices for endpoint in found["endpoints"] or ()
        )
        has_node_ports = any(port.get("nodePort") for port in self.ports)
        return has_node_ports or self.is_local_outside or self.is_local_inside or hinted

    def addresses_of(self, node: Node) -> list[NodeAddress]:
        """Where a node takes traffic for the Service; what the world knows comes first."""
        found = [
            each
            for each in node.addresses
            if each.type in _REACHABLE and family_of(each.address) in self.families
        ]
        return sorted(found, key=lambda each: _REACHABLE.index(each.type))


def trimmed_node(body: Body) -> Node:
    """A Node as it came from the API server."""
    metadata, status = body["metadata"], body.get("status") or {}
    return Node(
        metadata["name"],
        (metadata.get("labels") or {}).get(_ZONE_LABEL),
        tuple(NodeAddress(each["type"], each["address"]) for each in status.get("addresses") or ()),
    )
