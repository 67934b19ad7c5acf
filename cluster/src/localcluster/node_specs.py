"""The nodes of a cluster: what they are called and which addresses are theirs."""

import string
from dataclasses import dataclass

__all__ = ["NodeSpec", "node_specs"]

_MOST = 254  # as the number is the last one of an address


@dataclass(frozen=True)
class NodeSpec:
    """One node.

    Attributes:
        number: Its place, starting at 1.
    """

    number: int

    @property
    def name(self) -> str:
        """The node's name, also its host name."""
        return f"node{self.number}"

    @property
    def address(self) -> str:
        """Its InternalIP."""
        return f"10.240.0.{self.number}"

    @property
    def zone(self) -> str:
        """The zone it is in: another one for every node, as far as the alphabet goes."""
        return f"zone-{string.ascii_lowercase[(self.number - 1) % len(string.ascii_lowercase)]}"

    @property
    def pod_prefix(self) -> str:
        """What the addresses of its pods begin with (a /24)."""
        return f"10.244.{self.number}."

    @property
    def pod_prefix_6(self) -> str:
        """What the IPv6 addresses of its pods begin with (a /64)."""
        return f"fd00:10:244:{self.number}::"

    @property
    def pod_ranges(self) -> tuple[str, str]:
        """The addresses of its pods, IPv4 and IPv6."""
        return f"{self.pod_prefix}0/24", f"{self.pod_prefix_6}/64"

    @property
    def labels(self) -> dict[str, str]:
        """What a node is found and told apart by."""
        return {
            "kubernetes.io/hostname": self.name,
            "kubernetes.io/os": "linux",
            "topology.kubernetes.io/zone": self.zone,
        }

    @property
    def user(self) -> str:
        """Whom the Node authorizer takes for this node."""
        return f"system:node:{self.name}"


def node_specs(count: int) -> list[NodeSpec]:
    """The first nodes of a cluster.

    Raises:
        ValueError: There are addresses for 1 to 254 nodes.
    """
    if not 1 <= count <= _MOST:
        raise ValueError(f"a cluster has 1 to {_MOST} nodes, not {count}")
    return [NodeSpec(number) for number in range(1, count + 1)]
