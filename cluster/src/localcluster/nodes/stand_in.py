"""A node without containers."""

import datetime
import http
import http.client
import sys
import time

from localcluster.api import Api, ApiError, Object
from localcluster.node_specs import NodeSpec
from localcluster.nodes.addresses import PodAddresses
from localcluster.nodes.pod_status import node_object, pod_status

__all__ = ["StandIn"]

_MERGE_PATCH = "application/merge-patch+json"
_STRATEGIC_PATCH = "application/strategic-merge-patch+json"
# After a failure to reach the API server, which then is starting or stopping.
_RETRY_SECONDS = 0.2


class StandIn:
    """A node without containers: a pod that is bound to it is declared to run."""

    def __init__(self, spec: NodeSpec, api: Api) -> None:
        """Prepare; nothing happens before `run`.

        Args:
            spec: Which node to be.
            api: Access to the API server as that node's user.
        """
        self._spec = spec
        self._api = api
        self._addresses = PodAddresses(spec.pod_prefix)

    def run(self) -> None:
        """Register the node, then look after its pods for as long as the process lives."""
        registered = False
        while True:
            try:
                if not registered:
                    self._register()
                    registered = True
                self._follow(self._list())
            except (OSError, http.client.HTTPException):
                self._api.close()
                time.sleep(_RETRY_SECONDS)
            except ApiError as error:
                # 410: the events since the last list are no longer known, so list again.
                if error.code != http.HTTPStatus.GONE:
                    print(f"{self._spec.name}: {error}", file=sys.stderr, flush=True)
                    time.sleep(_RETRY_SECONDS)

    def _register(self) -> None:
        node = node_object(self._spec, _now())
        path = f"/api/v1/nodes/{self._spec.name}"
        try:
            self._api.request("POST", "/api/v1/nodes", node)
        except ApiError as error:
            if error.code != http.HTTPStatus.CONFLICT:
                raise
            self._api.request("PATCH", f"{path}/status", {"status": node["status"]}, _MERGE_PATCH)
        # The admission plugin TaintNodesByCondition taints every new node as not ready. The node
        # lifecycle controller, which doesn't run here, would remove that from a ready node.
        self._api.request("PATCH", path, {"spec": {"taints": None}}, _MERGE_PATCH)

    def _list(self) -> str:
        """Look after all pods; returns the version from which on to watch."""
        pods = self._api.get(self._pods())
        items: list[Object] = pods["items"]
        self._addresses.keep_only({pod["metadata"]["uid"] for pod in items})
        # Which addresses are taken has to be known before the first one is given away.
        for pod in items:
            self._remember(pod)
        for pod in items:
            self._reconcile(pod)
        return str(pods["metadata"]["resourceVersion"])

    def _follow(self, version: str) -> None:
        """Look after pods as they change, until the watch ends."""
        watch = f"{self._pods()}&watch=true&allowWatchBookmarks=true&resourceVersion={version}"
        for event in self._api.watch(watch):
            pod = event["object"]
            match event["type"]:
                case "ADDED" | "MODIFIED":
                    self._remember(pod)
                    self._reconcile(pod)
                case "DELETED":
                    self._addresses.release(pod["metadata"]["uid"])
                case "ERROR":
                    raise ApiError(pod.get("code", 0), pod.get("message", ""))

    def _remember(self, pod: Object) -> None:
        if address := pod["status"].get("podIP"):
            self._addresses.remember(pod["metadata"]["uid"], address)

    def _reconcile(self, pod: Object) -> None:
        """Take one pod a step further; whatever it has become in between is another event."""
        try:
            if "deletionTimestamp" in pod["metadata"]:
                self._remove(pod)
            # Only the first status is ours: a test may change it afterwards.
            elif not pod["status"].get("podIP") and pod["status"].get("phase") == "Pending":
                self._begin(pod)
        except ApiError as error:
            # Gone, or another pod of the same name by now.
            if error.code not in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.CONFLICT):
                raise

    def _begin(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        host_network = pod["spec"].get("hostNetwork", False)
        address = self._spec.address if host_network else self._addresses.take(uid)
        status = pod_status(pod, self._spec, address, _now())
        # With the uid, the API server refuses to change a successor of the same name.
        patch = {"metadata": {"uid": uid}, "status": status}
        self._api.request("PATCH", f"{_path(pod)}/status", patch, _STRATEGIC_PATCH)

    def _remove(self, pod: Object) -> None:
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "gracePeriodSeconds": 0,
            "preconditions": {"uid": pod["metadata"]["uid"]},
        }
        self._api.request("DELETE", _path(pod), options)

    def _pods(self) -> str:
        return f"/api/v1/pods?fieldSelector=spec.nodeName%3D{self._spec.name}"


def _path(pod: Object) -> str:
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
