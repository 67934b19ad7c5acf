"""How many connections a server has, and for how long each: anybody may open them, and wait."""

import asyncio
from collections.abc import Callable

MOST = 100
"""Connections at a time. Kubelet and Prometheus have one or two."""

LONGEST = 10.0
"""Seconds from a connection's beginning to its end, with the request and the answer in between."""


class Limits:
    """Makes a server's protocols, and ends connections that are too many or too old.

    One more than there may be ends the oldest: an answer takes milliseconds, so that the oldest is
    one that waits for something. It limits what waits, not how many connections come: each takes
    its time on the event loop, and hundreds a second can end one before its answer.
    """

    def __init__(
        self, protocols: Callable[[], asyncio.Protocol], most: int = MOST, longest: float = LONGEST
    ) -> None:
        """Make what ``protocols`` makes; the limits are the module's if not said otherwise."""
        self._protocols = protocols
        self._most = most
        self._longest = longest
        self._open: dict[asyncio.Transport, asyncio.TimerHandle] = {}

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection, as ``loop.create_server`` asks for it."""
        return _Limited(self._protocols(), self)

    def opened(self, transport: asyncio.Transport) -> None:
        """Count a connection, and end another one if that is too many."""
        if len(self._open) >= self._most:
            self._end(next(iter(self._open)))
        loop = asyncio.get_running_loop()
        self._open[transport] = loop.call_later(self._longest, self._end, transport)

    def closed(self, transport: asyncio.Transport) -> None:
        """Count it no more."""
        timer = self._open.pop(transport, None)
        if timer is not None:
            timer.cancel()

    def _end(self, transport: asyncio.Transport) -> None:
        self.closed(transport)
        transport.abort()  # to close is to wait until all is sent


class _Limited(asyncio.Protocol):
    """Another protocol, but for what it tells of its connection."""

    def __init__(self, inner: asyncio.Protocol, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._limits.opened(transport)
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._limits.closed(self._transport)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
