"""The events of one watch, line by line, until the API server ends it, falls silent or errs."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

from aiohttp import ClientError, ClientResponse

from exposer.kube.list_stream import LONGEST

_ERROR = b'{"type":"ERROR"'
_EXPIRED = 410  # metav1.StatusReasonExpired: list again

Ended = Callable[[str, bool], None]
"""Takes why a watch ended, and whether the API server did it."""


async def events_of(
    response: ClientResponse, silence: timedelta, heard: Callable[[], None], ended: Ended
) -> AsyncGenerator[bytes, None]:
    """The events as they come, whole lines of JSON.

    Of errors, only that the version has expired is passed on; any other just ends the watch, as a
    connection that breaks does.

    Args:
        response: The answer to the watch.
        silence: After how long without a byte it counts as cut.
        heard: Is called with each byte that comes, be it of a bookmark.
        ended: Is called when it has ended.
    """
    pieces: list[bytes] = []  # of a line that has not ended: an object may be megabytes
    reason, by_server = "it was closed here", False
    try:
        while True:
            async with asyncio.timeout(silence.total_seconds()):
                chunk = await response.content.readany()
            if not chunk:
                reason, by_server = "the API server ended it", True
                return
            heard()
            head, newline, tail = chunk.rpartition(b"\n")
            if not newline:
                pieces.append(chunk)
                if sum(map(len, pieces)) > LONGEST:
                    reason, by_server = "the answer is not a watch of the API server's", True
                    return
                continue
            lines = b"".join((*pieces, head))
            pieces = [tail]
            if not all(map(_is_event, lines.split(b"\n"))):
                reason, by_server = "the answer is not a watch of the API server's", True
                return
            error = _error_in(lines)
            if error is not None and error.get("code") != _EXPIRED:
                reason, by_server = f"the API server reports: {error.get('message')}", True
                return
            yield lines + b"\n"
    except TimeoutError:
        reason = f"nothing was heard for {silence.total_seconds():.0f} s"
    except ClientError as error:
        reason, by_server = f"the connection broke: {str(error) or type(error).__name__}", True
    finally:
        response.close()
        ended(reason, by_server)


def _is_event(line: bytes) -> bool:
    """Whether it looks like one; to read each is the business of whoever needs it."""
    return line.startswith(b"{") and line.endswith(b"}")


def _error_in(lines: bytes) -> dict[str, Any] | None:
    """The metav1.Status of the error that is the last of the lines; after one nothing follows."""
    last = lines[lines.rfind(b"\n") + 1 :]
    if not last.startswith(_ERROR):
        return None
    status: dict[str, Any] = json.loads(last)["object"]
    return status


def expired() -> bytes:
    """What the API server says of a version that it doesn't know any more: list again."""
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": "Expired",
        "code": _EXPIRED,
    }
    return json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"


def bookmark(version: str) -> bytes:
    """That all changes up to that version have been told (KEP-956)."""
    document = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": version}}}
    return json.dumps(document).encode() + b"\n"
