"""GET /healthz and /readyz, for the kubelet, and /metrics, for Prometheus."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from exposer.engine.hearing import Hearing
from exposer.options import Address

log = logging.getLogger("exposer")


class ListenError(Exception):
    """The address can't be listened on; the text says why."""


@asynccontextmanager
async def serving(
    address: Address | None, hearing: Hearing, listed: asyncio.Event
) -> AsyncIterator[None]:
    """Answer as long as the block lasts; without an address, don't.

    Args:
        address: Where to listen.
        hearing: Knows of the watches.
        listed: Is set once all that stands is known.

    Raises:
        ListenError: The address can't be listened on.
    """
    if address is None:
        yield
        return

    async def healthz(_request: web.Request) -> web.Response:
        """A watch that is dead or hangs is made anew with the process."""
        silent = [
            f"nothing was heard of {path} for {silence.total_seconds():.0f} s"
            for path, silence in hearing.silent().items()
        ]
        for line in silent:
            log.warning("healthz: %s", line)
        return _answer(silent)

    async def readyz(_request: web.Request) -> web.Response:
        """One that waits to lead is ready for it."""
        missing = [] if listed.is_set() else ["not all is listed yet"]
        cut = [
            f"no watch of {path} for {since.total_seconds():.0f} s"
            for path, since in hearing.cut().items()
        ]
        return _answer(missing + cut)

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


def _answer(problems: Sequence[str]) -> web.Response:
    text = "\n".join(problems or ["ok"]) + "\n"
    return _closing(web.Response(status=503 if problems else 200, text=text))


def _closing(response: web.Response) -> web.Response:
    response.force_close()  # at its end kopf waits for tasks, and a connection is one
    return response
