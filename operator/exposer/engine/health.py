"""GET /healthz: whether the watches are alive. For the kubelet, which starts us anew if not."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web

from exposer.engine.hearing import Hearing

log = logging.getLogger("exposer")


class ListenError(Exception):
    """The address can't be listened on; the text says why."""


class Address(NamedTuple):
    """Where to listen; on all addresses of the machine without a host."""

    host: str | None
    port: int


@asynccontextmanager
async def serving_health(address: Address | None, hearing: Hearing) -> AsyncIterator[None]:
    """Answer as long as the block lasts; without an address, don't.

    Raises:
        ListenError: The address can't be listened on.
    """
    if address is None:
        yield
        return

    async def healthz(_request: web.Request) -> web.Response:
        silent = [
            f"nothing was heard of {path} for {silence.total_seconds():.0f} s"
            for path, silence in hearing.silent().items()
        ]
        for line in silent:
            log.warning("healthz: %s", line)
        text = "\n".join(silent or ["ok"]) + "\n"
        response = web.Response(status=503 if silent else 200, text=text)
        response.force_close()  # at its end kopf waits for tasks, and a connection is one
        return response

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    runner = web.AppRunner(application, handle_signals=False, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except OSError as error:
            raise ListenError(f"can't answer /healthz: {error}") from error
        yield
    finally:
        await runner.cleanup()
