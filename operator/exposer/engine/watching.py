"""kopf's watches -> the intake.

An event handler writes nothing into the objects, and gets no more than the changes: what is listed
goes the way of ``lists``.
"""

import logging
from collections.abc import Sequence
from typing import Any

import kopf
from kopf._cogs.structs.references import Insights  # kopf.operator takes it, kopf doesn't export it

from exposer.engine.intake import Intake
from exposer.engine.watched import RESOURCES, WORKLOAD_RESOURCES, Resource, path_of
from exposer.kube import ApiError, Client

log = logging.getLogger("exposer")


class Watching:
    """What kopf is to watch: some kinds always, workloads once a request names such a one."""

    def __init__(
        self, registry: kopf.OperatorRegistry, client: Client, namespaces: Sequence[str]
    ) -> None:
        """Nothing is watched yet.

        Args:
            registry: kopf's.
            client: Calls the API server.
            namespaces: Where to watch; everywhere if empty.
        """
        self.insights = Insights()
        """What kopf follows; to be given to its operator."""
        self._registry = registry
        self._client = client
        self._namespaces = namespaces
        self._intake: Intake | None = None
        self._begun: set[str] = set()

    def start(self, intake: Intake) -> None:
        """Have kopf watch what is always watched, and tell the intake of the changes."""
        self._intake = intake
        for resource in RESOURCES:
            self._register(resource)

    async def begin(self, kind: str) -> None:
        """Watch a kind of workloads from now on.

        Without the right to do so nothing is watched: kopf would end the operator. The targets are
        read all the same.

        Raises:
            ApiError: The API server can't tell now whether there is that right.
        """
        if kind in self._begun:
            return
        resource = WORKLOAD_RESOURCES[kind]
        self._begun.add(kind)
        try:
            allowed = await self._may_list(resource)
        except BaseException:
            self._begun.remove(kind)
            raise
        if not allowed:
            log.warning("may not list %s: their coming and going is not seen", resource.plural)
            return
        self._register(resource)
        async with self.insights.revised:
            self.insights.watched_resources.add(kopf.Resource(*resource, namespaced=True))
            self.insights.revised.notify_all()

    async def _may_list(self, resource: Resource) -> bool:
        try:
            for namespace in self._namespaces or (None,):
                await self._client.send("GET", path_of(resource, namespace), query={"limit": "1"})
        except ApiError as error:
            if error.code == 403:
                return False
            raise
        return True

    def _register(self, resource: Resource) -> None:
        group, version, plural, kind = resource

        @kopf.on.event(group, version, plural, id=f"seen-{plural}", registry=self._registry)
        async def seen(event: kopf.RawEvent, **_: Any) -> None:
            assert self._intake is not None
            if event["type"] == "DELETED":
                self._intake.drop(kind, event["object"])
            else:
                self._intake.put(kind, event["object"])
