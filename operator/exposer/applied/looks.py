"""When to look at what is not watched: only while somebody waits, and ever less often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

from exposer.backoff import Backoff
from exposer.observed import Key

_FIRST, _LONGEST = timedelta(seconds=5), timedelta(minutes=5)
_SOON = timedelta(seconds=1)  # many that begin to wait in one second are served by one look

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

    async def run(self) -> None:
        """Look whenever it is time, until it is cancelled."""
        while True:
            self._changed.clear()
            now = self._clock()
            for namespace in [each for each, due in self._due.items() if due <= now]:
                await self._look_at(namespace)
            soonest = min(self._due.values(), default=None)
            try:
                wait = None if soonest is None else max(0.0, soonest - self._clock())
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _look_at(self, namespace: str) -> None:
        self._due.pop(namespace, None)
        try:
            if await self._look(namespace):
                self._backoff.succeeded(namespace)
        except Exception:
            # A defect of ours: it must be seen, and must not take the other namespaces along.
            log.exception("a look at %s failed", namespace)
        if namespace in self._waiting:
            self._look_by(namespace, self._backoff.failed(namespace, _LONGEST))

    def _look_by(self, namespace: str, delay: timedelta) -> None:
        due = self._clock() + delay.total_seconds()
        self._due[namespace] = min(due, self._due.get(namespace, due))
        self._changed.set()
