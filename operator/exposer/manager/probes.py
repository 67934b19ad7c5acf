"""GET /healthz and /readyz, for the kubelet, and /metrics, for Prometheus."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from exposer.informers import Informers
from exposer.manager.connections import Limits
from exposer.options import Address

_BACKLOG = 1024
"""Connections that the kernel keeps until they are taken: a flood comes faster than that."""


class ListenError(Exception):
    """The address can't be listened on; the text says why."""


@asynccontextmanager
async def probes(address: Address | None, informers: Informers) -> AsyncIterator[None]:
    """Answer as long as the block lasts; without an address, don't.

    Args:
        address: Where to listen.
        informers: Know whether the store is up to date.

    Raises:
        ListenError: The address can't be listened on.
    """
    if address is None:
        yield
        return

    async def healthz(_request: web.Request) -> web.Response:
        """The process's own life: it answers. To restart it would not mend an API server."""
        return _answer(200, ["ok"])

    async def readyz(_request: web.Request) -> web.Response:
        """Whether requests are served, or, in one that waits to lead, would be."""
        problems = informers.problems()
        if informers.is_ready:
            return _answer(200, ["ok", *problems])
        return _answer(503, problems)

    async def metrics(_request: web.Request) -> web.Response:
        return _closing(
            web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
        )

    application = web.Application()
    for path, answer in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        application.router.add_get(path, answer)
    runner = web.AppRunner(application, handle_signals=False, access_log=None, shutdown_timeout=1)
    await runner.setup()
    listener: asyncio.Server | None = None
    try:
        listener = await _listen(address, runner)
        yield
    finally:
        if listener is not None:
            listener.close()
        await runner.cleanup()


async def _listen(address: Address, runner: web.AppRunner) -> asyncio.Server:
    """Take connections: not by a site of aiohttp, which waits for a request for ever."""
    assert runner.server is not None  # since it was set up
    loop = asyncio.get_running_loop()
    limits = Limits(runner.server)
    try:
        return await loop.create_server(limits, address.host, address.port, backlog=_BACKLOG)
    except OSError as error:
        raise ListenError(f"can't listen for probes and metrics: {error}") from error


def _answer(status: int, lines: Sequence[str]) -> web.Response:
    return _closing(web.Response(status=status, text="\n".join(lines) + "\n"))


def _closing(response: web.Response) -> web.Response:
    response.force_close()  # at its end kopf waits for tasks, and a connection is one
    return response
