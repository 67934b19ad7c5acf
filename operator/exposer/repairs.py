"""How fast what others change in owned objects is put back: at once, then ever more slowly."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from exposer.observed import Key

_FIRST, _LONGEST = timedelta(seconds=1), timedelta(seconds=60)
_QUIET = timedelta(seconds=5)  # so much longer than the last pause, and it is over
_CONTESTED = 4  # repairs in a row


@dataclass(slots=True)
class _Repairs:
    """The repairs in a row of one request.

    Attributes:
        last: When the last one was made, in seconds.
        changes: What was put back.
    """

    count: int
    last: float
    changes: str

    @property
    def pause(self) -> float:
        """How long after the last one the next may follow, in seconds."""
        return min(
            _FIRST.total_seconds() * (1 << min(self.count - 1, 16)), _LONGEST.total_seconds()
        )

    @property
    def quiet(self) -> float:
        """How long after the last one it is over if nothing happens, in seconds."""
        return self.pause + _QUIET.total_seconds()


class Repairs:
    """Counts the repairs of each request."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Take the time, in seconds, from ``clock``."""
        self._clock = clock
        self._known: dict[Key, _Repairs] = {}

    def made(self, key: Key, changes: str) -> None:
        """Something was put back.

        Args:
            key: The request's.
            changes: What it was, for people.
        """
        known = self._recent(key)
        self._known[key] = _Repairs(known.count + 1 if known else 1, self._clock(), changes)

    def pause(self, key: Key) -> timedelta:
        """How long to wait before the next repair."""
        known = self._recent(key)
        left = known.last + known.pause - self._clock() if known else 0.0
        return timedelta(seconds=max(left, 0.0))

    def contested(self, key: Key) -> str:
        """What somebody keeps changing; empty while nobody does."""
        known = self._recent(key)
        return known.changes if known and known.count >= _CONTESTED else ""

    def until_quiet(self, key: Key) -> timedelta:
        """How long to wait to see whether it is over."""
        known = self._recent(key)
        left = known.last + known.quiet - self._clock() if known else 0.0
        return timedelta(seconds=max(left, 0.0))

    def forget(self, key: Key) -> None:
        """The request is another now, or gone."""
        self._known.pop(key, None)

    def _recent(self, key: Key) -> _Repairs | None:
        known = self._known.get(key)
        if known is not None and self._clock() - known.last > known.quiet:
            del self._known[key]
            return None
        return known
