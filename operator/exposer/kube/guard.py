"""The write guard: no write of a process that doesn't lead.

It stands where the bytes go out, not before: a process may be frozen at any point, be it while it
waits for a connection, and another lead when it goes on. What it had decided to write by then must
not be sent.
"""

from collections.abc import Callable

from aiohttp import BytesPayload, ClientConnectionError
from aiohttp.abc import AbstractStreamWriter

REFUSAL = "this process is not the leader now"

_ELECTION = "/apis/coordination.k8s.io/"  # written by those who don't lead yet
_PIECE = 65536  # bytes; that much is on its way at once, and what is left is checked again


def is_guarded(method: str, path: str) -> bool:
    """Whether only the leader may make such a call."""
    return method != "GET" and not path.startswith(_ELECTION)


class GuardedBody(BytesPayload):
    """The body of a write, which may be empty.

    aiohttp sends the headers with the first bytes of the body, or before them. So a write without
    its body either never reaches the API server, or as one that lacks what it promised and ends.
    """

    def __init__(self, body: bytes, may_write: Callable[[], bool]) -> None:
        """Let ``body`` out, as often as asked, while ``may_write()``."""
        super().__init__(body)
        self.refused = False
        """Whether it was held back."""
        self._body = body
        self._may_write = may_write

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write all of it; ``content_length`` is just that.

        Raises:
            ClientConnectionError: This process must not write any more.
        """
        for start in range(0, max(len(self._body), 1), _PIECE):
            if not self._may_write():
                self.refused = True
                raise ClientConnectionError(REFUSAL)
            await writer.write(self._body[start : start + _PIECE])
            await writer.drain()
