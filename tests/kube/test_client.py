"""Documents there and back, and what is told when there is none."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from exposer.kube import Access, ApiError, Client, Connection, find_access
from localcluster.controlplane.pki import Authority
from tests.kube.kubeconfigs import a_kubeconfig, write
from tests.support.api_server import ApiServer, Taken
from tests.support.connect_proxy import ConnectProxy

PATH = "/api/v1/namespaces/shop/services/web"


@asynccontextmanager
async def client(access: Access, patience: float = 10, leads: bool = True) -> AsyncIterator[Client]:
    async def locate() -> Access:
        return access

    async with Connection(locate, lambda: leads) as connection:
        yield Client(connection, patience)


async def refusal(client: Client, method: str = "GET") -> ApiError:
    with pytest.raises(ApiError) as refused:
        await client.send(method, PATH)
    return refused.value


async def test_a_document_there_and_back(tmp_path: Path) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"kind": "Service"})

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        kind = "application/apply-patch+yaml"
        query = {"force": "true"}
        answered = await api.send("PATCH", PATH, {"a": "ü"}, query, kind, accept="text/plain")
    assert answered == {"kind": "Service"}
    assert server.taken == [Taken("PATCH", f"{PATH}?force=true", '{"a": "ü"}'.encode())]
    (headers,) = server.headers
    assert (headers["Content-Type"], headers["Accept"]) == (kind, "text/plain")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        pytest.param("ü 🚀", "ü 🚀", id="as it is"),
        pytest.param("\x07\n\x85", "\\u0007\\n\x85", id="control characters"),
        pytest.param("\x7f\x9b\uffff", "\\u007f\\u009b\\uffff", id="what YAML can't hold"),
        pytest.param("a\ud83dz", "a\ufffdz", id="half a character"),
        pytest.param("\\ud83d\\ude80", "\\\\ud83d\\\\ude80", id="what only looks like one"),
    ],
)
async def test_what_is_sent_is_yaml_too(tmp_path: Path, text: str, sent: str) -> None:
    """The API server reads an apply as YAML, which knows no pairs of escapes."""

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({})

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        await api.send("PATCH", PATH, {"a": text})
    (taken,) = server.taken
    assert taken.body.decode() == f'{{"a": "{sent}"}}'


@pytest.mark.parametrize(
    ("response", "error"),
    [
        pytest.param(
            {"body": {"kind": "Status", "message": "no", "code": 403}, "status": 403},
            ApiError(403, {"kind": "Status", "message": "no", "code": 403}, "no"),
            id="the API server's words",
        ),
        pytest.param(
            {"body": {"kind": "Status"}, "status": 429, "headers": {"Retry-After": "7"}},
            ApiError(
                429,
                {"kind": "Status"},
                "the API server answered with HTTP status 429",
                timedelta(seconds=7),
            ),
            id="Retry-After",
        ),
        pytest.param(
            {"body": {"kind": "Status", "details": {"retryAfterSeconds": 5}}, "status": 500},
            ApiError(
                500,
                {"kind": "Status", "details": {"retryAfterSeconds": 5}},
                "the API server answered with HTTP status 500",
                timedelta(seconds=5),
            ),
            id="seconds in the details",
        ),
        pytest.param(
            {"body": ["Bad Gateway"], "status": 502},
            ApiError(502, {}, "the API server answered with HTTP status 502"),
            id="somebody between us and it",
        ),
        pytest.param(
            {"body": {}, "status": 302},
            ApiError(302, {}, "the API server answered with HTTP status 302"),
            id="elsewhere",
        ),
        pytest.param(
            {
                "body": {},
                "status": 429,
                "headers": {"Retry-After": "Wed, 25 Nov 2026 12:00:00 GMT"},
            },
            ApiError(429, {}, "the API server answered with HTTP status 429"),
            id="a date",
        ),
    ],
)
async def test_a_refusal(tmp_path: Path, response: dict[str, Any], error: ApiError) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(
            response["body"], status=response["status"], headers=response.get("headers")
        )

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        assert await refusal(api, "PATCH") == error


async def test_a_list_is_read_item_by_item(tmp_path: Path) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"metadata": {"continue": "x"}, "items": [{"a": 1}, {"b": 2}]})

    items: list[object] = []
    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        page = await api.read_list(PATH, items.append, {"limit": "2"}, "text/plain")
    assert (page, items) == (({"continue": "x"}, 62), [{"a": 1}, {"b": 2}])
    assert server.taken == [Taken("GET", f"{PATH}?limit=2")]
    (headers,) = server.headers
    assert (headers["Accept"], headers["Accept-Encoding"]) == ("text/plain", "identity")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(
            web.Response(status=403, text='{"kind":"Status","message":"no"}'),
            ApiError(403, {"kind": "Status", "message": "no"}, "no"),
            id="refused",
        ),
        pytest.param(
            web.Response(text="<html>Please log in</html>"),
            ApiError(200, {}, "what answers at SERVER is not an API server"),
            id="no API server",
        ),
    ],
)
async def test_a_list_that_is_refused(
    tmp_path: Path, answer: web.Response, error: ApiError
) -> None:
    async def refuse(_request: web.BaseRequest) -> web.StreamResponse:
        return answer

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = refuse
        with pytest.raises(ApiError) as refused:
            await api.read_list(PATH, lambda item: None)
    told = refused.value.message.replace(server.url, "SERVER")
    assert (refused.value.code, refused.value.status, told) == (
        error.code,
        error.status,
        error.message,
    )


async def test_a_list_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"metadata":{},"items":[{"a":1},')
        assert request.transport is not None
        request.transport.close()
        return response

    items: list[object] = []
    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        with pytest.raises(ApiError) as broken:
            await api.read_list(PATH, items.append)
    assert (broken.value.code, items) == (0, [{"a": 1}])


async def test_of_large_answers_one_at_a_time_is_read(tmp_path: Path) -> None:
    """Sixteen workers may read something of megabytes at the same moment."""
    document = {"a": "x" * 3_000_000}

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(document)

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        answers = await asyncio.gather(*(api.send("GET", PATH) for _ in range(5)))
    assert answers == [document] * 5


async def test_what_is_no_api_server(tmp_path: Path) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="<html>Please log in</html>")

    async with ApiServer(tmp_path) as server, client(Access(server.url)) as api:
        server.answer = answer
        error = await refusal(api)
    assert error == ApiError(200, {}, f"what answers at {server.url} is not an API server")


class TestNoAnswer:
    """Each in words of its own: code 0, and who did not do what."""

    async def test_nobody_listens(self) -> None:
        async with client(Access("https://127.0.0.1:1")) as api:
            assert await refusal(api) == ApiError(
                0, {}, "the API server at 127.0.0.1:1 can't be reached: connection refused"
            )

    async def test_there_is_no_such_host(self) -> None:
        async with client(Access("https://api.invalid")) as api:
            assert await refusal(api) == ApiError(
                0,
                {},
                "the API server at api.invalid:443 can't be reached: no address is known for its "
                "host",
            )

    async def test_it_is_silent(self, tmp_path: Path) -> None:
        go_on = asyncio.Event()

        async def answer(_request: web.BaseRequest) -> web.StreamResponse:
            await go_on.wait()
            return web.Response()

        async with ApiServer(tmp_path) as server:
            server.answer = answer
            async with client(Access(server.url), patience=0.2) as api:
                error = await refusal(api)
            go_on.set()
        assert error.message == (
            f"the API server at 127.0.0.1:{server.port} did not answer within 0.2 s"
        )

    async def test_it_takes_no_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("exposer.kube.connection.CONNECT_SECONDS", 0.2)
        monkeypatch.setattr("exposer.kube.client.CONNECT_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as listener:  # TLS begins, and nobody answers
            port = listener.getsockname()[1]
            async with client(Access(f"https://127.0.0.1:{port}")) as api:
                error = await refusal(api)
        assert error.message == (
            f"the API server at 127.0.0.1:{port} can't be reached: no connection within 0.2 s"
        )

    async def test_it_hangs_up(self) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            async with client(Access(f"http://127.0.0.1:{port}")) as api:
                error = await refusal(api, "PATCH")
        assert error.message == (
            f"the API server at 127.0.0.1:{port} closed the connection without an answer"
        )

    @pytest.mark.parametrize(
        ("hosts", "authority", "told"),
        [
            pytest.param(
                ["kubernetes"],
                None,
                "IP address mismatch, certificate is not valid for '127.0.0.1'",
                id="another name",
            ),
            pytest.param(
                ["127.0.0.1"],
                Authority.create("another"),
                "self-signed certificate in certificate chain",
                id="another authority",
            ),
        ],
    )
    async def test_it_is_not_whom_it_should_be(
        self, tmp_path: Path, hosts: list[str], authority: Authority | None, told: str
    ) -> None:
        by = {} if authority is None else {"authority": authority}
        async with ApiServer(tmp_path, *hosts, **by) as server:
            path = write(tmp_path / "config", a_kubeconfig(server.url))
            async with client(await find_access(path, None, {})) as api:
                error = await refusal(api)
        assert error.message == (
            f"the API server at 127.0.0.1:{server.port} shows a certificate that is not trusted: "
            f"{told}"
        )

    async def test_it_speaks_no_tls(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path) as server:
            access = Access(f"https://127.0.0.1:{server.port}")
            async with client(access) as api:
                error = await refusal(api)
        told, words = error.message.split(" failed: ")
        assert told == (
            f"the API server at 127.0.0.1:{server.port} can't be reached: the TLS handshake"
        )
        assert words in ("wrong version number", "record layer failure")  # as OpenSSL's version is

    async def test_the_proxy_is_not_there(self) -> None:
        access = Access("https://192.0.2.1:6443", proxy="http://user:secret@127.0.0.1:1")
        async with client(access) as api:
            error = await refusal(api)
        assert error.message == "the proxy at 127.0.0.1:1 can't be reached: connection refused"

    async def test_the_proxy_wants_a_password(self) -> None:
        async with ConnectProxy() as proxy:
            proxy.credentials = "Basic dXNlcjpwYXNz"
            access = Access("https://192.0.2.1:6443", proxy=f"http://u:secret@{proxy.address}")
            async with client(access) as api:
                error = await refusal(api)
            assert error.message == (
                f"the proxy at {proxy.address} refused: 407 Proxy Authentication Required; put "
                "user and password into its URL: http://USER:PASSWORD@HOST:PORT"
            )

    async def test_so_does_one_for_http(self) -> None:
        async with ConnectProxy() as proxy:
            proxy.credentials = "Basic dXNlcjpwYXNz"
            access = Access("http://192.0.2.1:8080", proxy=f"http://{proxy.address}")
            async with client(access) as api:
                error = await refusal(api)
            assert error == ApiError(
                407,
                {},
                f"the proxy at {proxy.address} refused: 407 Proxy Authentication Required; put "
                "user and password into its URL: http://USER:PASSWORD@HOST:PORT",
            )

    async def test_another_process_leads(self) -> None:
        async with client(Access("https://127.0.0.1:1"), leads=False) as api:
            assert await refusal(api, "PATCH") == ApiError(
                0, {}, "this process is not the leader now"
            )
