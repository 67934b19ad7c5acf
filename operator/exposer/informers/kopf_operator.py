"""kopf, which hands the events of the watches to our handlers, one after the other per object.

Event handlers only: they write nothing into any object.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any, cast

import kopf

from exposer.informers import Informer, Informers, feed
from exposer.informers.collection import KINDS, WATCHED_ON_DEMAND
from exposer.informers.kopf_session import KopfSession
from exposer.kube.paths import RESOURCES
from exposer.observed import Store

_LONGEST_IDLE = timedelta(seconds=30)  # from the end of a watch until kopf asks for the next

log = logging.getLogger("exposer")


class KopfError(Exception):
    """kopf does not do what it is relied on to do; the text says what."""


async def run_kopf(
    informers: Informers,
    store: Store,
    namespaces: Sequence[str],
    stop: asyncio.Event,
    started: Callable[[], None],
) -> None:
    """Watch until ``stop`` is set.

    Args:
        informers: List and watch.
        store: Gets the changes.
        namespaces: Where to watch; everywhere if empty.
        stop: Ends it.
        started: Is called once kopf has taken over the signals, which it always does.

    Raises:
        KopfError: A list or a watch isn't asked for, be it that this is another kopf than ours or
            that one of its tasks ended.
    """
    ready = asyncio.Event()
    operator = asyncio.create_task(
        kopf.operator(
            registry=_registry(informers, store),
            settings=_settings(),
            # By itself kopf asks for the user's name, and a user that is only a number has none.
            identity=cast(Any, "exposer"),
            clusterwide=not namespaces,
            namespaces=namespaces,
            ready_flag=ready,
            stop_flag=stop,
        )
    )
    check = asyncio.create_task(_check(informers, ready, started))
    try:
        done, _ = await asyncio.wait({operator, check}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        operator.cancel()
        check.cancel()


async def _check(informers: Informers, ready: asyncio.Event, started: Callable[[], None]) -> None:
    """Look, now and then, whether each collection is listed or watched, or waits for it."""
    try:
        async with asyncio.timeout(_LONGEST_IDLE.total_seconds()):
            await ready.wait()
    except TimeoutError:
        raise KopfError(f"kopf {version('kopf')} does not start") from None
    started()
    late: list[Informer] = []
    while True:
        await asyncio.sleep(_LONGEST_IDLE.total_seconds() / 3)
        # Twice in a row: one that has just been thawed has had no time yet.
        was_late, late = late, [each for each in informers if each.idle > _LONGEST_IDLE]
        for informer in late:
            if informer in was_late:
                raise KopfError(
                    f"kopf {version('kopf')} does not watch {informer.collection} any more, or "
                    "never did; exposer was made for kopf 1.45"
                )


def _registry(informers: Informers, store: Store) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        session = cast(Any, KopfSession(informers))
        return kopf.AiohttpSession(server="http://localhost", aiohttp_session=session)

    for kind in (*KINDS, *WATCHED_ON_DEMAND):
        _handle(kind, registry, store)
    return registry


def _handle(kind: str, registry: kopf.OperatorRegistry, store: Store) -> None:
    group, api_version, plural, _ = RESOURCES[kind]

    @kopf.on.event(group, api_version, plural, id=f"seen-{plural}", registry=registry)
    async def seen(event: kopf.RawEvent, **_: Any) -> None:
        try:
            if event["type"] == "DELETED":
                feed.drop(store, kind, event["object"])
            else:
                feed.put(store, kind, event["object"])
        except Exception:
            # A defect of ours: it must be seen, and must not end the watch.
            log.exception("%s has an event that can't be read", plural)


def _settings() -> kopf.OperatorSettings:
    """Every kopf setting that is not left at its default, and why."""
    settings = kopf.OperatorSettings()

    # The session waits and tries again by itself, so that an answer may take as long as it will.
    settings.networking.error_backoffs = []
    settings.networking.request_timeout = None
    settings.watching.reconnect_backoff = 0

    # kopf makes a task for each object that changes, and keeps it for a while after the last
    # change: 10,000 endpoints that roll out would be 10,000 tasks for 5 s. Ours only store the
    # object. (With 0, and Python 3.11, a task would end before it takes its first event.)
    settings.queueing.idle_timeout = 0.5

    # The resources are known and stay; finding them at run time would need rights on CRDs.
    settings.scanning.disabled = True
    # kopf's events tell of its handlers; ours tell of the request, on transitions only.
    settings.posting.enabled = False
    # Replicas are kept apart by a Lease, not by kopf's own custom resource.
    settings.peering.standalone = True
    return settings
