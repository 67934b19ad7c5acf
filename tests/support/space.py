"""One namespace of the cluster, and what users do in it."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from exposer.api.report import MAX_ENDPOINTS
from localcluster import Cluster
from localcluster.api import Api, ApiError, Object, tls_context
from localcluster.controlplane.kubeconfig import read_server
from localcluster.layout import Layout
from localcluster.nodes.pod_status import NOT_READY, STAND_IN_ANNOTATION
from tests.support.operator_process import USER
from tests.support.waiting import SECONDS, until

_COLLECTIONS = {
    "ExposeRequest": "/apis/exposer.dev/v1alpha1/namespaces/{}/exposerequests",
    "Service": "/api/v1/namespaces/{}/services",
    "Endpoints": "/api/v1/namespaces/{}/endpoints",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Event": "/api/v1/namespaces/{}/events",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
}
_MERGE = "application/merge-patch+json"
_JSON_PATCH = "application/json-patch+json"
_numbers = count(1)


def administrator(cluster: Cluster) -> Api:
    """The cluster's API, for its administrator."""
    return Api(read_server(cluster.kubeconfig), tls_context(Layout(cluster.state), "admin"))


class Space:
    """A namespace of a test's own."""

    def __init__(self, api: Api, cluster: Cluster, name: str) -> None:
        self.name = name
        self._api = api
        self._cluster = cluster
        api.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})

    @classmethod
    def known(cls, api: Api, cluster: Cluster, name: str) -> Self:
        """A namespace that is there already."""
        space = cls.__new__(cls)
        space.name, space._api, space._cluster = name, api, cluster
        return space

    @property
    def audit_log(self) -> Path:
        """The cluster's, of all namespaces."""
        return self._cluster.audit_log

    def remove(self) -> None:
        """Delete the namespace; the cluster deletes what is in it, in its own time."""
        self._api.request("DELETE", f"/api/v1/namespaces/{self.name}")

    def expose(self, *ports: str, name: str = "web", **spec: Any) -> Object:
        """Create an ExposeRequest."""
        return self.create("ExposeRequest", name, spec={"ports": list(ports), **spec})

    def create(self, kind: str, name: str, **body: Any) -> Object:
        metadata = {**body.pop("metadata", {}), "name": name}
        api_version = _api_version(_COLLECTIONS[kind])
        document = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}
        return self._api.request("POST", self._path(kind), document)

    def create_pod(
        self,
        name: str,
        labels: Mapping[str, str],
        ports: Sequence[Object] = (),
        ready: bool = True,
    ) -> None:
        self.create("Pod", name, **_pod(labels, ports, ready))

    def create_deployment(self, name: str, replicas: int, ports: Sequence[Object]) -> None:
        """Create a Deployment of ready pods with the label app=NAME."""
        labels = {"app": name}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}}
        self.create("Deployment", name, spec={**spec, "template": _pod(labels, ports, True)})

    def warn(self, service: str, reason: str, message: str) -> None:
        """Create a Warning Event about a Service, as a cloud's controller does (client-go)."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        regarding = self.get("Service", service)
        metadata = regarding["metadata"]
        self.create(
            "Event",
            f"{service}.{next(_numbers)}",
            involvedObject={
                "apiVersion": regarding["apiVersion"],
                "kind": regarding["kind"],
                **{field: metadata[field] for field in ("namespace", "name", "uid")},
            },
            type="Warning",
            reason=reason,
            message=message,
            source={"component": "service-controller"},
            firstTimestamp=now,
            lastTimestamp=now,
            count=1,
        )

    def get(self, kind: str, name: str) -> Object:
        return self._api.get(self._path(kind, name))

    def names(self, kind: str) -> list[str]:
        items: list[Object] = self._api.get(self._path(kind))["items"]
        return [item["metadata"]["name"] for item in items]

    def patch(
        self, kind: str, name: str, patch: Mapping[str, Any], subresource: str = ""
    ) -> Object:
        return self._api.request("PATCH", self._path(kind, name) + subresource, dict(patch), _MERGE)

    def change(self, kind: str, name: str, operations: Sequence[Object]) -> Object:
        """Change an object by a JSON patch (RFC 6902)."""
        return self._api.request("PATCH", self._path(kind, name), list(operations), _JSON_PATCH)

    def ask(self, name: str, **spec: Any) -> Object:
        """Change an ExposeRequest's spec; None removes a field."""
        return self.patch("ExposeRequest", name, {"spec": spec})

    def delete(self, kind: str, name: str) -> None:
        self._api.request("DELETE", self._path(kind, name))

    def delete_all(self, kind: str) -> None:
        """Delete all objects of a kind together."""
        self._api.request("DELETE", self._path(kind))

    def until(self, kind: str, name: str, holds: Callable[[Object], bool]) -> Object:
        """Wait until an object is there and a condition holds for it."""
        only = _query("fieldSelector", f"metadata.name={name}")
        return until(
            self._api, self._path(kind), only, lambda seen: seen is not None and holds(seen)
        )

    def until_gone(self, kind: str, name: str) -> None:
        only = _query("fieldSelector", f"metadata.name={name}")
        until(self._api, self._path(kind), only, lambda seen: seen is None)

    def until_any(self, kind: str, labels: str) -> None:
        """Wait until there is an object with these labels."""
        until(self._api, self._path(kind), _query("labelSelector", labels), _is_there)

    def until_denied(self, words: str, deleted: str = "") -> None:
        """Wait until a new Service, or the deletion of one, is denied; only trying tells."""
        probe = {"metadata": {"name": "probe"}, "spec": {"ports": [{"port": 80}]}}
        method, body = ("DELETE", None) if deleted else ("POST", probe)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                self._api.request(method, f"{self._path('Service', deleted)}?dryRun=All", body)
            except ApiError as error:
                if words in str(error):
                    return
                raise
        raise AssertionError(f"nobody says {words!r}")

    def until_mutated(self, field: str, value: str) -> None:
        """Wait until a mutating policy gives Services that value; only trying tells."""
        spec = {"ports": [{"port": 80}], field: "ClientIP"}
        probe = {"metadata": {"name": "probe"}, "spec": spec}
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            made = self._api.request("POST", f"{self._path('Service')}?dryRun=All", probe)
            if made["spec"][field] == value:
                return
        raise AssertionError(f"nobody makes {field} {value}")

    def until_ready(self, name: str = "web") -> Object:
        """Wait until a request is Ready for the spec that it has; returns its status."""
        return self._until_condition(name, "Ready", "True")

    def until_refused(self, name: str, reason: str, condition: str = "Ready") -> Object:
        """Wait until a condition of a request is False for that reason; returns the status."""
        return self._until_condition(name, condition, "False", reason)

    def until_told(self, kind: str, message: str, name: str = "web") -> None:
        """Wait until a condition of a request has that message: looks take a second or more."""
        self.until(
            "ExposeRequest", name, lambda seen: condition(seen, kind).get("message") == message
        )

    def until_endpoints(self, name: str, ready: int, total: int) -> Object:
        """Wait until a request tells of so many endpoints; returns its status."""
        wanted = {"ready": ready, "total": total, "truncated": total > MAX_ENDPOINTS}
        request = self.until(
            "ExposeRequest", name, lambda seen: _status(seen).get("endpointSummary") == wanted
        )
        return _status(request)

    def until_settled(self) -> None:
        """Wait until the operator has done all that it had to do until now.

        It takes requests in their order: when a new one is Ready, those before it have been taken.
        A second one makes sure that they are also done, as the first one was taken after them.
        """
        for _ in range(2):
            name = f"marker-{next(_numbers)}"
            self.expose("@marker.example.com", name=name)
            self.until_ready(name)

    def writes(self) -> list[tuple[str, str]]:
        """What the operator wrote in here: verbs and paths, in their order.

        Without the markers, events and dry runs.
        """
        here = f'"namespace":"{self.name}"'
        lines = self._cluster.audit_log.read_text().splitlines()
        return [
            (event["verb"], _object(event["objectRef"]))
            for event in map(json.loads, (line for line in lines if here in line))
            if event["user"]["username"] == USER
            and event["objectRef"].get("namespace") == self.name
            and event["objectRef"]["resource"] != "events"
            and "dryRun" not in event["requestURI"]
            and not event["objectRef"].get("name", "").startswith("marker-")
        ]

    def events(self, name: str = "web") -> list[tuple[str, str]]:
        """Types and reasons of the events about a request, in their order."""
        path = f"/apis/events.k8s.io/v1/namespaces/{self.name}/events"
        items: list[Object] = self._api.get(path)["items"]
        items.sort(key=lambda event: event["eventTime"] or "")
        return [
            (event["type"], event["reason"])
            for event in items
            if (event["regarding"]["kind"], event["regarding"]["name"]) == ("ExposeRequest", name)
        ]

    def until_event(self, reason: str, name: str = "web") -> Object:
        """Wait until an Event about a request has that reason; returns the Event."""
        path = f"/apis/events.k8s.io/v1/namespaces/{self.name}/events"
        events = f"{path}?{_query('fieldSelector', f'reason={reason}')}"
        listed = self._api.get(events)
        version = listed["metadata"]["resourceVersion"]
        watch = f"{events}&watch=true&resourceVersion={version}&timeoutSeconds={SECONDS}"
        later = (event["object"] for event in self._api.watch(watch))
        found: Object
        for found in chain(listed["items"], later):
            if found["regarding"]["name"] == name:
                return found
        raise AssertionError(f"no Event {reason} about {name}")

    def _until_condition(
        self, name: str, kind: str, status: str, reason: str | None = None
    ) -> Object:
        def holds(request: Object) -> bool:
            found = condition(request, kind)
            return (
                found.get("observedGeneration") == request["metadata"]["generation"]
                and found["status"] == status
                and reason in (None, found["reason"])
            )

        return _status(self.until("ExposeRequest", name, holds))

    def _path(self, kind: str, name: str = "") -> str:
        collection = _COLLECTIONS[kind].format(self.name)
        return f"{collection}/{name}" if name else collection


def condition(request: Object, kind: str) -> Object:
    """One condition of a request; an empty one if it isn't there."""
    conditions: list[Object] = _status(request).get("conditions", [])
    return next((each for each in conditions if each["type"] == kind), {})


def _pod(labels: Mapping[str, str], ports: Sequence[Object], ready: bool) -> Object:
    """A pod of the stand-in for the kubelet: nothing runs in it, it only says so."""
    container = {"name": "web", "image": "none", "ports": list(ports)}
    annotations = {} if ready else {STAND_IN_ANNOTATION: NOT_READY}
    return {
        "metadata": {"labels": dict(labels), "annotations": annotations},
        "spec": {"containers": [container]},
    }


def _status(request: Object) -> Object:
    status: Object = request.get("status", {})
    return status


def _query(selector: str, value: str) -> str:
    return urlencode({selector: value})


def _is_there(seen: Object | None) -> bool:
    return seen is not None


def _api_version(collection: str) -> str:
    return collection.removeprefix("/apis/").removeprefix("/api/").partition("/namespaces/")[0]


def _object(reference: Mapping[str, str]) -> str:
    parts = (reference["resource"], reference.get("name"), reference.get("subresource"))
    return "/".join(part for part in parts if part)
