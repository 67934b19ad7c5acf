"""Reads what a targetRef names, and has it watched: read each time, it is never a stale copy."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from exposer.api import AcceptedRequest, Reason, Refused, selector_of
from exposer.api.target import WORKLOADS
from exposer.kube import ApiError, Client
from exposer.kube.paths import object_path
from exposer.observed import Store, trimmed_object


class Targets:
    """Finds the selectors of targets."""

    def __init__(
        self, client: Client, store: Store, watch: Callable[[str], Awaitable[None]]
    ) -> None:
        """Read through ``client``, and remember in ``store`` what was read.

        Args:
            client: Calls the API server.
            store: Tells which requests a target's coming and going touches.
            watch: Begins to watch a kind of workloads. Who names none pays for none.
        """
        self._client = client
        self._store = store
        self._watch = watch

    async def resolve(self, namespace: str, request: AcceptedRequest) -> AcceptedRequest | Refused:
        """The request with the selector of its target, if it has one.

        Raises:
            ApiError: The API server can't tell now.
        """
        if request.target is None:
            return request
        kind = request.target.kind
        if kind in WORKLOADS:
            await self._watch(kind)
        try:
            body = await self._client.send("GET", object_path(kind, namespace, request.target.name))
        except ApiError as error:
            if error.code == 403:
                return Refused(Reason.NOT_PERMITTED, error.message, retry=True)
            if error.code != 404:
                raise
            body = None
        if body is not None and kind in WORKLOADS:
            self._store.put(trimmed_object(kind, body))
        selector = selector_of(request.target, body)
        return selector if isinstance(selector, Refused) else replace(request, selector=selector)
