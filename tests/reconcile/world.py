"""All that a reconcile needs, over a fake client; what it wakes is remembered."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from exposer.api.permission import Permitted
from exposer.applied import Events, PodReader, Targets, WarningReader, Writer
from exposer.kube.paths import object_path
from exposer.observed import Key, News, Store, trimmed_object, trimmed_request
from exposer.reconcile import Reconciler, Result
from exposer.repairs import Repairs
from tests.support.builders import SERVICE_REFERENCE, a_request_body, a_slice_body
from tests.support.clock import Clock
from tests.support.fake_client import Body, FakeClient

WEB = Key("shop", "web")


class World:
    """One namespace, and an operator that is told of nothing but what a test tells it."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.clock = Clock()
        self.woken: list[Key] = []
        self.watched: set[str] = set()
        self.is_watched = True
        self.store = Store(self._wake)
        self.pods = PodReader(self.client, self.woken.append, self.clock)
        self.warnings = WarningReader(self.client, self.woken.append, self.clock)
        self.repairs = Repairs(self.clock)
        self.reconciler = Reconciler(
            Permitted(),
            self.store,
            Targets(self.client, self.store, self.pods, self._watch),
            self.pods,
            self.warnings,
            Writer(self.client, self.store),
            Events(self.client, self.clock),
            self.repairs,
        )

    def request(
        self,
        name: str = "web",
        *,
        namespace: str = "shop",
        generation: int = 1,
        created: str = "2026-03-01T11:00:00Z",
        **spec: Any,
    ) -> Body:
        """Somebody writes a request, and nobody is told yet; returns it."""
        path = object_path("ExposeRequest", namespace, name)
        found = self.client.objects.get(path, {})
        body = a_request_body(
            name=name,
            namespace=namespace,
            created=created,
            uid=f"uid-of-{name}",
            generation=generation,
            spec={"ports": ["80:8080"], **spec},
            status=found.get("status"),
        )
        return self.client.put(path, body)

    def tell(self, *bodies: Body) -> list[Key]:
        """The watches tell of objects; returns who is woken."""
        self.woken.clear()
        for body in bodies:
            if body["kind"] == "ExposeRequest":
                self.store.put_request(trimmed_request(body))
            else:
                self.store.put(trimmed_object(body["kind"], body))
        return self.woken.copy()

    def find(self, kind: str, name: str = "web") -> Body:
        """An object as it stands."""
        return self.client.objects[object_path(kind, "shop", name)]

    def change(self, kind: str, name: str = "web", manager: str = "kubectl", **spec: Any) -> Body:
        """Somebody changes fields of an object's spec, which are then that manager's."""
        body = self.find(kind, name)
        metadata = {**body["metadata"]}
        ours = {**metadata["managedFields"][0]}
        left = {each: ours["fieldsV1"]["f:spec"][each] for each in ours["fieldsV1"]["f:spec"]}
        for field in spec:
            left.pop(f"f:{field}", None)
        ours["fieldsV1"] = {**ours["fieldsV1"], "f:spec": left}
        theirs: Body = {f"f:{field}": {} for field in spec}
        other = {"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": theirs}}
        metadata["managedFields"] = [ours, other]
        changed = {**body, "metadata": metadata, "spec": {**body["spec"], **spec}}
        return self.client.put(object_path(kind, "shop", name), changed)

    async def reconcile(self, key: Key = WEB) -> Result:
        """Reconcile a request; returns what came of it, and forgets who was woken before."""
        self.woken.clear()
        start = datetime(2026, 3, 1, 12, tzinfo=UTC)
        return await self.reconciler.reconcile(key, start + timedelta(seconds=self.clock.now))

    def slice_of(self, name: str = "web") -> Body:
        """The cluster lists the endpoints of a Service."""
        owner = {**SERVICE_REFERENCE, "name": name, "uid": f"service-{name}"}
        body = a_slice_body(service_name=name, name=f"{name}-1", uid=f"slice-{name}", owner=owner)
        return self.client.put(f"/slices/{name}", body)

    async def settle(self, key: Key = WEB) -> Result:
        """Reconcile, and once more if there was something to wait for."""
        result = await self.reconcile(key)
        if result.again is not None:
            self.clock.now += result.again.total_seconds()
            result = await self.reconcile(key)
        return result

    async def converge(self, name: str = "web", **spec: Any) -> None:
        """A new request, reconciled until all of it stands, with a slice that is empty."""
        self.tell(self.request(name, **spec))
        await self.reconcile(Key("shop", name))
        self.tell(self.slice_of(name))
        await self.reconcile(Key("shop", name))
        self.client.calls.clear()

    def condition(self, kind: str, name: str = "web") -> tuple[str, str, str]:
        """Status, reason and message of a condition as it was written."""
        status = self.find("ExposeRequest", name)["status"]
        found = next(each for each in status["conditions"] if each["type"] == kind)
        return found["status"], found["reason"], found["message"]

    def remove(self, kind: str, name: str, namespace: str = "shop") -> None:
        """An object is deleted, and the watch tells."""
        body = self.client.objects.pop(object_path(kind, namespace, name))
        self.client.version += 1
        metadata = {**body["metadata"], "resourceVersion": str(self.client.version)}
        if kind == "ExposeRequest":
            self.store.drop_request(trimmed_request({**body, "metadata": metadata}))
        else:
            self.store.drop(trimmed_object(kind, {**body, "metadata": metadata}))

    def _wake(self, keys: AbstractSet[Key], news: News) -> None:
        self.woken.extend(sorted(keys))

    def _watch(self, kind: str, namespace: str) -> bool:
        self.watched.add(kind)
        return self.is_watched
