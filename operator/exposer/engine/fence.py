"""No write of a process that doesn't lead: checked where the bytes go out, not before.

A process may be frozen at any point, and another lead when it goes on. What it had decided to
write by then must not be sent.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import ClientConnectionError, ClientRequest
from aiohttp.abc import AbstractStreamWriter

_ELECTION = "/apis/coordination.k8s.io/"  # written by those who don't lead yet


def fenced(time_left: Callable[[], timedelta]) -> type[ClientRequest]:
    """Requests of which those that write are sent only while there is time left.

    Writes have a body, and aiohttp sends the headers along with it.
    """

    class FencedRequest(ClientRequest):
        async def write_bytes(
            self, writer: AbstractStreamWriter, conn: Any, content_length: int | None = None
        ) -> None:
            may_send = time_left() > timedelta() or _ELECTION in self.url.path
            if self.method == "GET" or may_send:
                await super().write_bytes(writer, conn, content_length)
            else:  # whoever waits for the answer is told
                conn.protocol.set_exception(ClientConnectionError("another process leads now"))
                conn.close()

    return FencedRequest
