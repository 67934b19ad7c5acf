"""A proxy as companies have one: it takes CONNECT, and remembers where to."""

import asyncio
from contextlib import suppress
from typing import Self


class ConnectProxy:
    """Runs within an ``async with`` block.

    Attributes:
        asked: The HOST:PORT of each CONNECT.
        credentials: What Proxy-Authorization must be, if anything.
    """

    def __init__(self, target: str | None = None) -> None:
        """Connect to ``target`` (HOST:PORT), whatever is asked for; None to do as asked."""
        self._target = target
        self.asked: list[str] = []
        self.credentials: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """HOST:PORT."""
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._tunnel(reader, writer)
        writer.transport.abort()
        self._tasks.discard(task)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = head.split()[1]
        if self.credentials and f"Proxy-Authorization: {self.credentials}" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        self.asked.append(target)
        host, _colon, port = (self._target or target).rpartition(":")
        answers, requests = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pumps = [
            asyncio.create_task(_pump(reader, requests)),
            asyncio.create_task(_pump(answers, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            requests.transport.abort()  # first: the next line may be cancelled
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
