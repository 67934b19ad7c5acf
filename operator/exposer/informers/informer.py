"""Lists and watches one collection, for as long as the process lives, whatever becomes of it."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import timedelta
from time import monotonic
from typing import Any

from prometheus_client import Counter

from exposer.api.identity import GROUP, KIND, PLURAL
from exposer.backoff import Backoff
from exposer.informers import feed
from exposer.informers.collection import Collection, metadata_only
from exposer.informers.watch_stream import bookmark, events_of, expired
from exposer.kube import ApiError, Client
from exposer.kube.decoding import shallow
from exposer.observed import Store

WATCHES = Counter(
    "exposer_watches", "Watches that began; each but the first is a restart.", ["resource"]
)
FAILURES = Counter(
    "exposer_watch_failures", "Lists and watches that failed or ended early.", ["resource"]
)

# Lists come in pages, as client-go's do. The API server has a page in memory as a whole, and a
# minute to send it: of large objects it is asked for fewer.
_MOST = 500  # objects
_PAGE_BYTES = 8 * 1024 * 1024
# As client-go: a watch doesn't stay with one of several API servers for ever.
_SECONDS = "600"

# What is longer goes past kopf, which keeps an event for a while, and any number of them.
_LONGEST_TOLD = 64 * 1024  # bytes
_TOO_SLOW = (0, 504)  # no answer in time, or not all of it

_SHORT = 10  # seconds; a watch that the API server ends sooner was none
_EARLY_ENDS = 3  # watches in a row that ended at once, after which a list is made
_LATE = 10  # seconds; a list or a watch takes some time, so much is no reason to worry
_LONGEST_RETRY = timedelta(seconds=5)  # where the API server refuses, or is out of reach
_LONGEST_PAUSE = timedelta(seconds=60)  # where it takes a watch and ends it at once

log = logging.getLogger("exposer")


class Informer:
    """One collection: what is listed goes to the store, the events of a watch to who reads them.

    ``list_all`` and ``watch`` return when they have succeeded, and not before: they wait, ever
    longer, and try again, as long as the API server refuses or can't be reached.
    """

    def __init__(
        self,
        collection: Collection,
        client: Client,
        store: Store,
        silence: timedelta,
        synced: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Do nothing yet.

        Args:
            collection: What to list and watch.
            client: Calls the API server.
            store: Gets what is listed.
            silence: After how long without a word a watch counts as cut.
            synced: Is called when the store has come to hold the whole collection.
            clock: Tells the time in seconds.
            sleep: Waits for so many seconds.
        """
        self.collection = collection
        self._client = client
        self._store = store
        self._silence = silence
        self._tell_synced = synced
        self._clock = clock
        self._sleep = sleep
        self._wanted = asyncio.Event()
        if not collection.is_on_demand:
            self._wanted.set()
        self._refusals: Backoff[None] = Backoff(first=timedelta(seconds=0.5))
        self._early_ends: Backoff[None] = Backoff(first=timedelta(seconds=0.5))
        self._early_in_a_row = 0
        self._pause = timedelta()
        self._is_listed = False
        self._is_refused = False
        self._told_synced = False
        self._version = 0
        self._limit = _MOST
        self._listed_version = ""
        self._began = 0.0
        self._down_since: float | None = clock()
        self._idle_since: float | None = clock()
        self._refusal = self._early_end = ""

    def begin(self) -> None:
        """List and watch from now on, if that is done on demand."""
        self._wanted.set()

    @property
    def is_wanted(self) -> bool:
        """Whether anybody needs the collection."""
        return self._wanted.is_set()

    @property
    def is_synced(self) -> bool:
        """Whether the store holds the whole collection, and the API server lets it be read."""
        return self._is_listed and not self._is_refused

    @property
    def is_refused(self) -> bool:
        """Whether the API server answers, but does not let the collection be read."""
        return self._is_refused

    @property
    def problem(self) -> str:
        """What keeps the store from being up to date; empty if nothing does."""
        if not self.is_wanted:
            return ""
        trouble = self._refusal or self._early_end
        if not self.is_synced:
            return trouble or "not listed yet"
        down = self._clock() - self._down_since if self._down_since is not None else 0
        return f"no watch for {down:.0f} s{trouble and f': {trouble}'}" if down > _LATE else ""

    @property
    def idle(self) -> timedelta:
        """For how long nobody has asked for a list or a watch while there was none."""
        since = self._idle_since
        if since is None or not self.is_wanted:
            return timedelta()
        return timedelta(seconds=self._clock() - since)

    async def list_all(self) -> str:
        """Put all objects into the store, and drop from it what isn't there.

        Returns:
            The version to watch from.
        """
        self._idle_since = None
        await self._wanted.wait()
        while True:
            await self._sleep(self._pause.total_seconds())
            try:
                version = await self._list()
            except ApiError as error:
                self._failed(error)
                continue
            if self._is_listed:
                log.info("%s: listed again", self.collection)
            self._is_listed = True
            self._succeeded()
            self._idle_since = self._clock()
            self._listed_version = str(version)
            return self._listed_version

    async def watch(self, version: str) -> AsyncGenerator[bytes, None]:
        """Begin a watch.

        Args:
            version: The last one that was seen.

        What happens to requests is told, by events; all else goes to the store at once, and only
        the version is told that has been reached, by bookmarks.

        Returns:
            The events as JSON, whole lines at a time, until the watch ends. One event may say that
            the version has expired: then ``list_all`` again.
        """
        self._idle_since = None
        while True:
            await self._sleep(self._pause.total_seconds())
            if self._early_in_a_row >= _EARLY_ENDS:
                # Such watches tell of nothing: then at least a list does, each time.
                self._early_in_a_row = 0
                return _just(expired())
            try:
                if version != self._listed_version and await self._went_back(int(version)):
                    return _just(expired())
                response = await self._client.watch(
                    self.collection.path,
                    {
                        **self.collection.query,
                        "allowWatchBookmarks": "true",
                        "resourceVersion": version,
                        "timeoutSeconds": _SECONDS,
                    },
                    self.collection.accept("PartialObjectMetadata"),
                )
            except ApiError as error:
                if error.code == 410:
                    return _just(expired())
                self._failed(error)
                continue
            WATCHES.labels(self.collection.plural).inc()
            self._began = self._clock()
            self._down_since = None
            self._succeeded()
            return self._taken_in(events_of(response, self._silence, self._heard, self._ended))

    async def _taken_in(self, events: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(events):
            async for lines in events:
                yield b"".join(self._told_of(line) for line in lines.splitlines(keepends=True))

    def _told_of(self, line: bytes) -> bytes:
        """What is told of an event: itself, or that its version has been reached."""
        text = shallow(line.decode(errors="replace"))
        if self.collection.kind == KIND and len(line) <= _LONGEST_TOLD:
            return text.encode()
        try:
            event = json.loads(text)
            if event["type"] not in ("ADDED", "MODIFIED", "DELETED"):
                return line
            change = feed.drop if event["type"] == "DELETED" else feed.put
            change(self._store, self.collection.kind, event["object"])
            return bookmark(event["object"]["metadata"]["resourceVersion"])
        except Exception:
            # A defect of ours: it must be seen, and must not end the watch.
            log.exception("%s has an event that can't be read", self.collection)
            return b""

    async def _list(self) -> int:
        query = self.collection.query
        uids: set[str] = set()

        def take(item: dict[str, Any]) -> None:
            try:
                uids.add(item["metadata"]["uid"])
                feed.put(self._store, self.collection.kind, item)
            except Exception:
                # A defect of ours: it must be seen, and must not take the other objects along.
                log.exception("%s has an object that can't be read", self.collection)

        while True:
            page = await self._client.read_list(
                self.collection.path,
                take,
                {**query, "limit": str(self._limit)},
                self.collection.accept("PartialObjectMetadataList"),
            )
            self._limit = _next_limit(self._limit, page.size)
            version = _version_of(page.metadata)
            if version < self._version:
                # What was just taken counts for older than what it replaces: all of it once more.
                self._forget(version)
                self._version = version
                return await self._list()
            self._version = version
            token = page.metadata.get("continue")
            if not token:
                self._store.drop_unlisted(*self.collection, uids, version)
                return version
            query["continue"] = token

    async def _went_back(self, version: int) -> bool:
        """Whether the API server is at an earlier version than the one that was seen last.

        So it is when its data was restored from a backup. It would keep silent until the versions
        have caught up, and what it has now may be anything.
        """
        self._version = max(self._version, version)
        page = await self._client.read_list(
            self.collection.path,
            lambda _item: None,
            {**self.collection.query, "limit": "1"},
            metadata_only("PartialObjectMetadataList"),
        )
        return _version_of(page.metadata) < version

    def _forget(self, version: int) -> None:
        log.warning(
            "%s: the API server is back at version %d, after %d, as when it was restored from a "
            "backup; all is listed anew",
            self.collection,
            version,
            self._version,
        )
        self._is_listed = False
        self._update()
        self._store.forget(*self.collection)

    def _failed(self, error: ApiError) -> None:
        FAILURES.labels(self.collection.plural).inc()
        if error.code in _TOO_SLOW:
            self._limit = max(1, self._limit // 4)
        self._is_refused = self._is_refused or error.code in (401, 403, 404)
        message = _explained(self.collection, error)
        if message != self._refusal:  # once, not at each try
            self._refusal = message
            log.warning("%s: %s; trying again", self.collection, message)
        delay = self._refusals.failed(None, _LONGEST_RETRY)
        self._pause = max(delay, min(error.retry_after or delay, _LONGEST_PAUSE))
        self._update()

    def _succeeded(self) -> None:
        self._is_refused = False
        self._pause = timedelta()
        self._refusals.succeeded(None)
        if self._refusal:
            self._refusal = ""
            log.info("%s: can be read again", self.collection)
        self._update()

    def _heard(self) -> None:
        if self._early_end:
            self._early_end = ""
            log.info("%s: watched again", self.collection)

    def _ended(self, reason: str, by_server: bool) -> None:
        """The watch ended, as each does from time to time; the next one should begin soon."""
        self._down_since = self._idle_since = self._clock()
        if not by_server or self._clock() - self._began > _SHORT:
            self._early_ends.succeeded(None)
            self._early_in_a_row = 0
            return
        FAILURES.labels(self.collection.plural).inc()
        if not self._early_end:
            log.warning("%s: the watch ended at once: %s; trying again", self.collection, reason)
        self._early_end = f"the watch ends at once: {reason}"
        self._pause = self._early_ends.failed(None, _LONGEST_PAUSE)
        self._early_in_a_row += 1

    def _update(self) -> None:
        if self.is_synced != self._told_synced:
            self._told_synced = self.is_synced
            if self._told_synced:
                self._tell_synced()


def _version_of(metadata: Mapping[str, Any]) -> int:
    """The version of a list.

    Raises:
        ApiError: That is no list, but what something before the API server answers.
    """
    try:
        return int(metadata["resourceVersion"])
    except (KeyError, TypeError, ValueError):
        raise ApiError(0, {}, "the answer is not a list of the API server's") from None


def _next_limit(limit: int, size: int) -> int:
    """How many objects to ask for after a page of so many bytes; no more than twice as many."""
    return max(1, min(_MOST, 2 * limit, limit * _PAGE_BYTES // max(size, 1)))


def _explained(collection: Collection, error: ApiError) -> str:
    """The API server's own words, where they tell people anything."""
    if collection.kind == KIND and error.code == 404:
        return (
            f"the cluster does not know {PLURAL}.{GROUP}: apply its CustomResourceDefinition, as "
            "in 'exposer crd | kubectl apply -f -'"
        )
    return error.message


async def _just(line: bytes) -> AsyncGenerator[bytes, None]:
    yield line
