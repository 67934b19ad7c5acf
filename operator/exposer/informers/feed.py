"""An object as the API server sends it -> the store."""

from collections.abc import Mapping
from typing import Any

from exposer.api.identity import KIND
from exposer.observed import Key, Store, trimmed_object, trimmed_request

Body = Mapping[str, Any]


def put(store: Store, kind: str, body: Body) -> None:
    """The object is there; of what the answer to our own write has told already nothing is read."""
    metadata = body["metadata"]
    key = Key(metadata["namespace"], metadata["name"])
    if store.knows(kind, key, int(metadata["resourceVersion"])):
        return
    if kind == KIND:
        store.put_request(trimmed_request(body))
    else:
        store.put(trimmed_object(kind, body))


def drop(store: Store, kind: str, body: Body) -> None:
    """The object was deleted."""
    if kind == KIND:
        store.drop_request(trimmed_request(body))
    else:
        store.drop(trimmed_object(kind, body))
