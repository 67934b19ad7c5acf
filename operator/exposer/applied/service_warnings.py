"""What load balancer controllers say while a Service has no address: Warning Events about it.

Events are never watched: they are many. While somebody waits for an address, those of the namespace
are listed now and then, and whoever is concerned is woken.
"""

import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from time import monotonic
from typing import NamedTuple

from exposer.applied.looks import Looks
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path
from exposer.observed import Key
from exposer.status.load_balancer import LoadBalancerWarnings

log = logging.getLogger("exposer")

# By version 0, from the API server's cache where that has Events: by default it hasn't, as etcd
# keeps them for an hour only.
_WARNINGS = {"fieldSelector": "type=Warning,regarding.kind=Service", "resourceVersion": "0"}


class _Interest(NamedTuple):
    """The Service that an address is waited for, and what of the request's spec it follows."""

    service_uid: str
    generation: int


class WarningReader:
    """Looks at Warning Events about Services while somebody waits to hear of them."""

    def __init__(
        self,
        client: Client,
        wake: Callable[[Key], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Look at nothing yet.

        Args:
            client: Reads the Events.
            wake: Is called with a request for which something has changed.
            clock: Tells the time in seconds.
        """
        self._client = client
        self._wake = wake
        self._looks: Looks[_Interest] = Looks(self._look, clock)
        self._found: dict[Key, tuple[str, str]] = {}
        self._hidden: set[str] = set()

    def warning(self, request: Key, service_uid: str, generation: int) -> str:
        """What the last look found; the next one comes by itself.

        Args:
            request: Who wants to know, and is woken when there is something new.
            service_uid: Its Service's.
            generation: Of its spec; after a change of that, the next look comes soon.

        Returns:
            The newest warning of a controller; empty if there is none, or nobody has looked.
        """
        self._looks.wait(request, _Interest(service_uid, generation))
        return self._known(request, service_uid)

    def forget(self, request: Key) -> None:
        """It waits for no address."""
        self._looks.stop_waiting(request)
        self._found.pop(request, None)

    async def run(self) -> None:
        """Look whenever it is time, until it is cancelled."""
        await self._looks.run()

    def _known(self, request: Key, service_uid: str) -> str:
        uid, warning = self._found.get(request, ("", ""))
        return warning if uid == service_uid else ""

    async def _look(self, namespace: str) -> bool:
        """List the Events of a namespace once, for all who wait there; whether any was woken."""
        uids = {uid for _, (uid, _) in self._looks.waiting(namespace)}
        try:
            warnings = await self._list(namespace, uids)
        except ApiError:
            return False  # what was seen last is better than nothing
        woken = False
        for request, (uid, _) in self._looks.waiting(namespace):
            if uid in uids and warnings.of(uid) != self._known(request, uid):
                self._found[request] = uid, warnings.of(uid)
                self._wake(request)
                woken = True
        return woken

    async def _list(self, namespace: str, uids: AbstractSet[str]) -> LoadBalancerWarnings:
        """The newest warning about each of these Services; none where one may not look.

        Raises:
            ApiError: The API server can't tell now.
        """
        warnings = LoadBalancerWarnings(uids)
        try:
            path = collection_path("Event", namespace)
            await self._client.read_list(path, warnings.take, _WARNINGS)
        except ApiError as error:
            if not error.is_unreadable:
                raise
            if namespace not in self._hidden:
                log.warning(
                    "%s: may not list events: what load balancer controllers say is not shown: %s",
                    namespace,
                    error.message,
                )
            self._hidden.add(namespace)
            return warnings
        self._hidden.discard(namespace)
        return warnings
