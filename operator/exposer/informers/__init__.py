"""Stage 4's source: lists and watches -> the store. All collections, each by its informer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta

from exposer.informers.collection import KINDS, Collection, collections_in
from exposer.informers.informer import Informer
from exposer.kube import Client
from exposer.observed import Store

__all__ = ["Informer", "Informers"]


class Informers:
    """All that is listed and watched."""

    def __init__(
        self,
        client: Client,
        store: Store,
        namespaces: Sequence[str],
        silence: timedelta,
        synced: Callable[[str | None], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Do nothing yet.

        Args:
            client: Calls the API server.
            store: Gets what is listed.
            namespaces: Where to watch; everywhere if empty.
            silence: After how long without a word a watch counts as cut.
            synced: Is called with a namespace (None: everywhere) once the store holds all that a
                reconcile in it needs.
            pause: Waits for so many seconds before a list or a watch is tried again.
        """
        self.namespaces: Sequence[str | None] = namespaces or (None,)
        self._tell_synced = synced
        self._informers = {
            collection: Informer(
                collection, client, store, silence, self._notice(collection), sleep=pause
            )
            for collection in collections_in(namespaces)
        }

    def __iter__(self) -> Iterator[Informer]:
        """All of them."""
        return iter(self._informers.values())

    def is_synced(self, namespace: str) -> bool:
        """Whether the store holds all that a reconcile in the namespace needs."""
        return all(informer.is_synced for informer in self._of(self._place(namespace)))

    def begin(self, kind: str, namespace: str) -> bool:
        """Watch a kind that is watched on demand.

        Returns:
            Whether the store tells of all objects of the kind in the namespace already.
        """
        informer = self._informers[Collection(kind, self._place(namespace))]
        informer.begin()
        return informer.is_synced

    def problems(self) -> list[str]:
        """What keeps the store from being up to date, a line each."""
        return [
            f"{informer.collection}: {informer.problem}" for informer in self if informer.problem
        ]

    @property
    def is_ready(self) -> bool:
        """Whether requests are served wherever the API server lets them be.

        A namespace that is gone, or may not be read, keeps no other from being served.
        """
        served = [all(not each.problem for each in self._of(place)) for place in self.namespaces]
        refused = [any(each.is_refused for each in self._of(place)) for place in self.namespaces]
        return any(served) and all(map(max, zip(served, refused, strict=True)))

    def _of(self, namespace: str | None) -> list[Informer]:
        """Those that a reconcile in the namespace depends on."""
        return [self._informers[Collection(kind, namespace)] for kind in KINDS]

    def _place(self, namespace: str) -> str | None:
        return None if self.namespaces == (None,) else namespace

    def _notice(self, collection: Collection) -> Callable[[], None]:
        def notice() -> None:
            if all(informer.is_synced for informer in self._of(collection.namespace)):
                self._tell_synced(collection.namespace)

        return notice if collection.kind in KINDS else lambda: None
