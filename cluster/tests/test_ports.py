"""Reserved ports."""

import socket
from contextlib import ExitStack

import pytest

from localcluster.controlplane.ports import LOOPBACK, Reservation


def numbers(reservation: Reservation) -> list[int]:
    ports = reservation.ports
    return [ports.etcd, ports.etcd_peer, ports.apiserver]


def test_two_reservations_never_share_a_port() -> None:
    with ExitStack() as stack:
        reservations = [stack.enter_context(Reservation()) for _ in range(100)]
        found = {number for each in reservations for number in numbers(each)}
        assert len(found) == 300


def test_a_reserved_port_answers_nobody() -> None:
    with (
        Reservation() as reservation,
        socket.socket() as client,
        pytest.raises(ConnectionRefusedError),
    ):
        client.connect((LOOPBACK, reservation.ports.apiserver))


def test_nobody_else_can_bind_a_reserved_port() -> None:
    with (
        Reservation() as reservation,
        socket.socket() as other,
        pytest.raises(OSError, match=r"Address already in use$"),
    ):
        other.bind((LOOPBACK, reservation.ports.apiserver))


def test_the_one_that_a_port_is_reserved_for_gets_the_connections() -> None:
    with Reservation() as reservation, socket.socket() as server:
        address = (LOOPBACK, reservation.ports.apiserver)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(address)
        server.listen()
        server.settimeout(10)
        for _ in range(20):
            with socket.create_connection(address, timeout=10) as connection:
                accepted, peer = server.accept()
                accepted.close()
                assert peer == connection.getsockname()


def test_ports_are_free_after_the_reservation() -> None:
    with Reservation() as reservation:
        pass
    with socket.socket() as other:
        other.bind((LOOPBACK, reservation.ports.apiserver))
        assert other.getsockname() == (LOOPBACK, reservation.ports.apiserver)
