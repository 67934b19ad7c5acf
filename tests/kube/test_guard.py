"""What a process that doesn't lead sends, and what it doesn't."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientTimeout, web

from exposer.kube import Access, Connection
from tests.support.api_server import ApiServer, Taken

LEASE = "/apis/coordination.k8s.io/v1/namespaces/exposer-system/leases"
SERVICES = "/api/v1/namespaces/shop/services"
WRITES = ["POST", "PUT", "PATCH", "DELETE"]
SOON = ClientTimeout(total=10)
HELD_BACK = r"^this process is not the leader now$"


class Leadership:
    """Whether this process may write, which a test changes."""

    def __init__(self) -> None:
        self.leads = True
        self.asked = 0
        self.was_asked = asyncio.Event()
        self.ends_after: int | None = None

    def __call__(self) -> bool:
        self.asked += 1
        self.was_asked.set()
        return self.leads and (self.ends_after is None or self.asked <= self.ends_after)


@pytest.fixture
def leadership() -> Leadership:
    return Leadership()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ApiServer]:
    async with ApiServer(tmp_path) as server:
        yield server


def connection(server: ApiServer, leadership: Leadership, limit: int = 0) -> Connection:
    async def locate() -> Access:
        return Access(server.url)

    return Connection(locate, leadership, limit=limit)


async def ask(connection: Connection, method: str, path: str, body: bytes | None = b"{}") -> None:
    async with await connection.request(method, path, body=body, timeout=SOON) as response:
        assert await response.json() == {}


@pytest.mark.parametrize("method", WRITES)
async def test_while_it_leads_writes_go_out(
    server: ApiServer, leadership: Leadership, method: str
) -> None:
    async with connection(server, leadership) as calls:
        await ask(calls, method, SERVICES)
    assert server.taken == [Taken(method, SERVICES, b"{}")]


@pytest.mark.parametrize("body", [None, b"", b"{}", b"x" * 200_000])
@pytest.mark.parametrize("method", WRITES)
async def test_after_that_none_does(
    server: ApiServer, leadership: Leadership, method: str, body: bytes | None
) -> None:
    leadership.leads = False
    async with connection(server, leadership) as calls:
        with pytest.raises(ClientConnectionError, match=HELD_BACK):
            await ask(calls, method, SERVICES, body)
    assert server.taken == []


@pytest.mark.parametrize("body", [None, b"", b"{}", b"x" * 200_000])
@pytest.mark.parametrize("method", WRITES)
async def test_it_is_asked_again_when_the_bytes_go_out(
    server: ApiServer, leadership: Leadership, method: str, body: bytes | None
) -> None:
    leadership.ends_after = 1  # when the call begins
    async with connection(server, leadership) as calls:
        with pytest.raises(ClientConnectionError, match=HELD_BACK):
            await ask(calls, method, SERVICES, body)
        assert leadership.asked == 2
    assert server.taken == []


async def test_a_long_body_ends_where_the_leadership_does(
    server: ApiServer, leadership: Leadership
) -> None:
    leadership.ends_after = 3
    async with connection(server, leadership) as calls:
        with pytest.raises(ClientConnectionError, match=HELD_BACK):
            await ask(calls, "PATCH", SERVICES, b"x" * 200_000)
    assert server.taken == []


async def test_a_long_body_is_sent_whole(server: ApiServer, leadership: Leadership) -> None:
    body = bytes(range(256)) * 1000
    async with connection(server, leadership) as calls:
        await ask(calls, "PATCH", SERVICES, body)
    assert [taken.body for taken in server.taken] == [body]


@pytest.mark.parametrize("method", WRITES)
async def test_a_write_that_waits_for_a_connection_is_held_back(
    server: ApiServer, leadership: Leadership, method: str
) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        arrived.set()
        await go_on.wait()
        return web.json_response({})

    server.answer = answer
    async with connection(server, leadership, limit=1) as calls:
        first = asyncio.create_task(ask(calls, "GET", "/first"))
        await arrived.wait()
        second = asyncio.create_task(ask(calls, method, SERVICES))
        await leadership.was_asked.wait()  # it is on its way to a connection
        leadership.leads = False
        go_on.set()
        await first
        with pytest.raises(ClientConnectionError, match=HELD_BACK):
            await second
    assert server.taken == [Taken("GET", "/first", b"{}")]


async def test_reads_always_go_out(server: ApiServer, leadership: Leadership) -> None:
    leadership.leads = False
    async with connection(server, leadership) as calls:
        await ask(calls, "GET", SERVICES, None)
    assert server.taken == [Taken("GET", SERVICES)]


@pytest.mark.parametrize("method", WRITES)
async def test_the_lease_is_written_by_those_who_do_not_lead_yet(
    server: ApiServer, leadership: Leadership, method: str
) -> None:
    leadership.leads = False
    async with connection(server, leadership) as calls:
        await ask(calls, method, LEASE)
    assert server.taken == [Taken(method, LEASE, b"{}")]
