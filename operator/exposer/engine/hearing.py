"""When each watch was last heard, so that one that ended or hangs is noticed. Pure but for time."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from time import monotonic

_TO_BEGIN_ANEW = 10  # seconds


class Hearing:
    """Remembers for each collection when the API server last sent something of it.

    Where nothing happens it sends bookmarks, and it is heard when a watch is made anew.
    """

    def __init__(
        self, paths: Iterable[str], limit: timedelta, clock: Callable[[], float] = monotonic
    ) -> None:
        """Begin as if all had been heard now.

        Args:
            paths: The collections.
            limit: How long a silence is no reason to worry.
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._limit = limit.total_seconds()
        self._last = dict.fromkeys(paths, clock())
        self._ended: dict[str, float] = {}

    def heard(self, path: str) -> None:
        """Something of the collection came in."""
        self._last[path] = self._clock()
        self._ended.pop(path, None)

    def ended(self, path: str) -> None:
        """Its watch ended, as each does from time to time; the next one begins soon."""
        self._ended.setdefault(path, self._clock())

    def cut(self) -> dict[str, timedelta]:
        """The collections whose watch ended and isn't made anew, and since when.

        A list or another watch takes a few seconds, so much is no reason to worry.
        """
        now = self._clock()
        return {
            path: timedelta(seconds=now - since)
            for path, since in self._ended.items()
            if now - since > _TO_BEGIN_ANEW
        }

    def silent(self) -> dict[str, timedelta]:
        """The collections that were silent for too long, and for how long."""
        now = self._clock()
        return {
            path: timedelta(seconds=now - last)
            for path, last in self._last.items()
            if now - last > self._limit
        }
