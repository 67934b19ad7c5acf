"""What targetRefs name: who is touched when such a target comes or goes. Pure."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import TypeVar

from exposer.observed.records import Key, RequestRecord

Place = tuple[str, Key]
"""A kind, and the key of an object of that kind."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class TargetIndex:
    """The requests by their targets, and the targets that are known not to be there."""

    def __init__(self) -> None:
        """Start without requests."""
        self._requests: defaultdict[Place, set[Key]] = defaultdict(set)
        self._missing: set[Place] = set()

    def add(self, request: RequestRecord) -> None:
        """Take in what the request names."""
        if request.target:
            self._requests[request.target].add(request.key)

    def remove(self, request: RequestRecord) -> None:
        """Forget what the request named."""
        if request.target:
            discard(self._requests, request.target, request.key)
            if request.target not in self._requests:
                self._missing.discard(request.target)

    def of(self, place: Place) -> AbstractSet[Key]:
        """The requests whose targetRef names the object."""
        return self._requests.get(place, frozenset())

    def all(self) -> list[tuple[Place, AbstractSet[Key]]]:
        """All that targetRefs name, each with the requests that name it."""
        return list(self._requests.items())

    def is_missing(self, place: Place) -> bool:
        """Whether it is known that there is no such object."""
        return place in self._missing

    def miss(self, place: Place) -> None:
        """It is known now, if anybody names it."""
        if place in self._requests:
            self._missing.add(place)

    def find(self, place: Place) -> None:
        """It is there, or nobody knows any more."""
        self._missing.discard(place)


def discard(index: defaultdict[_K, set[_V]], key: _K, value: _V) -> None:
    """Take the value out of the key's set, and the set out of the index once it is empty."""
    if key in index:
        index[key].discard(value)
        if not index[key]:
            del index[key]
