"""The connection to the API server, for all calls: credentials, their renewal, the write guard."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode
from weakref import WeakSet

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from exposer.kube.access import Access
from exposer.kube.calls import CALLS, call_of
from exposer.kube.errors import AccessError
from exposer.kube.guard import REFUSAL, GuardedBody, is_guarded

log = logging.getLogger("exposer")

CONNECT_SECONDS = 10
"""For a connection to be there, TLS and a proxy included; the kernel would try for 2 minutes."""

_BETWEEN_RENEWALS = 10  # seconds, when the last one was of no help
_UNAUTHORIZED = 401
_USER_AGENT = f"exposer/{version('exposer')}"


class Connection:
    """Calls the API server; within an ``async with`` block.

    An answer of 401 has the credentials located anew, and the call made again with them.
    """

    def __init__(
        self,
        locate: Callable[[], Awaitable[Access]],
        may_write: Callable[[], bool] = lambda: True,
        *,
        limit: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Connect to nothing yet.

        Args:
            locate: Finds the API server and credentials, or raises AccessError; called again
                whenever these may have changed.
            may_write: Whether this process leads, so that its writes may be sent.
            limit: How many connections may be open at once; 0 for any number, as a watch has one
                for itself.
            clock: Tells the time in seconds.
        """
        self._locate = locate
        self._may_write = may_write
        self._limit = limit
        self._clock = clock
        self._access: Access | None = None
        self._transport: _Transport | None = None
        self._retired: list[_Transport] = []
        self._generation = 0  # of the credentials
        self._located_at = 0.0
        self._renewal: asyncio.Task[None] | None = None
        self._renewed_at = 0.0
        self._renewal_helped = True
        self._told = ""

    @property
    def access(self) -> Access:
        """How the API server is reached now."""
        assert self._access is not None, "use it within a block"
        return self._access

    async def __aenter__(self) -> Self:
        """Locate the API server.

        Raises:
            AccessError: There is no way to it.
        """
        self._use(await self._locate())
        self._renewed_at = self._clock()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close everything, responses that are open included."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)
        for transport in (self._transport, *self._retired):
            if transport is not None:
                await transport.session.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: ClientTimeout,  # noqa: ASYNC109
    ) -> ClientResponse:
        """Make one call; returns with the answer's headers, whatever its status.

        Args:
            method: The HTTP method.
            path: The path, quoted as need be; a path that the server itself has comes before it.
            query: Parameters, or all of them encoded.
            headers: Headers beside those that say who calls.
            body: What to send.
            timeout: For each try. Without ``connect``, a connection must be there in 10 s.

        Raises:
            ClientError: There was no answer; a ClientConnectionError "this process is not the
                leader now" for a write that must not be sent any more.
            TimeoutError: There was none in time.
        """
        encoded = query if isinstance(query, str) else urlencode(query or {}, quote_via=quote)
        call = call_of(method, path, dict(parse_qsl(encoded)))
        target = f"{path}?{encoded}" if encoded else path

        async def attempt() -> ClientResponse:
            guard = GuardedBody(body or b"", self._may_write) if is_guarded(method, path) else None
            if guard is not None and not self._may_write():
                raise ClientConnectionError(REFUSAL)
            data = body if guard is None else guard
            try:
                response = await self._send(method, target, headers or {}, data, timeout)
            except (ClientError, TimeoutError) as error:
                if guard is not None and guard.refused:
                    raise ClientConnectionError(REFUSAL) from error
                CALLS.labels(*call, 0).inc()
                raise
            CALLS.labels(*call, response.status).inc()
            return response

        await self._close_retired()
        await self._renew_if_due()
        generation = self._generation
        response = await attempt()
        if response.status != _UNAUTHORIZED:
            return response
        await response.read()  # so that it can be returned, and its connection used
        if not await self._renewed_since(generation):
            return response
        response = await attempt()
        if response.status != _UNAUTHORIZED:
            self._renewal_helped = True
        return response

    async def renew(self) -> None:
        """Have the credentials located anew, unless that was of no help a moment ago."""
        await self._renewed_since(self._generation)

    async def _send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: GuardedBody | bytes | None,
        timeout: ClientTimeout,  # noqa: ASYNC109
    ) -> ClientResponse:
        access, transport = self.access, self._transport
        assert transport is not None
        identity = [*access.headers]
        if access.authorization is not None:
            identity.append(("Authorization", access.authorization))
        connect = CONNECT_SECONDS if timeout.connect is None else timeout.connect
        with transport.sending():
            response = await transport.session.request(
                method,
                URL(f"{access.server}{target}", encoded=True),
                headers=[*headers.items(), *identity],
                data=body,
                allow_redirects=method == "GET",
                server_hostname=access.server_hostname,
                timeout=ClientTimeout(
                    total=timeout.total,
                    connect=connect,
                    sock_read=timeout.sock_read,
                    sock_connect=timeout.sock_connect,
                ),
            )
            transport.responses.add(response)
        return response

    async def _renewed_since(self, generation: int) -> bool:
        """Have the credentials of that generation replaced; whether there are others now."""
        if generation == self._generation:
            since = self._clock() - self._renewed_at
            if self._renewal is None and not self._renewal_helped and since < _BETWEEN_RENEWALS:
                return False
            self._renewal_helped = False  # until a call gets through that did not before
            await self._renew()
        return generation != self._generation

    async def _renew_if_due(self) -> None:
        """Renew what is known not to count for ever: a token in a file, or with an end."""
        if self.access.good_for is None:
            return
        now = self._clock()
        due = max(
            self._located_at + self.access.good_for.total_seconds(),
            self._renewed_at + _BETWEEN_RENEWALS,
        )
        if now >= due:
            await self._renew()

    async def _renew(self) -> None:
        """Locate anew, once for all who ask meanwhile; who is cancelled cancels it for nobody."""
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._relocate())
        await asyncio.shield(self._renewal)

    async def _relocate(self) -> None:
        before = self.access.authorization, self.access.route
        try:
            self._use(await self._locate())
        except AccessError as error:
            if str(error) != self._told:  # once, not at each call
                log.warning("no new credentials: %s", error)
                self._told = str(error)
        else:
            self._told = ""
            if (self.access.authorization, self.access.route) != before:
                log.info("new credentials from %s", self.access.source)
        finally:
            self._renewed_at = self._clock()
            self._renewal = None

    def _use(self, access: Access) -> None:
        """Use it from now on; what is under way on another route goes on there."""
        if self._access is None or access.route != self._access.route:
            if self._transport is not None:
                self._retired.append(self._transport)
            self._transport = _Transport(access, self._limit)
        self._access = access
        self._generation += 1
        self._located_at = self._clock()

    async def _close_retired(self) -> None:
        idle = [transport for transport in self._retired if transport.is_idle]
        self._retired = [transport for transport in self._retired if transport not in idle]
        for transport in idle:
            await transport.session.close()


class _Transport:
    """The HTTP session of one route, and what is under way on it."""

    def __init__(self, access: Access, limit: int) -> None:
        self.session = ClientSession(
            connector=TCPConnector(limit=limit, ssl=access.ssl),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": _USER_AGENT},
            proxy=access.proxy,
        )
        self.responses: WeakSet[ClientResponse] = WeakSet()
        self._requests = 0

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Say that a request is under way, to which there is no response yet."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be cut by closing the session."""
        return not self._requests and all(response.closed for response in self.responses)
