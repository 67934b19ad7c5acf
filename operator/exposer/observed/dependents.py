"""Which requests depend on what: the index behind every wake-up. Pure."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import TypeVar

from exposer.api.identity import KIND
from exposer.observed.records import Key, ObjectRecord, RequestRecord

Place = tuple[str, Key]
"""A kind, and the key of an object of that kind."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Dependents:
    """Tells which requests a change of an object touches."""

    def __init__(self) -> None:
        """Start without requests."""
        self._by_service: defaultdict[Key, set[Key]] = defaultdict(set)
        self._by_target: defaultdict[Place, set[Key]] = defaultdict(set)
        self._by_holder: defaultdict[Key, set[Key]] = defaultdict(set)
        self._holders: dict[Key, Key] = {}

    def add(self, request: RequestRecord) -> None:
        """Take in what the request names."""
        self._by_service[request.service_key].add(request.key)
        if request.target:
            self._by_target[request.target].add(request.key)

    def remove(self, request: RequestRecord) -> None:
        """Forget what the request named; what it waits for stays."""
        discard(self._by_service, request.service_key, request.key)
        if request.target:
            discard(self._by_target, request.target, request.key)

    def wait(self, request: Key, holder: Key | None) -> None:
        """Let a request wait until a Service gives something up; None: until nothing."""
        known = self._holders.pop(request, None)
        if known is not None:
            discard(self._by_holder, known, request)
        if holder is not None:
            self._holders[request] = holder
            self._by_holder[holder].add(request)

    def of_service(self, service: Key) -> AbstractSet[Key]:
        """The requests that want a Service of that name."""
        return self._by_service.get(service, frozenset())

    def of_target(self, kind: str, key: Key) -> AbstractSet[Key]:
        """The requests whose targetRef names the object."""
        return self._by_target.get((kind, key), frozenset())

    def of_holder(self, service: Key) -> AbstractSet[Key]:
        """The requests that wait for what the Service has."""
        return self._by_holder.get(service, frozenset())

    def of_object(self, record: ObjectRecord) -> set[Key]:
        """The requests that a change of the object touches, whatever has changed in it."""
        touched = {*self.of_target(record.kind, record.key), *self.of_service(record.service_key)}
        if record.owner is not None and record.owner.kind == KIND:
            touched.add(Key(record.key.namespace, record.owner.name))
        return touched

    def targets(self) -> list[tuple[Place, AbstractSet[Key]]]:
        """All that targetRefs name, each with the requests that name it."""
        return list(self._by_target.items())


def discard(index: defaultdict[_K, set[_V]], key: _K, value: _V) -> None:
    """Take the value out of the key's set, and the set out of the index once it is empty."""
    if key in index:
        index[key].discard(value)
        if not index[key]:
            del index[key]
