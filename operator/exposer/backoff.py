"""How long to wait before trying again: capped, with jitter, for each key. Pure but for memory."""

from collections.abc import Callable, Hashable
from datetime import timedelta
from random import random
from typing import Generic, TypeVar

FIRST = timedelta(seconds=0.25)
LAST = timedelta(seconds=60)

_K = TypeVar("_K", bound=Hashable)


class Backoff(Generic[_K]):
    """Counts the failures of each key."""

    def __init__(self, chance: Callable[[], float] = random, first: timedelta = FIRST) -> None:
        """Begin with a delay of ``first``; take the jitter from ``chance``, from 0 to 1."""
        self._first = first
        self._failures: dict[_K, int] = {}
        self._chance = chance

    def failed(self, key: _K, longest: timedelta = LAST) -> timedelta:
        """The delay before the next try: doubled each time, between half and all of it."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        whole = min(self._first * (1 << min(failures, 16)), longest)
        return whole * (0.5 + self._chance() / 2)

    def succeeded(self, key: _K) -> None:
        """Begin anew."""
        self._failures.pop(key, None)
