"""A proxy before the API server that can cut, freeze and forget: faults of the network, in one."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from localcluster import Cluster
from localcluster.controlplane.kubeconfig import read_server
from localcluster.layout import Layout

_T = TypeVar("_T")
_STATUS = {
    "apiVersion": "v1",
    "kind": "Status",
    "status": "Failure",
    "reason": "Expired",
    "code": 410,
    "message": "too old resource version: 1 (2)",
}
_EXPIRED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    + json.dumps({"type": "ERROR", "object": _STATUS}).encode()
    + b"\n"
)


class Proxy:
    """Shows the API server's own certificate, so that it can see the requests it forwards.

    It runs in a thread, within a with block.
    """

    def __init__(self, cluster: Cluster) -> None:
        layout = Layout(cluster.state)
        self._cluster = cluster
        self._target = urlsplit(read_server(cluster.kubeconfig))
        self._upstream = ssl.create_default_context(cafile=str(layout.certificate("ca")))
        self._downstream = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._downstream.load_cert_chain(layout.certificate("apiserver"), layout.key("apiserver"))
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._connections: dict[asyncio.Task[None], _Connection] = {}
        self._refuses = False
        self._forwards = True
        self._forgets = False
        self._held = b""
        self._lost = b""
        self.expired: set[bytes] = set()
        self.seen: list[bytes] = []
        """The request lines that were forwarded, such as ``GET /api/v1/pods?limit=1``."""

    @property
    def url(self) -> str:
        port = self._server.sockets[0].getsockname()[1]
        return f"https://127.0.0.1:{port}"

    def cut(self) -> None:
        """Close all connections, and each new one at once."""

        async def cut() -> None:
            self._refuses = True
            await self._close()

        self._do(cut())

    def freeze(self) -> None:
        """Forward nothing any more, and close nothing: as if a router had gone."""

        async def freeze() -> None:
            self._forwards = False
            for connection in self._connections.values():
                connection.answers.clear()
                connection.requests.clear()

        self._do(freeze())

    def restore(self, *, forgotten: bool = False) -> None:
        """Let new connections through; those that are frozen stay so.

        Args:
            forgotten: The first watch of each collection is answered as the API server does when
                it has forgotten what happened since.
        """

        async def restore() -> None:
            self._refuses, self._forwards, self._forgets = False, True, forgotten

        self._do(restore())

    def hold(self, words: bytes) -> None:
        """Keep back the answers to requests whose line has these words, until ``release``.

        What is said already on a connection that is open counts, too: the events of a watch.
        """

        async def hold() -> None:
            self._held = words
            for connection in self._connections.values():
                if words in connection.line:
                    connection.answers.clear()

        self._do(hold())

    def release(self) -> None:
        """Let go what ``hold`` kept back."""

        async def release() -> None:
            self._held = b""
            for connection in self._connections.values():
                connection.answers.set()

        self._do(release())

    def lose_answer(self, words: bytes) -> None:
        """Close the connection in place of the next answer to a request with these words."""

        async def lose() -> None:
            self._lost = words

        self._do(lose())

    def follow(self) -> None:
        """The cluster was started again, at another port."""

        async def follow() -> None:
            self._target = urlsplit(read_server(self._cluster.kubeconfig))
            await self._close()

        self._do(follow())

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._downstream)
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        async def end() -> None:
            self._refuses = True
            self._server.close()
            await self._close()

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _close(self) -> None:
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._connections[task] = connection = _Connection()
        if self._forwards:
            connection.answers.set()
            connection.requests.set()
        with suppress(asyncio.CancelledError, OSError):
            await task
        del self._connections[task]
        writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            return
        answers, requests = await asyncio.open_connection(
            self._target.hostname, self._target.port, ssl=self._upstream
        )
        connection = self._connections[asyncio.current_task()]  # type: ignore[index]

        async def look(request: bytes) -> bool:
            """Note a request; returns whether it was answered here."""
            line = request.split(b" HTTP/1.1\r\n", 1)[0]
            if line == request:  # a part of a body
                return False
            connection.line = line
            self.seen.append(line)
            if self._held and self._held in line:
                connection.answers.clear()
            if self._lost and self._lost in line:
                self._lost, connection.is_lost = b"", True
            path = line.split(b"?", 1)[0]
            if not self._forgets or b"watch=true" not in line or path in self.expired:
                return False
            self.expired.add(path)
            writer.write(_EXPIRED)
            await writer.drain()
            return True

        async def lose(_answer: bytes) -> bool:
            return connection.is_lost

        pumps = [
            asyncio.create_task(_pump(reader, requests, connection.requests, look)),
            asyncio.create_task(_pump(answers, writer, connection.answers, lose)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            requests.transport.abort()  # first: the next line may be cancelled
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


@dataclass
class _Connection:
    """One connection, and what may pass on it.

    Attributes:
        line: The last request's first line.
        is_lost: The next answer is not to arrive.
    """

    requests: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    line: bytes = b""
    is_lost: bool = False


async def _pump(
    source: asyncio.StreamReader,
    sink: asyncio.StreamWriter,
    forwards: asyncio.Event,
    ends: Callable[[bytes], Awaitable[bool]],
) -> None:
    """Forward until the end, or until something comes in that ends it."""
    while data := await source.read(65536):
        await forwards.wait()
        if await ends(data):
            return
        sink.write(data)
        await sink.drain()
