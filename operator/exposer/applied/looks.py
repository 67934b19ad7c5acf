"""When to look at what is not watched: only while somebody waits, and ever less often.

A namespace waits for no look at another, and has a small share of the time only: where there is
much to look at, it is looked at less often.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

from exposer.backoff import Backoff
from exposer.observed import Key

_FIRST, _LONGEST = timedelta(seconds=5), timedelta(minutes=5)
_SOON = timedelta(seconds=1)  # many that begin to wait in one second are served by one look

_AT_ONCE = 4  # namespaces that are looked at
_SHARE = 10  # a namespace is looked at a tenth of the time at most

_I = TypeVar("_I")

log = logging.getLogger("exposer")


class Looks(Generic[_I]):
    """Who waits for what, and when to look next: one look for all who wait in a namespace."""

    def __init__(self, look: Callable[[str], Awaitable[bool]], clock: Callable[[], float]) -> None:
        """Look at nothing yet.

        Args:
            look: Looks at a namespace, and returns whether anything there is new.
            clock: Tells the time in seconds.
        """
        self._look = look
        self._clock = clock
        self._waiting: dict[str, dict[Key, _I]] = {}
        self._due: dict[str, float] = {}
        self._looking: set[str] = set()
        self._rests: dict[str, float] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._backoff: Backoff[str] = Backoff(lambda: 1.0, _FIRST)
        self._changed = asyncio.Event()

    def wait(self, request: Key, interest: _I) -> None:
        """Look for this request from now on; soon, if it did not wait for the same before."""
        waiting = self._waiting.setdefault(request.namespace, {})
        if waiting.get(request) == interest:
            return
        waiting[request] = interest
        self._backoff.succeeded(request.namespace)
        self._look_by(request.namespace, _SOON)

    def stop_waiting(self, request: Key) -> None:
        """Look for this request no more."""
        waiting = self._waiting.get(request.namespace, {})
        waiting.pop(request, None)
        if not waiting:
            self._waiting.pop(request.namespace, None)
            self._due.pop(request.namespace, None)
            self._backoff.succeeded(request.namespace)

    def waiting(self, namespace: str) -> list[tuple[Key, _I]]:
        """Who waits in a namespace at this moment, and for what."""
        return list(self._waiting.get(namespace, {}).items())

    def is_waiting(self, request: Key, interest: _I) -> bool:
        """Whether the request waits for that at this moment."""
        return self._waiting.get(request.namespace, {}).get(request) == interest

    async def run(self) -> None:
        """Look whenever it is time, until it is cancelled."""
        async with asyncio.TaskGroup() as looks:
            while True:
                self._changed.clear()
                now = self._clock()
                waiting = {
                    each: due for each, due in self._due.items() if each not in self._looking
                }
                for namespace in [each for each, due in waiting.items() if due <= now]:
                    del self._due[namespace], waiting[namespace]
                    self._looking.add(namespace)
                    looks.create_task(self._look_at(namespace), name=f"look at {namespace}")
                soonest = min(waiting.values(), default=None)
                try:
                    async with asyncio.timeout(None if soonest is None else soonest - now):
                        await self._changed.wait()
                except TimeoutError:
                    pass

    async def _look_at(self, namespace: str) -> None:
        async with self._slots:
            began = self._clock()
            try:
                if await self._look(namespace):
                    self._backoff.succeeded(namespace)
            except Exception:
                # A defect of ours: it must be seen, and must not take the other namespaces along.
                log.exception("a look at %s failed", namespace)
        now = self._clock()
        self._rests[namespace] = now + _SHARE * (now - began)
        self._looking.discard(namespace)
        if namespace in self._waiting:
            self._look_by(namespace, self._backoff.failed(namespace, _LONGEST))

    def _look_by(self, namespace: str, delay: timedelta) -> None:
        now = self._clock()
        due = max(now + delay.total_seconds(), self._rests.get(namespace, now))
        if self._rests.get(namespace, now) <= now:
            self._rests.pop(namespace, None)
        self._due[namespace] = min(due, self._due.get(namespace, due))
        self._changed.set()
