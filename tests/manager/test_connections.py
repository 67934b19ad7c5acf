"""Who opens connections and says no more keeps nobody else from being answered."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from exposer.manager.connections import MOST, Limits
from exposer.manager.probes import probes
from exposer.options import Address
from tests.manager.test_probes import a_port, some_informers

_HALF = b"GET /healthz HTTP/1.1\r\nHost: exp"
_HALF_OPEN = 1500
_LARGE = 50_000_000  # bytes, more than the kernel keeps of an answer

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """Each connection of a test is two files of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def half_open(address: Address, count: int) -> AsyncIterator[list[Connection]]:
    """Connections with half a request each."""
    connections: list[Connection] = []
    try:
        for _ in range(count):
            connections.append(await asyncio.open_connection(*address))
            connections[-1][1].write(_HALF)
        yield connections
    finally:
        for _, writer in connections:
            writer.transport.abort()


async def ended(connection: Connection) -> None:
    """Return once the other side has ended the connection, and not before."""
    with suppress(ConnectionResetError):
        assert await connection[0].read() == b""


async def test_probes_are_answered_beside_many_half_requests() -> None:
    address = a_port()
    async with (
        probes(address, await some_informers()),
        half_open(address, _HALF_OPEN) as connections,
        asyncio.timeout(30),
    ):
        # Those that came first have gone, and the others are still there.
        await asyncio.gather(*map(ended, connections[: _HALF_OPEN - MOST]))
        for path in ("/healthz", "/readyz", "/metrics"):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: exposer\r\n\r\n".encode())
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            writer.close()
        assert not any(reader.at_eof() for reader, _ in connections[_HALF_OPEN - MOST + 3 :])


class Watched(Limits):
    """Tells when a connection is over."""

    def __init__(self, server: web.Server, most: int, longest: float) -> None:
        super().__init__(server, most, longest)
        self.ended = asyncio.Event()

    def closed(self, transport: asyncio.Transport) -> None:
        super().closed(transport)
        self.ended.set()


@asynccontextmanager
async def served(most: int, longest: float) -> AsyncIterator[tuple[Address, Watched]]:
    """A server that answers as many bytes as one asks for."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b"x" * int(request.query.get("bytes", "2")))

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    assert runner.server is not None
    address, limits = a_port(), Watched(runner.server, most, longest)
    listener = await asyncio.get_running_loop().create_server(limits, *address)
    try:
        yield address, limits
    finally:
        listener.close()
        await runner.cleanup()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(_HALF, id="half a request"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: exposer\r\n\r\n", id="kept alive"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: exposer\r\nContent-Length: 9\r\n\r\n", id="no body"),
        pytest.param(
            f"GET /?bytes={_LARGE} HTTP/1.1\r\nHost: exposer\r\n\r\n".encode(),
            id="an answer that is not read",
        ),
    ],
)
async def test_no_connection_lasts_longer_than_it_may(said: bytes) -> None:
    async with served(most=10, longest=0.2) as (address, limits), asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(*address, limit=1024)
        writer.write(said)
        await limits.ended.wait()
        answer = b""
        with suppress(ConnectionResetError):
            answer = await reader.read()
        assert len(answer) < _LARGE
        writer.transport.abort()


async def test_a_connection_that_has_ended_makes_room_for_another() -> None:
    async with (
        served(most=2, longest=60) as (address, _),
        half_open(address, 1) as ((first, _),),
        asyncio.timeout(30),
    ):
        for _ in range(5):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"GET / HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).endswith(b"xx")
            writer.close()
        assert not first.at_eof()
