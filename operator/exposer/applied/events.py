"""Events about requests (events.k8s.io/v1): told once a transition, and never at any price."""

import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from exposer.api import ConditionType, Reason
from exposer.api.identity import API_VERSION, FIELD_MANAGER, GROUP, KIND
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path
from exposer.observed import RequestRecord
from exposer.status.events import Event
from exposer.status.told import told_conditions

log = logging.getLogger("exposer")

_BURST, _REFILL_SECONDS = 10, 30  # of one request: so many at once, then one in so many seconds
_SAME_SECONDS = 60  # the same one again: what goes to and fro is told as often as that
# That there are no pods, or none is ready: a workload that comes with its request takes a while.
_HELD = (Reason.NO_PODS_MATCH, Reason.PODS_NOT_READY)
_HELD_SECONDS = 10
_LONGEST_NOTE = 1024  # bytes; events/v1 validation (NoteLengthLimit)


class Events:
    """Tells events, as far as the limit allows."""

    def __init__(self, client: Client, clock: Callable[[], float] = monotonic) -> None:
        """Tell them through ``client``."""
        self._client = client
        self._clock = clock
        self._spent: dict[str, float] = {}
        self._told: dict[tuple[str, Event], float] = {}
        self._held: dict[str, tuple[Event, float]] = {}
        self._swept = clock()

    async def tell(self, request: RequestRecord, events: Iterable[Event]) -> None:
        """Tell the events of one request; one that can't be told is lost.

        A Warning that pods are missing is held back: ``tell_lasting`` tells it if it lasts. If it
        doesn't, its end is not told either.
        """
        for event in events:
            if event.type == "Warning" and event.reason in _HELD:
                self._held[request.uid] = event, self._clock()
            elif event.reason != Reason.ENDPOINTS_READY or not self._held.pop(request.uid, None):
                await self._create(request, event)

    async def tell_lasting(
        self, request: RequestRecord, status: Mapping[str, Any]
    ) -> timedelta | None:
        """Tell the Warning that was held back, if it has lasted.

        Args:
            request: Whose it is.
            status: As it is now.

        Returns:
            When to ask again; None if nothing is held back.
        """
        if request.uid not in self._held:
            return None
        event, since = self._held[request.uid]
        left = since + _HELD_SECONDS - self._clock()
        if left > 0:
            return timedelta(seconds=left)
        del self._held[request.uid]
        endpoints = told_conditions(status).get(ConditionType.ENDPOINTS_AVAILABLE)
        if endpoints is not None and endpoints["reason"] in _HELD:
            await self._create(request, event)
        return None

    async def _create(self, request: RequestRecord, event: Event) -> None:
        if not self._may_tell(request.uid, event):
            return
        path = collection_path("Event", request.key.namespace)
        try:
            await self._client.send("POST", path, _body(request, event))
        except ApiError as error:
            log.warning("%s: no event: %s", request.key, error.message)

    def _may_tell(self, uid: str, event: Event) -> bool:
        """Take one from what the request may tell; that is used up at ``spent`` + burst."""
        now = self._clock()
        self._sweep(now)
        if now - self._told.get((uid, event), -_SAME_SECONDS) < _SAME_SECONDS:
            return False
        spent = max(self._spent.get(uid, 0.0), now) + _REFILL_SECONDS
        if spent > now + _BURST * _REFILL_SECONDS:
            return False
        self._spent[uid], self._told[uid, event] = spent, now
        return True

    def _sweep(self, now: float) -> None:
        """Forget, now and then, those who may tell all they may again."""
        if now - self._swept > _REFILL_SECONDS:
            self._swept = now
            self._spent = {each: at for each, at in self._spent.items() if at > now}
            still = now - _SAME_SECONDS
            self._told = {each: at for each, at in self._told.items() if at > still}
            self._held = {each: held for each, held in self._held.items() if held[1] > still}


def _body(request: RequestRecord, event: Event) -> dict[str, object]:
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "generateName": f"{request.key.name[:200]}-",
            "namespace": request.key.namespace,
        },
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "reportingController": f"{GROUP}/{FIELD_MANAGER}",
        "reportingInstance": f"{socket.gethostname()}-{os.getpid()}",
        "action": "Reconcile",
        "type": event.type,
        "reason": event.reason,
        "note": event.note.encode()[:_LONGEST_NOTE].decode(errors="ignore"),
        "regarding": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            **request.key._asdict(),
            "uid": request.uid,
        },
    }
