"""How often the status of a request is written while nothing but its endpoints changes."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from exposer.observed import Key

INTERVAL = timedelta(seconds=1)


class StatusDebounce:
    """The first change is written at once, those within a second of the last write in one go.

    What a user changes is not held up: this is for the cluster's own changes.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Take the time, in seconds, from ``clock``."""
        self._clock = clock
        self._written: OrderedDict[Key, float] = OrderedDict()

    def written(self, key: Key) -> None:
        """Its status was written because the cluster's part of it changed."""
        now = self._clock()
        self._written[key] = now
        self._written.move_to_end(key)
        while now - next(iter(self._written.values())) >= INTERVAL.total_seconds():
            self._written.popitem(last=False)  # nothing is remembered of quiet requests

    def delay(self, key: Key) -> timedelta:
        """How long to wait before the next change is looked at."""
        written = self._written.get(key)
        if written is None:
            return timedelta()
        left = INTERVAL - timedelta(seconds=self._clock() - written)
        return max(left, timedelta())
