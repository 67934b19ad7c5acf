"""One connection for all calls: credentials and their renewal, TLS, proxies, retries."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientConnectorError, ClientResponse, ClientTimeout, web
from prometheus_client import REGISTRY

from exposer.kube import Access, AccessError, Connection, find_access
from tests.kube.kubeconfigs import CountingPlugin, a_kubeconfig, write
from tests.support.api_server import ApiServer, Taken
from tests.support.connect_proxy import ConnectProxy

SERVICES = "/api/v1/namespaces/shop/services"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/exposer"
SOON = ClientTimeout(total=10)


class Clock:
    """A clock that stands until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Credentials:
    """Hands out token-1, token-2 and so on; or nothing, with a reason."""

    def __init__(self, server: ApiServer) -> None:
        self.access = Access(server.url, source="the test")
        self.located = 0
        self.problem: str | None = None
        self.waits: asyncio.Event | None = None

    async def __call__(self) -> Access:
        self.located += 1
        number = self.located
        if self.waits is not None:
            await self.waits.wait()
        if self.problem:
            raise AccessError(self.problem)
        return replace(self.access, authorization=f"Bearer token-{number}")


def by_kubeconfig(path: str, environ: Mapping[str, str] | None = None) -> Connection:
    async def locate() -> Access:
        return await find_access(path, None, environ or {})

    return Connection(locate)


async def ask(
    connection: Connection, method: str = "GET", path: str = SERVICES, body: bytes | None = None
) -> int:
    """Make a call, and read the answer; returns its status."""
    response = await connection.request(method, path, body=body, timeout=SOON)
    async with response:
        await response.read()
    return response.status


@pytest.mark.parametrize(
    ("method", "body"),
    [("GET", None), ("PATCH", b'{"a": 1}'), ("PUT", b"x" * 100_000), ("DELETE", b"{}")],
)
async def test_a_token_that_stops_to_count_is_renewed_and_the_call_made_whole_again(
    tmp_path: Path, method: str, body: bytes | None
) -> None:
    plugin = CountingPlugin(tmp_path)
    async with ApiServer(tmp_path, "127.0.0.1") as server:
        path = write(tmp_path / "config", a_kubeconfig(server.url, plugin.user))
        server.tokens = {"token-1"}
        async with by_kubeconfig(path) as connection:
            assert await ask(connection) == 200
            server.tokens = {"token-2"}
            assert await ask(connection, method, SERVICES, body) == 200
            assert await ask(connection) == 200
    assert server.taken == [
        Taken("GET", SERVICES, authorization="Bearer token-1"),
        Taken(method, SERVICES, body or b"", "Bearer token-2"),
        Taken("GET", SERVICES, authorization="Bearer token-2"),
    ]
    assert (plugin.runs, server.refused) == (2, 1)


async def test_twenty_calls_at_once_run_the_plugin_once(tmp_path: Path) -> None:
    plugin = CountingPlugin(tmp_path)
    async with ApiServer(tmp_path, "127.0.0.1") as server:
        path = write(tmp_path / "config", a_kubeconfig(server.url, plugin.user))
        server.tokens = {"token-2"}
        async with by_kubeconfig(path) as connection:
            calls = (
                ask(connection, "PATCH", f"{SERVICES}/web-{number}", b"{}") for number in range(20)
            )
            assert await asyncio.gather(*calls) == [200] * 20
    assert (plugin.runs, len(server.taken), server.refused) == (2, 20, 20)


async def test_who_was_refused_with_older_credentials_renews_nothing(tmp_path: Path) -> None:
    late, go_on = asyncio.Event(), asyncio.Event()

    async def refuse_late(_request: web.BaseRequest) -> web.StreamResponse:
        late.set()
        await go_on.wait()
        return web.Response(status=401)

    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        async with Connection(credentials) as connection:
            server.answer = refuse_late
            slow = asyncio.create_task(ask(connection))
            await late.wait()
            server.answer, server.tokens = None, {"token-2"}
            assert await ask(connection) == 200
            go_on.set()
            assert await slow == 200
    assert credentials.located == 2


