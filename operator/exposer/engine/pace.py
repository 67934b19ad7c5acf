"""How often a request's status is told anew while nothing but its endpoints changes."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from exposer.observed import Key

INTERVAL = timedelta(seconds=1)


class Pace:
    """The first change is told at once, those within a second of the last telling in one go.

    What a user changes is not held up: the pace is for the cluster's own changes.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Take the time, in seconds, from ``clock``."""
        self._clock = clock
        self._told: dict[Key, float] = {}

    def told(self, key: Key) -> None:
        """Its status was written because the cluster's part of it changed."""
        self._told[key] = self._clock()

    def delay(self, key: Key) -> timedelta:
        """How long to wait before the next change is looked at."""
        told = self._told.get(key)
        if told is None:
            return timedelta()
        left = INTERVAL - timedelta(seconds=self._clock() - told)
        if left <= timedelta():
            del self._told[key]  # as good as never: nothing is remembered of quiet requests
        return max(left, timedelta())
