"""A running cluster's network, as its users see it from outside of the nodes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Self

from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.network.lan import POD_RANGES, SERVICE_RANGES, Lan
from localcluster.network.namespaces import Namespaces, NetworkNamespace
from localcluster.network.wiring import assign, plug_in
from localcluster.node_specs import NodeSpec
from localcluster.system.files import write_private

__all__ = ["Network"]


class Network:
    """The nodes' addresses and namespaces, and other hosts beside them."""

    def __init__(self, lan: Lan, switch: str, machines: Mapping[int, int]) -> None:
        """Refer to a network that somebody else has built.

        Args:
            lan: Its addresses.
            switch: The path of the namespace of its switch.
            machines: A process in each node's namespaces, by the nodes' numbers.
        """
        self._lan = lan
        self._switch_path = switch
        self._switch = Namespaces(f"--net={switch}")
        self._machines = machines

    @classmethod
    def read(cls, layout: Layout) -> Self:
        """The network of the cluster in a state folder.

        Raises:
            ClusterError: It has none.
        """
        try:
            record = json.loads(layout.network.read_text())
        except FileNotFoundError as error:
            raise ClusterError("The cluster's nodes are a stand-in without a network.") from error
        machines = {int(number): pid for number, pid in record["machines"].items()}
        return cls(Lan(record["number"]), record["switch"], machines)

    def write(self, layout: Layout) -> None:
        """Note where it is, for `read`."""
        record = {
            "number": self._lan.number,
            "switch": self._switch_path,
            "machines": self._machines,
        }
        write_private(layout.network, json.dumps(record).encode())

    @property
    def interface(self) -> str:
        """The machine's interface to it."""
        return self._lan.name

    def node_address(self, number: int) -> tuple[str, str]:
        """A node's addresses, IPv4 and IPv6; the first node has number 1."""
        return self._lan.node(NodeSpec(number))

    def in_node(self, number: int) -> Namespaces:
        """Where commands run as if on that node."""
        return Namespaces.of_process(self._machines[number])

    def address(self, number: int) -> tuple[str, str]:
        """Free addresses for a host, IPv4 and IPv6.

        Args:
            number: From 101 to 254.
        """
        return self._lan.addresses(number)

    @contextmanager
    def host(self, name: str, *addresses: str, via: int = 1) -> Iterator[NetworkNamespace]:
        """Connect a further host, which is no node, for the length of a with block.

        It reaches the nodes, and by one of them the addresses of Services and pods, as a router
        would have it. And they, and with them pods, reach it at each of its addresses. What was
        started there by `popen` ends with the block.

        Args:
            name: What its port of the switch is called: at most 15 characters.
            addresses: Its addresses: free ones (see `address`), or any that are foreign here.
            via: The number of the node that is its way to Services and pods.

        Raises:
            ClusterError: There is one of that name.
        """
        families = sorted({_family(each) for each in addresses})
        with ExitStack() as connected:
            host = NetworkNamespace()
            connected.callback(host.close)
            plug_in(self._switch, name, host)
            connected.callback(self._switch.run, ["ip", "link", "delete", name])
            host.configure(
                *assign("eth0", addresses, [_SINGLE[_family(each)] for each in addresses]),
                *(line for family in families for line in self._routes(family, via)),
            )
            for number in self._machines:
                node = self.in_node(number)
                for address in addresses:
                    node.configure(f"route replace {address} dev eth0")
                    connected.callback(node.run, ["ip", "route", "delete", address, "dev", "eth0"])
                    # The next host of that address is another one.
                    connected.callback(node.run, ["ip", "neighbor", "flush", "to", address])
            yield host

    def _routes(self, family: int, via: int) -> list[str]:
        """A host's ways to all others."""
        node = self.node_address(via)[family]
        return [
            f"route add {self._lan.prefixes[family]} dev eth0",
            f"route add {SERVICE_RANGES[family]} via {node}",
            f"route add {POD_RANGES[family]} via {node}",
        ]


_SINGLE = (32, 128)  # the length of a prefix with one address


def _family(address: str) -> int:
    """Where an address' family stands in pairs of both: 0 for IPv4, 1 for IPv6."""
    return 1 if ":" in address else 0
