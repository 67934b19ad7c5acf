"""GET /healthz and /readyz, for the kubelet, and /metrics, for Prometheus."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from exposer.informers import Informers
from exposer.options import Address


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
    try:
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except OSError as error:
            raise ListenError(f"can't listen for probes and metrics: {error}") from error
        yield
    finally:
        await runner.cleanup()


def _answer(status: int, lines: Sequence[str]) -> web.Response:
    return _closing(web.Response(status=status, text="\n".join(lines) + "\n"))


def _closing(response: web.Response) -> web.Response:
    response.force_close()  # at its end kopf waits for tasks, and a connection is one
    return response
