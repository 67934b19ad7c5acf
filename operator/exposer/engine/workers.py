"""Takes dirty keys and reconciles them, a few at a time; what is in the way is tried again."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from exposer.api import Reason
from exposer.engine.backoff import LAST, Backoff
from exposer.engine.dirty import DirtyKeys
from exposer.engine.metrics import RECONCILES, SECONDS
from exposer.engine.pace import Pace
from exposer.observed import Key
from exposer.plan import Refusal
from exposer.reconcile import Reconciler, Result

_CONCURRENCY = 16  # writes under way at once; the API server is the limit, not we

# A Pod that is a target is not watched, and to look for a target costs no more than a read.
_LONGEST = dict.fromkeys(
    (Reason.TARGET_NOT_FOUND, Reason.TARGET_HAS_NO_SELECTOR), timedelta(seconds=5)
)

# Pods are not watched: those of a Service without endpoints are looked at again, ever less often.
_FIRST_LOOK, _LONGEST_LOOK = timedelta(seconds=5), timedelta(minutes=5)

log = logging.getLogger("exposer")


class Workers:
    """Runs the reconciles."""

    def __init__(self, reconciler: Reconciler, dirty: DirtyKeys, pace: Pace) -> None:
        """Reconcile the keys of ``dirty``."""
        self._reconciler = reconciler
        self._dirty = dirty
        self._pace = pace
        self._backoff = Backoff()
        self._looks = Backoff(first=_FIRST_LOOK)
        self._refusals: dict[Key, Refusal] = {}

    def start(
        self, group: asyncio.TaskGroup, *conditions: asyncio.Event
    ) -> list[asyncio.Task[None]]:
        """Start working; the tasks end when they are cancelled.

        Args:
            group: Whose tasks they are.
            conditions: Are set once all that stands is known, as before that a request would look
                as if it had no Service yet, and once this process leads.
        """
        return [
            group.create_task(self._work(conditions), name=f"worker {number}")
            for number in range(_CONCURRENCY)
        ]

    def cluster_changed(self, keys: Iterable[Key]) -> None:
        """Something that only the status tells of has changed: an endpoint, for example."""
        for key in keys:
            delay = self._pace.delay(key)
            if delay:
                self._dirty.mark_later(key, delay)
            else:
                self._dirty.mark([key])

    async def _work(self, conditions: Iterable[asyncio.Event]) -> None:
        for condition in conditions:
            await condition.wait()
        while True:
            key = await self._dirty.take()
            try:
                with SECONDS.time():
                    result = await self._reconciler.reconcile(key, datetime.now(UTC))
                RECONCILES.labels(_name(result)).inc()
                if result.told and not result.wrote:  # the cluster's part of it has changed
                    self._pace.told(key)
                self._follow_up(key, result.refusal)
                self._look_again(key, result)
            except Exception:
                # A defect of ours: it must be seen, and must not take the other requests along.
                log.exception("%s: reconcile failed", key)
                RECONCILES.labels("failed").inc()
                self._dirty.mark_later(key, self._backoff.failed(key))
            finally:
                self._dirty.done(key)

    def _follow_up(self, key: Key, refusal: Refusal | None) -> None:
        if refusal is None:
            self._backoff.succeeded(key)
            self._refusals.pop(key, None)
            return
        if self._refusals.get(key) != refusal:  # once, not at each try
            log.warning("%s: %s: %s", key, refusal.reason.value, refusal.message)
            self._refusals[key] = refusal
        if refusal.retry:
            delay = self._backoff.failed(key, _LONGEST.get(refusal.reason, LAST))
            self._dirty.mark_later(key, max(delay, refusal.retry_after or delay))

    def _look_again(self, key: Key, result: Result) -> None:
        if result.told or not result.passing:
            self._looks.succeeded(key)
        if result.passing:
            self._dirty.mark_later(key, self._looks.failed(key, _LONGEST_LOOK))


def _name(result: Result) -> str:
    """What came of a reconcile, in a word."""
    if result.refusal:
        return "refused"
    return "written" if result.wrote or result.told else "unchanged"
