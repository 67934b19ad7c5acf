"""The keys to reconcile: each once however often it is marked, one reconcile a key at a time."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from exposer.observed import Key


class DirtyKeys:
    """A queue of keys, in the order of their marking (client-go's workqueue is the model)."""

    def __init__(self) -> None:
        """Start empty."""
        self._queue: asyncio.Queue[Key] = asyncio.Queue()
        self._dirty: set[Key] = set()
        self._taken: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}

    @property
    def depth(self) -> int:
        """How many keys wait to be taken."""
        return self._queue.qsize()

    def mark(self, keys: Iterable[Key]) -> None:
        """They need a reconcile; one that is being reconciled gets another afterwards."""
        for key in keys:
            self._forget_timer(key)
            if key not in self._dirty:
                self._dirty.add(key)
                if key not in self._taken:
                    self._queue.put_nowait(key)

    def mark_later(self, key: Key, delay: timedelta) -> None:
        """It needs a reconcile after the delay, or sooner if it is marked so."""
        loop = asyncio.get_running_loop()
        timer = self._timers.get(key)
        due = loop.time() + delay.total_seconds()
        if key in self._dirty or (timer is not None and timer.when() <= due):
            return
        self._forget_timer(key)
        self._timers[key] = loop.call_at(due, self.mark, [key])

    async def take(self) -> Key:
        """Wait for the next key; it must be given back by ``done``."""
        key = await self._queue.get()
        self._dirty.discard(key)
        self._taken.add(key)
        return key

    def done(self, key: Key) -> None:
        """Its reconcile is over."""
        self._taken.discard(key)
        if key in self._dirty:
            self._queue.put_nowait(key)

    def _forget_timer(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
