"""The lines of a watch, and how it ends."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest
from aiohttp import ClientPayloadError, ClientResponse

from exposer.informers.watch_stream import events_of, expired
from tests.support.fake_client import FakeStream

ADDED = b'{"type":"ADDED","object":{"a":1}}\n'
BOOKMARK = b'{"type":"BOOKMARK","object":{"a":2}}\n'
LONG = timedelta(hours=1)


class Case:
    """A watch whose answer says what a test wants."""

    def __init__(self, silence: timedelta = LONG) -> None:
        self.stream = FakeStream()
        self.heard = 0
        self.end: tuple[str, bool] | None = None
        response = cast(ClientResponse, self.stream)
        self.events = events_of(response, silence, self._heard, self._ended)

    async def read(self, *chunks: bytes | Exception) -> list[bytes]:
        """What comes of it, until its end."""
        self.stream.say(*chunks)
        return [lines async for lines in self.events]

    def _heard(self) -> None:
        self.heard += 1

    def _ended(self, reason: str, by_server: bool) -> None:
        self.end = reason, by_server


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        pytest.param([ADDED], [ADDED], id="a line"),
        pytest.param([ADDED + BOOKMARK], [ADDED + BOOKMARK], id="two in one chunk"),
        pytest.param([ADDED[:9], ADDED[9:]], [ADDED], id="one in two chunks"),
        pytest.param([ADDED + BOOKMARK[:5], BOOKMARK[5:]], [ADDED, BOOKMARK], id="one and a half"),
        pytest.param([ADDED[:-1]], [], id="one that broke off"),
        pytest.param([], [], id="none"),
    ],
)
async def test_only_whole_lines_are_passed_on(chunks: list[bytes], lines: list[bytes]) -> None:
    case = Case()
    assert await case.read(*chunks, b"") == lines
    assert case.end == ("the API server ended it", True)
    assert (case.stream.closed, case.heard) == (True, len(chunks))


async def test_that_the_version_expired_is_passed_on() -> None:
    assert await Case().read(ADDED + expired(), b"") == [ADDED + expired()]


async def test_any_other_error_ends_it() -> None:
    error = b'{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is gone"}}\n'
    case = Case()
    assert await case.read(ADDED, error, ADDED) == [ADDED]
    assert case.end == ("the API server reports: etcd is gone", True)


@pytest.mark.parametrize("line", [b"<html>\n", b'"x"\n', b"{\n"])
async def test_what_is_no_event_ends_it(line: bytes) -> None:
    case = Case()
    assert await case.read(ADDED, line, ADDED) == [ADDED]
    assert case.end == ("the answer is not a watch of the API server's", True)


async def test_a_connection_that_breaks_ends_it() -> None:
    case = Case()
    assert await case.read(ADDED, ClientPayloadError("cut")) == [ADDED]
    assert case.end == ("the connection broke: cut", True)


async def test_silence_ends_it() -> None:
    case = Case(timedelta(milliseconds=1))
    assert await case.read() == []
    assert case.end == ("nothing was heard for 0 s", False)


async def test_who_reads_may_end_it() -> None:
    case = Case()
    case.stream.say(ADDED)
    assert await anext(case.events) == ADDED
    await case.events.aclose()
    assert case.end == ("it was closed here", False)
    assert case.stream.closed


async def test_who_reads_may_be_cancelled() -> None:
    case = Case()

    async def read() -> Any:
        return await anext(case.events)

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    reader.cancel()
    await asyncio.wait({reader})
    assert (case.stream.closed, case.end) == (True, ("it was closed here", False))