async def test_a_second_401_is_returned(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        server.tokens = set()
        async with Connection(credentials) as connection:
            response = await connection.request("GET", SERVICES, timeout=SOON)
            async with response:
                status = await response.json()
    assert (response.status, status) == (401, {"kind": "Status", "message": "Unauthorized"})
    assert (credentials.located, server.refused) == (2, 2)


async def test_renewals_that_do_not_help_are_10_s_apart(tmp_path: Path) -> None:
    clock = Clock()
    located = []
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        server.tokens = set()
        async with Connection(credentials, clock=clock) as connection:
            for seconds in (0, 5, 9.9, 10, 15, 20):
                clock.now = 1000 + seconds
                assert await ask(connection) == 401
                located.append(credentials.located)
    assert located == [2, 2, 2, 3, 3, 4]


async def test_those_that_help_may_follow_at_once(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        async with Connection(credentials, clock=Clock()) as connection:
            for number in range(2, 6):
                server.tokens = {f"token-{number}"}
                assert await ask(connection) == 200
    assert credentials.located == 5


async def test_a_path_that_is_always_refused_does_not_renew_again_and_again(
    tmp_path: Path,
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=401 if request.path == LEASE else 200)

    async with ApiServer(tmp_path) as server:
        server.answer = answer
        credentials = Credentials(server)
        async with Connection(credentials, clock=Clock()) as connection:
            for _ in range(5):
                assert (await ask(connection, path=LEASE), await ask(connection)) == (401, 200)
    assert credentials.located == 2


async def test_why_there_are_no_new_credentials_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        server.tokens = set()
        async with Connection(credentials, clock=clock) as connection:
            credentials.problem = "its exec plugin is tired"
            for _ in range(3):
                assert await ask(connection) == 401
                clock.now += 10
    assert (credentials.located, server.refused) == (4, 3)
    assert caplog.messages == ["no new credentials: its exec plugin is tired"]


async def test_new_credentials_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with ApiServer(tmp_path) as server:
        server.tokens = {"token-2"}
        async with Connection(Credentials(server)) as connection:
            await ask(connection)
    assert caplog.messages == ["new credentials from the test"]


async def test_who_gives_up_waiting_ends_the_renewal_for_nobody(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        server.tokens = {"token-2"}
        async with Connection(credentials) as connection:
            credentials.waits = asyncio.Event()
            calls = [asyncio.create_task(ask(connection)) for _ in range(2)]
            async with asyncio.timeout(10):
                while server.refused < 2 or credentials.located < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            calls[0].cancel()
            await asyncio.wait(calls[:1])
            credentials.waits.set()
            assert await calls[1] == 200
    assert credentials.located == 2


async def test_the_end_does_not_wait_for_a_plugin(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        server.tokens = set()
        async with asyncio.timeout(10), Connection(credentials) as connection:
            credentials.waits = asyncio.Event()
            call = asyncio.create_task(ask(connection))
            while credentials.located < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.wait([call])
    assert call.cancelled()


async def test_what_does_not_count_for_ever_is_located_again_in_time(tmp_path: Path) -> None:
    clock = Clock()
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        credentials.access = replace(credentials.access, good_for=timedelta(minutes=1))
        async with Connection(credentials, clock=clock) as connection:
            for seconds in (0, 59, 60, 119, 120):
                clock.now = 1000 + seconds
                await ask(connection)
            credentials.problem = "the token can't be read"
            for seconds in (180, 185, 190):
                clock.now = 1000 + seconds
                await ask(connection)
    used = [taken.authorization for taken in server.taken]
    assert used == [f"Bearer token-{number}" for number in (1, 1, 2, 2, 3, 3, 3, 3)]
    assert (credentials.located, server.refused) == (5, 0)


async def test_a_401_just_after_that_renews_all_the_same(tmp_path: Path) -> None:
    clock = Clock()
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        credentials.access = replace(credentials.access, good_for=timedelta(minutes=1))
        async with Connection(credentials, clock=clock) as connection:
            clock.now += 60
            assert await ask(connection) == 200
            server.tokens = {"token-3"}
            clock.now += 1
            assert await ask(connection) == 200
    assert (credentials.located, server.refused) == (3, 1)


async def test_a_token_that_has_ended_already_is_no_reason_to_ask_at_each_call(
    tmp_path: Path,
) -> None:
    async with ApiServer(tmp_path) as server:
        credentials = Credentials(server)
        credentials.access = replace(credentials.access, good_for=-timedelta(minutes=1))
        async with Connection(credentials, clock=Clock()) as connection:
            for _ in range(3):
                await ask(connection)
    assert credentials.located == 1


class TestAnotherServer:
    """A kubeconfig that names another server from now on."""

    async def test_later_calls_go_there_and_open_answers_go_on(self, tmp_path: Path) -> None:
        go_on = asyncio.Event()

        async def watch(request: web.BaseRequest) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"one")
            await go_on.wait()
            await response.write(b" two")
            return response

        async with ApiServer(tmp_path) as old, ApiServer(tmp_path) as new:
            credentials = Credentials(old)
            async with Connection(credentials) as connection:
                old.answer = watch
                watched = await connection.request("GET", "/watch", timeout=SOON)
                assert await watched.content.readany() == b"one"
                credentials.access = Access(new.url)
                await connection.renew()
                assert await ask(connection) == 200
                go_on.set()
                assert await watched.content.read() == b" two"
        assert [taken.path for taken in old.taken] == ["/watch"]
        assert [taken.path for taken in new.taken] == [SERVICES]

    async def test_the_old_connections_are_closed_when_they_are_done(self, tmp_path: Path) -> None:
        closed = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await reader.read()  # until the client closes it
            closed.set()
            writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, ApiServer(tmp_path) as new:
            credentials = Credentials(new)
            credentials.access = Access(f"http://127.0.0.1:{port}")
            async with Connection(credentials) as connection:
                assert await ask(connection) == 200
                assert not closed.is_set()
                credentials.access = Access(new.url)
                await connection.renew()
                assert await ask(connection) == 200
                async with asyncio.timeout(10):
                    await closed.wait()

    async def test_several_that_are_done_at_once_are_closed_once(self, tmp_path: Path) -> None:
        async def watch(request: web.BaseRequest) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await go_on.wait()
            return response

        clock, go_on = Clock(), asyncio.Event()
        async with (
            ApiServer(tmp_path) as first,
            ApiServer(tmp_path) as second,
            ApiServer(tmp_path) as third,
        ):
            credentials = Credentials(first)
            first.answer = second.answer = watch
            watches = []
            async with Connection(credentials, clock=clock) as connection:
                for server in (second, third):
                    watches.append(await connection.request("GET", "/watch", timeout=SOON))
                    credentials.access = Access(server.url)
                    clock.now += 10
                    await connection.renew()
                go_on.set()
                assert [await each.content.read() for each in watches] == [b"", b""]
                calls = (ask(connection) for _ in range(5))
                assert await asyncio.gather(*calls) == [200] * 5


class TestRetries:
    """aiohttp makes some calls again by itself: the body must be whole then, too."""

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    @pytest.mark.parametrize("path", [SERVICES, LEASE])
    async def test_a_kept_connection_that_is_closed_costs_nothing(
        self, method: str, path: str
    ) -> None:
        bodies = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            bodies.append(await reader.readexactly(length))
            if len(bodies) != 2:  # the second goes into a connection that ends without an answer
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
                await serve(reader, writer)
            writer.close()

        async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(reader, writer)
            except asyncio.IncompleteReadError:
                writer.close()

        listener = await asyncio.start_server(quietly, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]

        async def locate() -> Access:
            return Access(f"http://127.0.0.1:{port}")

        async with listener, Connection(locate) as connection:
            assert await ask(connection, method, path, b'{"number": 1}') == 200
            assert await ask(connection, method, path, b'{"number": 2}') == 200
        assert bodies == [b'{"number": 1}', b'{"number": 2}', b'{"number": 2}']


class TestTls:
    """As kubectl: whom the server must be."""

    async def test_another_name_may_be_asked_for(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path, "kubernetes.default") as server:
            cluster = {"tls-server-name": "kubernetes.default"}
            path = write(tmp_path / "config", a_kubeconfig(server.url, cluster=cluster))
            async with by_kubeconfig(path) as connection:
                assert await ask(connection) == 200

    async def test_without_it_the_certificate_must_be_for_the_address(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path, "kubernetes.default") as server:
            path = write(tmp_path / "config", a_kubeconfig(server.url))
            async with by_kubeconfig(path) as connection:
                with pytest.raises(ClientConnectorError, match="IP address mismatch"):
                    await ask(connection)

    async def test_it_may_be_anybody_if_the_user_says_so(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path, "kubernetes.default") as server:
            cluster = {"insecure-skip-tls-verify": True, "certificate-authority-data": None}
            path = write(tmp_path / "config", a_kubeconfig(server.url, cluster=cluster))
            async with by_kubeconfig(path) as connection:
                assert await ask(connection) == 200

    async def test_a_server_behind_a_prefix(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path) as server:
            path = write(tmp_path / "config", a_kubeconfig(f"{server.url}/clusters/c-1/"))
            async with by_kubeconfig(path) as connection:
                assert await ask(connection) == 200
        assert [taken.path for taken in server.taken] == [f"/clusters/c-1{SERVICES}"]


class TestProxies:
    """As kubectl: which calls go through one."""

    async def test_the_kubeconfigs_own(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path, "127.0.0.1") as server, ConnectProxy() as proxy:
            cluster = {"proxy-url": f"http://{proxy.address}"}
            path = write(tmp_path / "config", a_kubeconfig(server.url, cluster=cluster))
            async with by_kubeconfig(path, {"NO_PROXY": "*"}) as connection:
                assert await ask(connection) == 200
            assert proxy.asked == [f"127.0.0.1:{server.port}"]

    async def test_with_another_name_and_a_password(self, tmp_path: Path) -> None:
        async with ApiServer(tmp_path, "kubernetes") as server, ConnectProxy() as proxy:
            proxy.credentials = "Basic dXNlcjpwYXNz"
            cluster = {
                "proxy-url": f"http://user:pass@{proxy.address}",
                "tls-server-name": "kubernetes",
            }
            path = write(tmp_path / "config", a_kubeconfig(server.url, cluster=cluster))
            async with by_kubeconfig(path) as connection:
                assert await ask(connection) == 200
            assert proxy.asked == [f"127.0.0.1:{server.port}"]

    @pytest.mark.parametrize(
        ("no_proxy", "asked"),
        [("", True), ("10.0.0.0/8", True), ("192.0.2.0/24", False), ("192.0.2.1", False)],
    )
    async def test_the_environments(self, tmp_path: Path, no_proxy: str, asked: bool) -> None:
        """Loopback is exempt from it, so that the server has an address that leads nowhere."""
        async with ConnectProxy() as proxy:
            path = write(tmp_path / "config", a_kubeconfig("https://192.0.2.1:1"))
            environ = {"HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": no_proxy}
            proxy.credentials = "none that anybody has"
            async with by_kubeconfig(path, environ) as connection:
                assert (connection.access.proxy is not None) == asked
                if asked:
                    with pytest.raises(Exception, match="407"):
                        await ask(connection)


async def test_who_calls_is_told(tmp_path: Path) -> None:
    user = {"token": "t", "as": "jane", "as-groups": ["a", "b"]}
    async with ApiServer(tmp_path) as server:
        path = write(tmp_path / "config", a_kubeconfig(server.url, user))
        async with by_kubeconfig(path) as connection:
            response = await connection.request(
                "GET", SERVICES, headers={"Accept": "application/json"}, timeout=SOON
            )
            response.release()
    (headers,) = server.headers
    wanted = ("User-Agent", "Accept", "Authorization", "Impersonate-User", "Impersonate-Group")
    assert {name: headers.getall(name) for name in wanted} == {
        "User-Agent": ["exposer/0.1.0"],
        "Accept": ["application/json"],
        "Authorization": ["Bearer t"],
        "Impersonate-User": ["jane"],
        "Impersonate-Group": ["a", "b"],
    }


async def test_a_query_is_encoded_once(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server, Connection(Credentials(server)) as connection:
        for query in ({"labelSelector": "a in (b c),d=e&f"}, "limit=500&continue=a%2Bb%3D"):
            response = await connection.request("GET", SERVICES, query=query, timeout=SOON)
            response.release()
    assert [taken.path for taken in server.taken] == [
        f"{SERVICES}?labelSelector=a%20in%20%28b%20c%29%2Cd%3De%26f",
        f"{SERVICES}?limit=500&continue=a%2Bb%3D",
    ]


async def test_any_number_of_watches_leaves_room_for_writes(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        if request.method == "GET":
            await go_on.wait()
        return response

    async with ApiServer(tmp_path) as server:
        server.answer = answer
        async with Connection(Credentials(server)) as connection:
            watches: list[ClientResponse] = await asyncio.gather(
                *(connection.request("GET", "/watch", timeout=SOON) for _ in range(150))
            )
            assert await ask(connection, "PATCH", SERVICES, b"{}") == 200
            go_on.set()
            for watch in watches:
                watch.release()


def calls(verb: str, resource: str, code: int) -> float:
    labels = {"verb": verb, "resource": resource, "code": str(code)}
    return REGISTRY.get_sample_value("exposer_api_calls_total", labels) or 0


async def test_each_answer_is_counted(tmp_path: Path) -> None:
    async with ApiServer(tmp_path) as server:
        server.tokens = {"token-2"}
        before = [calls("patch", "services/status", code) for code in (401, 200, 0)]
        async with Connection(Credentials(server)) as connection:
            assert await ask(connection, "PATCH", f"{SERVICES}/web/status", b"{}") == 200
    after = [calls("patch", "services/status", code) for code in (401, 200, 0)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 0]


async def test_so_is_a_call_without_an_answer_but_none_that_was_held_back(tmp_path: Path) -> None:
    async def locate() -> Access:
        return Access("http://127.0.0.1:1")

    before = calls("patch", "services", 0)
    async with Connection(locate) as connection:
        with pytest.raises(ClientConnectorError):
            await ask(connection, "PATCH", f"{SERVICES}/web", b"{}")
    async with Connection(locate, lambda: False) as connection:
        with pytest.raises(ClientConnectionError):
            await ask(connection, "PATCH", f"{SERVICES}/web", b"{}")
    assert calls("patch", "services", 0) - before == 1


async def test_without_a_way_there_is_no_connection() -> None:
    async def locate() -> Access:
        raise AccessError("there is no kubeconfig")

    with pytest.raises(AccessError, match="there is no kubeconfig"):
        async with Connection(locate):
            pass
