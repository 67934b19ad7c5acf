"""The keys to reconcile: each once however often it is added, one reconcile a key at a time.

client-go's workqueue is the model, but for one thing: what has changed goes before what is only
tried again, and of the latter there are only so many a second, however many requests fail.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from exposer.observed import Key

RETRY_GAP = timedelta(seconds=0.1)
"""The least time between two retries."""


class Item(NamedTuple):
    """A key that was taken.

    Attributes:
        is_retry: Nothing that it depends on has changed since it was reconciled last, as far as
            anybody knows.
    """

    key: Key
    is_retry: bool


class WorkQueue:
    """A queue of keys, in the order in which they were added."""

    def __init__(self, retry_gap: timedelta = RETRY_GAP) -> None:
        """Start empty.

        Args:
            retry_gap: The least time between two retries.
        """
        self._changed: dict[Key, None] = {}  # dicts for their order
        self._retries: dict[Key, None] = {}
        self._again: dict[Key, bool] = {}  # added while taken; whether as a retry
        self._taken: set[Key] = set()
        self._timers: dict[Key, tuple[asyncio.TimerHandle, bool]] = {}  # and whether it is a retry
        self._arrived = asyncio.Event()
        self._retry_gap = retry_gap.total_seconds()
        self._next_retry = 0.0

    @property
    def depth(self) -> int:
        """How many keys wait to be taken."""
        return len(self._changed) + len(self._retries) + len(self._again)

    def add(self, keys: Iterable[Key]) -> None:
        """They have changed; one that is being reconciled is reconciled again afterwards."""
        for key in keys:
            self._put(key, is_retry=False)

    def add_after(self, key: Key, delay: timedelta, *, is_retry: bool = False) -> None:
        """It is to be reconciled after the delay, or sooner if it is added so."""
        loop = asyncio.get_running_loop()
        due = loop.time() + delay.total_seconds()
        if key in self._changed:
            return
        if key in self._timers:
            timer, was_retry = self._timers[key]
            due, is_retry = min(due, timer.when()), is_retry and was_retry
        self._forget_timer(key)
        self._timers[key] = loop.call_at(due, self._put, key, is_retry), is_retry

    async def get(self) -> Item:
        """Wait for the next key; it must be given back by ``done``."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            if self._changed:
                return self._take(self._changed, is_retry=False)
            if self._retries and now >= self._next_retry:
                self._next_retry = now + self._retry_gap
                return self._take(self._retries, is_retry=True)
            self._arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_retry if self._retries else None):
                    await self._arrived.wait()

    def done(self, key: Key) -> None:
        """Its reconcile is over."""
        self._taken.discard(key)
        if key in self._again:
            self._put(key, self._again.pop(key))

    def _put(self, key: Key, is_retry: bool) -> None:
        self._forget_timer(key)
        if key in self._taken:
            self._again[key] = is_retry and self._again.get(key, True)
            return
        if is_retry and key not in self._changed:
            self._retries[key] = None
        else:
            self._retries.pop(key, None)
            self._changed[key] = None
        self._arrived.set()

    def _take(self, line: dict[Key, None], *, is_retry: bool) -> Item:
        key = next(iter(line))
        del line[key]
        self._taken.add(key)
        return Item(key, is_retry)

    def _forget_timer(self, key: Key) -> None:
        if key in self._timers:
            timer, _ = self._timers.pop(key)
            timer.cancel()
