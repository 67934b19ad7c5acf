"""The HTTP session that kopf lists and watches with; it tells a listener what comes in.

kopf doesn't tell handlers that a list is complete, least of all that it is empty, nor that it got
a bookmark. The session is where both can be seen, and kopf takes one from its login handler.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, cast

from aiohttp import ClientRequest, ClientResponse, ClientSession, StreamReader, TCPConnector
from yarl import URL

from exposer.engine.metrics import WATCHES
from exposer.kube import Access
from exposer.kube.calls import CALLS, call_of


class Listener(Protocol):
    """Whom a session tells what comes in."""

    def headers(self, url: URL) -> Mapping[str, str]:
        """What is to be sent along with a request."""

    def heard(self, url: URL) -> None:
        """A watch began, or something came in on it, be it a bookmark."""

    def ended(self, url: URL) -> None:
        """A watch ended, however it did."""

    def listed(self, url: URL, page: dict[str, Any]) -> dict[str, Any]:
        """A document came in; returns what kopf is to see of it."""


def listening_session(access: Access, listener: Listener) -> ClientSession:
    """A session that goes the way of ``access``."""
    prefix = URL(access.server).path.rstrip("/")

    class Request(ClientRequest):
        def __init__(self, method: str, url: URL, **options: Any) -> None:
            super().__init__(method, url, **{**options, "server_hostname": access.server_hostname})
            self.headers.update(listener.headers(url))

    class Response(ClientResponse):
        async def start(self, connection: Any) -> ClientResponse:
            await super().start(connection)
            watches = "watch" in self.url.query
            path = self.url.path.removeprefix(prefix)
            CALLS.labels(*call_of(self.method, path, self.url.query), self.status).inc()
            if self.ok and watches:
                WATCHES.labels(self.url.name).inc()
                self.content = cast(StreamReader, _HeardStream(self.content, listener, self.url))
            return self

        async def json(self, **options: Any) -> Any:
            document = await super().json(**options)
            return listener.listed(self.url, document) if self.ok else document

    headers = list(access.headers)
    if access.authorization is not None:
        headers.append(("Authorization", access.authorization))
    return ClientSession(
        connector=TCPConnector(limit=0, ssl=access.ssl),
        headers=headers,
        proxy=access.proxy,
        request_class=Request,
        response_class=Response,
    )


class _HeardStream:
    """The content of a response; tells of each part of it that is read."""

    def __init__(self, content: StreamReader, listener: Listener, url: URL) -> None:
        self._content = content
        self._listener = listener
        self._url = url
        listener.heard(url)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._content.iter_chunked(size):
                self._listener.heard(self._url)
                yield chunk
        finally:
            self._listener.ended(self._url)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)
