"""What the kubelet is answered."""

import socket
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from exposer.engine.health import Address, ListenError, serving_health
from exposer.engine.hearing import Hearing

HOUR = timedelta(hours=1)


def a_port() -> Address:
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", listener.getsockname()[1])


async def asked(address: Address) -> tuple[int, str]:
    url = f"http://{address.host}:{address.port}/healthz"
    async with ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def test_while_all_is_heard_it_is_well() -> None:
    address = a_port()
    async with serving_health(address, Hearing(["/one"], HOUR)):
        assert await asked(address) == (200, "ok\n")


async def test_what_is_not_heard_is_named() -> None:
    address = a_port()
    times = iter([0.0, 90.4])
    hearing = Hearing(["/one"], timedelta(seconds=90), lambda: next(times))
    async with serving_health(address, hearing):
        assert await asked(address) == (503, "nothing was heard of /one for 90 s\n")


async def test_a_port_that_is_taken_is_told() -> None:
    address = a_port()
    hearing = Hearing([], HOUR)
    async with serving_health(address, hearing):
        with pytest.raises(ListenError, match=r"can't answer /healthz: .*address already in use"):
            async with serving_health(address, hearing):
                pass


async def test_without_an_address_nothing_listens() -> None:
    async with serving_health(None, Hearing([], HOUR)):
        pass
