"""What a session tells of what comes in, and what it leaves of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from exposer.engine.session import listening_session
from exposer.kube import Access


class Recorder:
    """Remembers what it is told, and takes everything out of a page."""

    def __init__(self) -> None:
        self.heard_of: list[str] = []
        self.pages: list[tuple[str, dict[str, Any]]] = []

    def headers(self, url: URL) -> dict[str, str]:
        return {"Accept": f"application/of{url.path.replace('/', '.')}"}

    def heard(self, url: URL) -> None:
        self.heard_of.append(url.path)

    def ended(self, url: URL) -> None:
        self.heard_of.append(f"end of {url.path}")

    def listed(self, url: URL, page: dict[str, Any]) -> dict[str, Any]:
        self.pages.append((url.path, page))
        return {}


async def lists(_request: web.Request) -> web.Response:
    return web.json_response({"items": [1]})


async def watches(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for line in (b"one\n", b"two\n"):
        await response.write(line)
    return response


async def echoes(request: web.Request) -> web.Response:
    return web.json_response({"items": [request.headers.getall("Accept")]})


async def fails(_request: web.Request) -> web.Response:
    return web.json_response({"kind": "Status"}, status=403)


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    application = web.Application()
    application.router.add_get("/list", lists)
    application.router.add_get("/watch", watches)
    application.router.add_get("/echo", echoes)
    application.router.add_get("/fail", fails)
    server = TestServer(application)
    async with server:
        yield server


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def session(server: TestServer, recorder: Recorder) -> AsyncIterator[ClientSession]:
    access = Access(str(server.make_url("")), authorization="Bearer secret")
    async with listening_session(access, recorder) as session:
        yield session


async def test_a_page_is_told_and_replaced(
    server: TestServer, session: ClientSession, recorder: Recorder
) -> None:
    async with session.get(server.make_url("/list")) as response:
        assert await response.json() == {}
    assert recorder.pages == [("/list", {"items": [1]})]
    assert recorder.heard_of == []


async def test_a_request_has_the_headers_that_are_wanted_for_its_path(
    server: TestServer, session: ClientSession, recorder: Recorder
) -> None:
    async with session.get(server.make_url("/echo"), headers={"Accept": "*/*"}) as response:
        await response.json()
    assert recorder.pages == [("/echo", {"items": [["application/of.echo"]]})]


async def test_each_part_of_a_watch_is_heard_when_it_is_read(
    server: TestServer, session: ClientSession, recorder: Recorder
) -> None:
    async with session.get(server.make_url("/watch?watch=true")) as response:
        assert recorder.heard_of == ["/watch"]
        read = b"".join([chunk async for chunk in response.content.iter_chunked(4)])
    assert (read, recorder.heard_of) == (b"one\ntwo\n", ["/watch"] * 3 + ["end of /watch"])


async def test_a_refusal_is_not_told(
    server: TestServer, session: ClientSession, recorder: Recorder
) -> None:
    for url in ("/fail", "/fail?watch=true"):
        async with session.get(server.make_url(url)) as response:
            assert await response.json() == {"kind": "Status"}
    assert (recorder.pages, recorder.heard_of) == ([], [])


async def test_the_credentials_are_sent(session: ClientSession) -> None:
    assert session.headers["Authorization"] == "Bearer secret"
