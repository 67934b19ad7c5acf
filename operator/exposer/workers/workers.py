"""Takes keys from the queue and reconciles them, a few at a time; what fails is tried again."""

import asyncio
import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

from prometheus_client import Counter, Histogram

from exposer.backoff import LAST, Backoff
from exposer.observed import Key, News
from exposer.plan import Refusal
from exposer.reconcile import Reconciler, Result
from exposer.workers.debounce import StatusDebounce
from exposer.workers.work_queue import Item, Turns, WorkQueue

RECONCILES = Counter("exposer_reconcile", "Reconciles by what came of them.", ["result"])
SECONDS = Histogram("exposer_reconcile_duration_seconds", "How long a reconcile took.")

_SELDOM = timedelta(minutes=5)
"""Until the next try where there is no hurry."""

_SETTLED = timedelta(seconds=1)  # those who stand in line with it may go, too

log = logging.getLogger("exposer")


class Workers:
    """Runs the reconciles."""

    def __init__(
        self,
        reconciler: Reconciler,
        queue: WorkQueue,
        debounce: StatusDebounce,
        backoff: Backoff[Key],
    ) -> None:
        """Reconcile the keys of ``queue``."""
        self._reconciler = reconciler
        self._queue = queue
        self._debounce = debounce
        self._backoff = backoff
        self._refusals: dict[Key, str] = {}
        self._passing = Turns()

    async def run(self, leads: asyncio.Event, is_synced: Callable[[str], bool]) -> None:
        """Work until it is cancelled.

        Args:
            leads: Is set while this process may write.
            is_synced: Whether all that stands in a namespace is known; before that, a request
                would look as if it had no Service yet. Once it is, its keys must be added again.
        """
        async with asyncio.TaskGroup() as group:
            for number in range(self._queue.workers):
                group.create_task(self._work(leads, is_synced), name=f"worker {number}")

    async def _work(self, leads: asyncio.Event, is_synced: Callable[[str], bool]) -> None:
        while True:
            item = await self._queue.get()
            await leads.wait()
            try:
                if is_synced(item.key.namespace):
                    await self._reconcile(item)
            except Exception:
                # A defect of ours: it must be seen, and must not take the other requests along.
                log.exception("%s: reconcile failed", item.key)
                RECONCILES.labels("failed").inc()
                self._try_again(item.key)
            finally:
                self._queue.done(item.key)
            # One that had nothing to wait for has held up all others, in the process.
            await asyncio.sleep(0)

    async def _reconcile(self, item: Item) -> None:
        if not item.is_retry:
            self._backoff.succeeded(item.key)  # what failed before may succeed now
        with SECONDS.time():
            result = await self._reconciler.reconcile(item.key, datetime.now(UTC))
        RECONCILES.labels(_name(result)).inc()
        if result.reported and not result.wrote:  # the cluster's part of it has changed
            self._debounce.written(item.key)
        self._follow_up(item.key, result.refusal)
        if result.reported and result.refusal is None:
            self._try_what_passed()
        if result.again is not None:
            self._queue.add_after(item.key, result.again)

    def _follow_up(self, key: Key, refusal: Refusal | None) -> None:
        # Not what another's doing made fail: that it is over, a write elsewhere doesn't tell.
        if refusal is not None and refusal.passing and refusal.retry_after is None:
            self._passing.add(key)
        else:
            self._passing.discard(key)
        if refusal is None:
            self._backoff.succeeded(key)
            self._refusals.pop(key, None)
            return
        told = f"{refusal.reason.value}: {refusal.message}"
        if self._refusals.get(key) != told:  # once, not at each try
            log.warning("%s: %s", key, told)
            self._refusals[key] = told
        if refusal.retry:
            self._try_again(key, refusal)

    def _try_what_passed(self) -> None:
        """The API server takes writes: what it did not take a while ago, it may take now.

        Two of those that wait, and once it takes theirs, two for each of these.
        """
        for key in (self._passing.take(), self._passing.take()):
            if key is not None:
                self._queue.add_after(key, timedelta(), is_retry=True)

    def _try_again(self, key: Key, refusal: Refusal | None = None) -> None:
        delay = self._backoff.failed(key)
        if refusal is not None and refusal.retry_after is not None:
            delay = max(delay, min(refusal.retry_after, LAST))
        if refusal is not None and (refusal.woken or refusal.seldom):
            delay = _SELDOM
        self._queue.add_after(key, delay, is_retry=True)


def waking(queue: WorkQueue, debounce: StatusDebounce) -> Callable[[AbstractSet[Key], News], None]:
    """What the store is to call with the requests that a change touches (``observed.Wake``)."""

    def wake(keys: AbstractSet[Key], news: News) -> None:
        for key in sorted(keys):
            delay = debounce.delay(key) if news is News.STATUS else timedelta()
            if news is News.PLACE:
                delay = _SETTLED
            if delay:
                queue.add_after(key, delay)
            else:
                queue.add([key])

    return wake


def _name(result: Result) -> str:
    """What came of a reconcile, in a word."""
    if result.refusal:
        return "refused"
    return "written" if result.wrote or result.reported else "unchanged"
