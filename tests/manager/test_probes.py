"""What the kubelet and Prometheus are answered."""

import asyncio
import socket
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from exposer.engine.hearing import Hearing
from exposer.engine.serving import ListenError, serving

from exposer.options import Address

HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def a_port() -> Address:
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", listener.getsockname()[1])


def listed(is_set: bool = True) -> asyncio.Event:
    event = asyncio.Event()
    if is_set:
        event.set()
    return event


async def asked(address: Address, path: str) -> tuple[int, str]:
    url = f"http://{address.host}:{address.port}{path}"
    async with ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_while_all_is_heard_it_is_well(path: str) -> None:
    address = a_port()
    async with serving(address, Hearing(["/one"], HOUR), listed()):
        assert await asked(address, path) == (200, "ok\n")


async def test_what_is_not_heard_is_named() -> None:
    address, clock = a_port(), Clock()
    hearing = Hearing(["/one"], timedelta(seconds=90), clock)
    clock.now += 90.4
    async with serving(address, hearing, listed()):
        assert await asked(address, "/healthz") == (503, "nothing was heard of /one for 90 s\n")


async def test_before_all_is_listed_it_lives_but_is_not_ready() -> None:
    address = a_port()
    async with serving(address, Hearing(["/one"], HOUR), listed(False)):
        assert await asked(address, "/healthz") == (200, "ok\n")
        assert await asked(address, "/readyz") == (503, "not all is listed yet\n")


async def test_with_a_watch_that_was_cut_it_lives_but_is_not_ready() -> None:
    address, clock = a_port(), Clock()
    hearing = Hearing(["/one"], HOUR, clock)
    hearing.ended("/one")
    clock.now += 11
    async with serving(address, hearing, listed()):
        assert await asked(address, "/healthz") == (200, "ok\n")
        assert await asked(address, "/readyz") == (503, "no watch of /one for 11 s\n")


async def test_metrics_are_in_the_format_of_prometheus() -> None:
    address = a_port()
    async with serving(address, Hearing([], HOUR), listed()):
        status, text = await asked(address, "/metrics")
    assert status == 200
    assert "# TYPE exposer_reconcile_total counter\n" in text


async def test_a_port_that_is_taken_is_told() -> None:
    address = a_port()
    hearing = Hearing([], HOUR)
    async with serving(address, hearing, listed()):
        with pytest.raises(ListenError, match=r"can't listen .*address already in use"):
            async with serving(address, hearing, listed()):
                pass


async def test_without_an_address_nothing_listens() -> None:
    async with serving(None, Hearing([], HOUR), listed()):
        pass
