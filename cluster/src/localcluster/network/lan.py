"""The addresses of the network that the machine and its nodes are on."""

from dataclasses import dataclass
from typing import ClassVar

from localcluster.node_specs import NodeSpec

__all__ = ["POD_RANGES", "SERVICE_RANGES", "Lan"]

SERVICE_RANGES = ("10.96.0.0/12", "fd00:10:96::/112")
"""The addresses of Services, of both families; a Service gets both when it asks for them."""

POD_RANGES = ("10.244.0.0/16", "fd00:10:244::/48")
"""The addresses of pods, of both families; each node has a part, see `NodeSpec`."""

_BEFORE_NODES = 10


@dataclass(frozen=True)
class Lan:
    """One cluster's network.

    Attributes:
        PREFIX: What the names of all of them begin with.
        MOST_NODES: How many nodes can be on it.
        number: Its number, which no other one on this machine has.
    """

    PREFIX: ClassVar = "localcluster"  # and up to three digits: 15 characters are the limit
    MOST_NODES: ClassVar = 90

    number: int

    @property
    def name(self) -> str:
        """What the machine's interface to it is called."""
        return f"{self.PREFIX}{self.number}"

    @property
    def prefixes(self) -> tuple[str, str]:
        """All of its addresses, IPv4 and IPv6."""
        return f"10.250.{self.number}.0/24", f"fd00:10:250:{self.number}::/64"

    @property
    def machine(self) -> tuple[str, str]:
        """The machine's addresses, IPv4 and IPv6."""
        return self.addresses(1)

    def node(self, spec: NodeSpec) -> tuple[str, str]:
        """A node's addresses, IPv4 and IPv6."""
        return self.addresses(_BEFORE_NODES + spec.number)

    def addresses(self, number: int) -> tuple[str, str]:
        """Those with a number: 1 is the machine's, those up to 100 the nodes', others are free."""
        return f"10.250.{self.number}.{number}", f"fd00:10:250:{self.number}::{number}"
