"""What a process that doesn't lead sends, and what it doesn't."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientConnectionError, ClientSession, web
from aiohttp.test_utils import TestServer

from exposer.engine.fence import fenced

LEASE = "/apis/coordination.k8s.io/v1/namespaces/exposer-system/leases"


class Api(TestServer):
    """Takes everything, and remembers what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._take)
        super().__init__(application)

    async def _take(self, request: web.Request) -> web.Response:
        await request.read()
        self.taken.append((request.method, request.path))
        return web.json_response({})


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    async with api:
        yield api


async def ask(api: Api, seconds_left: float, method: str, path: str) -> None:
    left = timedelta(seconds=seconds_left)
    body = None if method == "GET" else {"kind": "Service"}
    async with (
        ClientSession(request_class=fenced(lambda: left)) as session,
        session.request(method, api.make_url(path), json=body) as response,
    ):
        assert await response.json() == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_while_there_is_time_writes_go_out(api: Api, method: str) -> None:
    await ask(api, 0.1, method, "/api/v1/services")
    assert api.taken == [(method, "/api/v1/services")]


@pytest.mark.parametrize("seconds", [0, -1])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_after_that_none_does(api: Api, method: str, seconds: float) -> None:
    with pytest.raises(ClientConnectionError, match="another process leads now"):
        await ask(api, seconds, method, "/api/v1/services")
    assert api.taken == []


async def test_reads_always_do(api: Api) -> None:
    await ask(api, 0, "GET", "/api/v1/services")
    assert api.taken == [("GET", "/api/v1/services")]


async def test_the_lease_is_written_by_those_who_do_not_lead_yet(api: Api) -> None:
    await ask(api, 0, "POST", LEASE)
    assert api.taken == [("POST", LEASE)]
