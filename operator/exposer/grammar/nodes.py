"""What a port string says, once it is read: values without behaviour beyond themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from typing import NamedTuple


class Kind(StrEnum):
    """How a Service is reached; all strings of one request are of one kind."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"
    HEADLESS = "Headless"
    EXTERNAL_NAME = "ExternalName"


SIGNS = {
    "!": Kind.NODE_PORT,
    "#": Kind.HEADLESS,
    "^": Kind.LOAD_BALANCER,
    "@": Kind.EXTERNAL_NAME,
}
SIGN_OF = {kind: sign for sign, kind in SIGNS.items()} | {Kind.CLUSTER_IP: ""}
WITH_NODE_PORTS = (Kind.NODE_PORT, Kind.LOAD_BALANCER)


def told_signs(kinds: Iterable[Kind]) -> str:
    """The kinds as messages name them: ``"!" (NodePort) and "^" (LoadBalancer)``."""
    return " and ".join(f'"{SIGN_OF[kind]}" ({kind})' for kind in kinds)


class Protocol(StrEnum):
    """The transport protocols of core/v1 ServicePort."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


APP_PROTOCOLS = {
    "http": "http",
    "https": "https",
    "grpc": "grpc",
    "h2c": "kubernetes.io/h2c",
    "ws": "kubernetes.io/ws",
    "wss": "kubernetes.io/wss",
}
"""The words for an appProtocol on TCP, and its value: an IANA service name, or one of KEP-3726."""
WORD_OF = {value: word for word, value in APP_PROTOCOLS.items()}


class Ports(NamedTuple):
    """One port, or a range of them with both ends in it."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        """The ports, spelled out."""
        return range(self.first, self.last + 1)

    def __str__(self) -> str:
        """The canonical spelling."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class PortMapping:
    """One port of a Service, spelled out.

    Attributes:
        node_port: The port on every node; None where the cluster picks one or there is none.
        app_protocol: What is spoken on the port (core/v1 ServicePort.appProtocol), if it is said.
    """

    name: str
    port: int
    target: int | str
    node_port: int | None
    protocol: Protocol
    app_protocol: str | None = None


@dataclass(frozen=True, slots=True)
class PortString:
    """One string, read. Equal meanings are equal values: ``80`` and ``80:80/tcp`` are one.

    Attributes:
        ports: The Service's ports; None for ``@host`` and for ``#`` alone.
        target: The pods' ports, or the name of a container port; None where ``ports`` is.
        name: The name before ``=``; None where the default name serves.
        host: The DNS name after ``@``, without a dot at its end.
        app_protocol: The appProtocol as core/v1 has it; None where none is said.
    """

    kind: Kind
    ports: Ports | None = None
    target: Ports | str | None = None
    node_ports: Ports | None = None
    protocol: Protocol = Protocol.TCP
    name: str | None = None
    host: str | None = None
    app_protocol: str | None = None

    @property
    def mappings(self) -> tuple[PortMapping, ...]:
        """The ports one by one: a range is spelled out."""
        if self.ports is None or self.target is None:
            return ()
        targets: Iterable[int | str] = (
            repeat(self.target) if isinstance(self.target, str) else self.target.numbers
        )
        node_ports: Iterable[int | None] = (
            repeat(None) if self.node_ports is None else self.node_ports.numbers
        )
        return tuple(
            PortMapping(
                self._port_name(port, target),
                port,
                target,
                node_port,
                self.protocol,
                self.app_protocol,
            )
            for port, target, node_port in zip(
                self.ports.numbers, targets, node_ports, strict=False
            )
        )

    def _port_name(self, port: int, target: int | str) -> str:
        if self.name is None:
            return default_name(port, target, self.protocol)
        if self.ports is None or self.ports.first == self.ports.last:
            return self.name
        return f"{self.name}-{port}"


def default_name(port: int, target: int | str, protocol: Protocol) -> str:
    """The name of a port that was given none: ``80-8080``, ``80-http``, ``53-5353-udp``.

    The appProtocol is not in it: no two ports differ in that alone.
    """
    suffix = "" if protocol is Protocol.TCP else f"-{protocol.lower()}"
    return f"{port}-{target}{suffix}"
