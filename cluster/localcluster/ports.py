"""Free ports that stay free until the component they are meant for takes them."""

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

__all__ = ["LOOPBACK", "Ports", "Reservation"]

LOOPBACK = "127.0.0.1"
"""The only address that anything here listens on."""


@dataclass(frozen=True)
class Ports:
    """The ports of one cluster."""

    etcd: int
    etcd_peer: int
    apiserver: int


class Reservation:
    """Three ports that nobody else on this machine gets while this object is open.

    Looking for a free port and letting go of it is a race: the next cluster may be given the same
    one. Here the ports stay bound, but without listening, so that connections never arrive at these
    sockets; with SO_REUSEPORT a component of the same user can bind beside them.
    """

    def __init__(self) -> None:
        """Bind the ports."""
        self._sockets = [_bound() for _ in range(3)]
        etcd, etcd_peer, apiserver = (s.getsockname()[1] for s in self._sockets)
        self.ports = Ports(etcd=etcd, etcd_peer=etcd_peer, apiserver=apiserver)

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


def _bound() -> socket.socket:
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind((LOOPBACK, 0))
    return reserved
