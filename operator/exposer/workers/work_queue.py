"""The keys to reconcile: each once however often it is added, one reconcile a key at a time.

client-go's workqueue is the model, but for two things. What has changed goes before what is only
tried again, and of the latter there are only so many a second, however many requests fail. And
namespaces take turns, so that none waits for all that another has to do; the API server does so
with those who call it (KEP-1040, fair queuing).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from exposer.observed import Key

RETRY_GAP = timedelta(seconds=0.1)
"""The least time between two retries."""

WORKERS = 16
"""How many keys may be taken at once; writes under way: the API server is the limit, not we."""


class Item(NamedTuple):
    """A key that was taken.

    Attributes:
        is_retry: Nothing that it depends on has changed since it was reconciled last, as far as
            anybody knows.
    """

    key: Key
    is_retry: bool


class Turns:
    """Keys in the order in which they were added, but for namespaces, which take turns."""

    def __init__(self) -> None:
        """Start empty."""
        self._namespaces: OrderedDict[str, OrderedDict[Key, None]] = OrderedDict()

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self._namespaces.values()))

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._namespaces)

    def __contains__(self, key: Key) -> bool:
        """Whether it was added, and not taken yet."""
        return key in self._namespaces.get(key.namespace, ())

    def has(self, namespace: str) -> bool:
        """Whether there are any of the namespace."""
        return namespace in self._namespaces

    def add(self, key: Key) -> None:
        """Add a key; once is enough."""
        self._namespaces.setdefault(key.namespace, OrderedDict())[key] = None

    def discard(self, key: Key) -> None:
        """Take a key out of turn."""
        if key in self:
            self._remove(key)

    def take(self, may: Callable[[str], bool] = lambda namespace: True) -> Key | None:
        """Take the next key of the next namespace that may have one; that is the last now."""
        namespace = next(filter(may, self._namespaces), None)
        if namespace is None:
            return None
        key = next(iter(self._namespaces[namespace]))
        self._namespaces.move_to_end(namespace)
        self._remove(key)
        return key

    def _remove(self, key: Key) -> None:
        keys = self._namespaces[key.namespace]
        del keys[key]
        if not keys:
            del self._namespaces[key.namespace]


class WorkQueue:
    """A queue of keys."""

    def __init__(self, retry_gap: timedelta = RETRY_GAP, workers: int = WORKERS) -> None:
        """Start empty.

        Args:
            retry_gap: The least time between two retries.
            workers: How many keys may be taken at once. A namespace has no more of them than it
                leaves to others, so that there is one for each that comes.
        """
        self._changed = Turns()
        self._retries = Turns()
        self._again: dict[Key, bool] = {}  # added while taken; whether as a retry
        self._taken: set[Key] = set()
        self._taken_of: dict[str, int] = {}
        self._timers: dict[Key, tuple[asyncio.TimerHandle, bool]] = {}  # and whether it is a retry
        self._arrived = asyncio.Event()
        self._retry_gap = retry_gap.total_seconds()
        self._next_retry = 0.0
        self.workers = workers

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
            item = self._next(now)
            if item is not None:
                self._taken.add(item.key)
                namespace = item.key.namespace
                self._taken_of[namespace] = self._taken_of.get(namespace, 0) + 1
                return item
            self._arrived.clear()
            until = self._next_retry if self._retries and self._next_retry > now else None
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._arrived.wait()

    def done(self, key: Key) -> None:
        """Its reconcile is over."""
        self._taken.discard(key)
        self._taken_of[key.namespace] -= 1
        if not self._taken_of[key.namespace]:
            del self._taken_of[key.namespace]
        if key in self._again:
            self._put(key, self._again.pop(key))
        self._arrived.set()

    def _next(self, now: float) -> Item | None:
        """A retry that is due goes before what has changed elsewhere, not in its namespace."""
        if self._retries and now >= self._next_retry:
            key = self._retries.take(self._may_retry)
            if key is not None:
                self._next_retry = now + self._retry_gap
                return Item(key, is_retry=True)
        key = self._changed.take(self._may_take)
        return None if key is None else Item(key, is_retry=False)

    def _may_take(self, namespace: str) -> bool:
        return self._taken_of.get(namespace, 0) < self.workers - len(self._taken)

    def _may_retry(self, namespace: str) -> bool:
        return self._may_take(namespace) and not self._changed.has(namespace)

    def _put(self, key: Key, is_retry: bool) -> None:
        self._forget_timer(key)
        if key in self._taken:
            self._again[key] = is_retry and self._again.get(key, True)
            return
        if is_retry and key not in self._changed:
            self._retries.add(key)
        else:
            self._retries.discard(key)
            self._changed.add(key)
        self._arrived.set()

    def _forget_timer(self, key: Key) -> None:
        if key in self._timers:
            timer, _ = self._timers.pop(key)
            timer.cancel()
