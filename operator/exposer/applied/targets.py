"""What a targetRef names -> the selector of its pods; read once, and again when it is another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from exposer.api import AcceptedRequest, Reason, Refused, Verdict, selector_of
from exposer.api.identity import KIND
from exposer.api.target import WORKLOADS
from exposer.applied.pods import PodReader
from exposer.kube import ApiError, Client
from exposer.kube.paths import object_path
from exposer.observed import Key, Store, trimmed_object


class Targets:
    """Finds the selectors of targets.

    Services are in the store. A workload's selector never changes (apps/v1), so it is read once
    for each uid; a watch of the metadata tells when another takes its place. Pods are nobody's to
    watch: one is read each time, and a missing one is looked for together with all other pods.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        pods: PodReader,
        watch: Callable[[str, str], bool],
    ) -> None:
        """Read through ``client``, and remember in ``store`` what was read.

        Args:
            client: Calls the API server.
            store: Knows Services, and the workloads that were read.
            pods: Looks for pods that are missing.
            watch: Begins to watch a kind of workloads in a namespace, if nobody has yet; returns
                whether it is watched, so that the store will wake whoever waits for such a one.
        """
        self._client = client
        self._store = store
        self._pods = pods
        self._watch = watch

    async def resolve(self, request: Key, accepted: AcceptedRequest) -> tuple[Verdict, bool]:
        """The request with the selector of its target, if it has one.

        Args:
            request: Who asks.
            accepted: What it asks for.

        Returns:
            The request, or why the target can't be had; and whether the request will be woken when
            that may have changed, so that there is no need to try again.

        Raises:
            ApiError: The API server can't tell now.
        """
        target = accepted.target
        if target is None:
            return accepted, True
        key = Key(request.namespace, target.name)
        if target.kind == "Service" and self._leads_back(request, accepted.service_name, key):
            message = (
                f'spec.targetRef: Service "{target.name}" takes its selector from this request '
                "itself: write a spec.selector"
            )
            # Any of those in the ring may let go of it: nobody is told of all of them.
            return Refused(Reason.TARGET_HAS_NO_SELECTOR, message, retry=True), False
        woken = True
        if target.kind in WORKLOADS:
            woken = self._watch(target.kind, request.namespace)
        known = self._store.find(target.kind, key)
        body = known.body if known is not None else None
        try:
            is_missing = woken and self._store.is_missing(target.kind, key)
            if target.kind != "Service" and not body and not is_missing:
                body = await self._read(target.kind, key, request)
        except ApiError as error:
            if error.code != 403:
                raise
            return Refused(Reason.NOT_PERMITTED, error.message, retry=True), False
        selector = selector_of(target, body)
        if not isinstance(selector, Refused):
            return replace(accepted, selector=selector), True
        if target.kind == "Pod":
            woken = self._pods.wait_for(request, target.name, body)
        return selector, woken

    def _leads_back(self, request: Key, service: str, target: Key) -> bool:
        """Whether the target is the request's own Service, or comes to it by other requests'."""
        seen: set[Key] = set()
        while target not in seen:
            if target == Key(request.namespace, service):
                return True
            seen.add(target)
            found = self._store.find("Service", target)
            if found is None or found.owner is None or found.owner.kind != KIND:
                return False
            owner = self._store.request(Key(request.namespace, found.owner.name))
            if owner is None or owner.target is None or owner.target[0] != "Service":
                return False
            target = owner.target[1]
        return False

    async def _read(self, kind: str, key: Key, request: Key) -> Mapping[str, Any] | None:
        try:
            body = await self._client.send("GET", object_path(kind, *key))
        except ApiError as error:
            if error.code != 404:
                raise
            self._store.miss(kind, key)
            return None
        if kind in WORKLOADS:
            self._store.put(trimmed_object(kind, body), by=request)
        return body
