"""Free ports that stay free until the component they are meant for takes them."""

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

__all__ = ["LOOPBACK", "Ports", "Reservation"]

LOOPBACK = "127.0.0.1"
"""Where everything listens that nobody on another machine is to reach."""


@dataclass(frozen=True)
class Ports:
    """Where a cluster's components listen.

    Attributes:
        host: The API server's address; etcd is on the loopback interface.
        apiserver: The API server's port.
        etcd: etcd's port for its clients.
        etcd_peer: etcd's port for other members, of which there are none.
    """

    host: str
    apiserver: int
    etcd: int
    etcd_peer: int


class Reservation:
    """Three ports that nobody else on this machine gets while this object is open.

    Looking for a free port and letting go of it is a race: the next cluster may be given the same
    one. Here the ports stay bound, but without listening, so that connections never arrive at these
    sockets; with SO_REUSEPORT a component of the same user can bind beside them.
    """

    def __init__(self, host: str = LOOPBACK) -> None:
        """Bind the ports.

        Args:
            host: The API server's address.
        """
        self._sockets = [_bound(address) for address in (host, LOOPBACK, LOOPBACK)]
        self.ports = Ports(host, *(s.getsockname()[1] for s in self._sockets))

    def __enter__(self) -> Self:
        """Hold the ports for the length of a with block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of the ports."""
        for each in self._sockets:
            each.close()


def _bound(host: str) -> socket.socket:
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind((host, 0))
    return reserved
