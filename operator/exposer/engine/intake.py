"""What comes in -> the store -> dirty keys."""

from collections.abc import Mapping, Set
from typing import Any

from exposer.api.identity import KIND
from exposer.engine.dirty import DirtyKeys
from exposer.engine.watched import Collection
from exposer.engine.workers import Workers
from exposer.observed import Store, trimmed_object, trimmed_request

Body = Mapping[str, Any]


class Intake:
    """Keeps the store as the cluster is, and marks the requests that a change touches."""

    def __init__(self, store: Store, dirty: DirtyKeys, workers: Workers) -> None:
        """Keep ``store``, mark in ``dirty``, tell ``workers`` what isn't a request's own."""
        self._store = store
        self._dirty = dirty
        self._workers = workers

    @property
    def request_count(self) -> int:
        """How many requests there are."""
        return len(self._store.requests)

    def put(self, kind: str, body: Body) -> None:
        """An object is there."""
        if kind == KIND:
            self._dirty.mark(self._store.put_request(trimmed_request(body)))
            return
        record = trimmed_object(kind, body)
        touched = self._store.put(record)
        if kind != "Service" and (record.owner is None or record.owner.kind != KIND):
            self._workers.cluster_changed(touched)
        else:
            self._dirty.mark(touched)

    def drop(self, kind: str, body: Body) -> None:
        """An object was deleted."""
        if kind == KIND:
            self._dirty.mark(self._store.drop_request(trimmed_request(body)))
        else:
            self._dirty.mark(self._store.drop(trimmed_object(kind, body)))

    def drop_unlisted(self, collection: Collection, uids: Set[str], version: int) -> None:
        """A list is complete, and all that is in it was put: drop what is not."""
        kind, namespace = collection
        self._dirty.mark(self._store.drop_unlisted(kind, namespace, uids, version))
