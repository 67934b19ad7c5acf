"""Builds a cluster's network: the machine and the nodes on one switch, and nobody else.

        the machine ── localclusterN ──┐
                                       ├─ switch ─┬─ eth0 of node1
          (further hosts, see network) ┘          └─ eth0 of node2 ...

The switch and each node have a network namespace of their own, held by open files of this process.
All that the machine itself gets is one interface with its addresses; it routes and translates
nothing for the nodes, whose way ends here.
"""

import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from localcluster.errors import ClusterError
from localcluster.network.lan import SERVICE_RANGES, Lan
from localcluster.network.namespaces import Namespaces, NetworkNamespace, configure
from localcluster.node_specs import NodeSpec

__all__ = ["Wiring", "assign", "plug_in"]

_MOST_NETWORKS = 254
_LENGTHS = (24, 64)


class Wiring:
    """The network of a running cluster; it ends with this process, at last."""

    def __init__(self, specs: Sequence[NodeSpec]) -> None:
        """Build it, under the first number that is free on this machine.

        Raises:
            ClusterError: It can't be built.
        """
        self.switch = NetworkNamespace()
        """Where the bridge is that all others are connected to."""
        self.switch.configure(
            # All get all multicasts, by which IPv6 finds its neighbours: nobody has to join.
            "link add switch type bridge mcast_snooping 0",
            "link set switch up",
        )
        self.lan = Lan(self._connect_machine())
        self.nodes = {spec: NetworkNamespace() for spec in specs}
        """The nodes' namespaces."""
        for spec, node in self.nodes.items():
            plug_in(self.switch, spec.name, node)
            node.configure(
                *assign("eth0", self.lan.node(spec), _LENGTHS),
                *(line for other in specs if other != spec for line in self._route_to(other)),
                # What a node itself sends to a Service is translated after its route is found.
                *(f"route add {services} dev eth0" for services in SERVICE_RANGES),
            )

    def __enter__(self) -> Self:
        """Use the network for the length of a with block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take it down; when the interface is gone, its number is free."""
        configure([f"link delete {self.lan.name}"])
        for namespace in (self.switch, *self.nodes.values()):
            namespace.close()

    def _connect_machine(self) -> int:
        for number in range(1, _MOST_NETWORKS + 1):
            lan = Lan(number)
            command = ["ip", "link", "add", lan.name, "type", "veth", "peer", "name", "machine"]
            # The name is the reservation: the kernel gives it to one cluster only.
            made = subprocess.run(
                [*command, "netns", self.switch.path], capture_output=True, text=True, check=False
            )
            if made.returncode == 0:
                self.switch.configure("link set machine master switch up")
                configure(assign(lan.name, lan.machine, _LENGTHS))
                return number
            if "File exists" not in made.stderr:
                raise ClusterError(f"The network can't be set up: {made.stderr.strip()}")
        raise ClusterError(f"There are {_MOST_NETWORKS} networks already, the last is {lan.name}.")

    def _route_to(self, other: NodeSpec) -> list[str]:
        """How a node reaches the pods of another one."""
        return [
            f"route add {pods} via {address}"
            for pods, address in zip(other.pod_ranges, self.lan.node(other), strict=True)
        ]


def assign(interface: str, addresses: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """How to give an interface its addresses, with so long prefixes, and set it up."""
    return [
        f"link set {interface} up",
        *(
            # Nobody else has it, so that nobody need be asked, which takes a second.
            f"address add {address}/{length} dev {interface}{' nodad' if ':' in address else ''}"
            for address, length in zip(addresses, lengths, strict=True)
        ),
    ]


def plug_in(switch: Namespaces, name: str, host: NetworkNamespace) -> None:
    """Connect a namespace, by an interface eth0 in it, to a port of the switch."""
    switch.configure(
        f"link add {name} type veth peer name eth0 netns {host.path}",
        f"link set {name} master switch up",
    )
