"""kopf's watches -> store -> dirty keys; nothing else.

kopf calls an index function for each object that is listed or changes, and event handlers too,
but those only once the initial lists of all kinds are complete. So the store is filled by the
former, and the first call of the latter says that nothing is missing from it. Neither writes
anything into the objects.
"""

import asyncio
import logging
from collections.abc import Callable, Set
from functools import partial
from typing import Any

import kopf

from exposer.api.identity import GROUP, PLURAL, VERSION
from exposer.engine.dirty import DirtyKeys
from exposer.engine.workers import Workers
from exposer.observed import Key, Store, trimmed_object, trimmed_request

log = logging.getLogger("exposer")

_OBJECTS = (
    ("", "v1", "services", "Service"),
    ("", "v1", "endpoints", "Endpoints"),
    ("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
)

Body = dict[str, Any]
Change = Callable[[Body], Set[Key]]


def watch(
    registry: kopf.OperatorRegistry,
    store: Store,
    dirty: DirtyKeys,
    workers: Workers,
    listed: asyncio.Event,
) -> None:
    """Register with kopf: all that is seen goes into the store, what it touches is marked.

    Args:
        registry: Where kopf looks for its handlers.
        store: Is kept as the cluster is.
        dirty: Gets the requests that a change touches.
        workers: Are told when a Service gives something free.
        listed: Is set once the store holds all that stands.
    """

    def register(group: str, version: str, plural: str, put: Change, drop: Change) -> None:
        @kopf.index(group, version, plural, id=f"seen-{plural}", registry=registry)
        async def seen(body: kopf.Body, **_: Any) -> None:
            dirty.mark(put(dict(body)))

        @kopf.on.event(group, version, plural, id=f"gone-{plural}", registry=registry)
        async def gone(event: kopf.RawEvent, **_: Any) -> None:
            if not listed.is_set():
                log.info("watching; %d requests are listed", store.request_count)
                listed.set()
            if event["type"] == "DELETED":
                dirty.mark(drop(dict(event["object"])))

    def put_request(body: Body) -> Set[Key]:
        return store.put_request(trimmed_request(body))

    def drop_request(body: Body) -> Set[Key]:
        return store.drop_request(trimmed_request(body))

    def put(kind: str, body: Body) -> Set[Key]:
        return store.put(trimmed_object(kind, body))

    def drop(kind: str, body: Body) -> Set[Key]:
        return store.drop(trimmed_object(kind, body))

    register(GROUP, VERSION, PLURAL, put_request, drop_request)
    for group, version, plural, kind in _OBJECTS:
        register(group, version, plural, partial(put, kind), partial(drop, kind))

    @kopf.on.event("", "v1", "services", id="released", registry=registry)
    async def released(**_: Any) -> None:
        workers.service_released()
