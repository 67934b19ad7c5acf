"""Changes a request's spec, and tells what became of its Service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from localcluster import Cluster
from localcluster.api import Api, Object
from tests.support.space import Space, condition

Spec = dict[str, Any]
Fate = Literal["kept", "new", "gone", "none"]

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Row:
    """What a change costs.

    Attributes:
        in_place: It is the same Service still; else a new one has taken its place.
        cluster_ip: What became of the ClusterIP.
        node_ports: What became of the node ports; "kept" if those of the ports that stay are.
        writes: How often the operator wrote, the status included.
    """

    in_place: bool
    cluster_ip: Fate
    node_ports: Fate
    writes: int

    @property
    def interrupts(self) -> bool:
        """Whether those who use the Service's address or name are cut off."""
        return not self.in_place or self.cluster_ip == "gone"


@dataclass(frozen=True, slots=True)
class Changed:
    """The Service before and after, and the writes in between."""

    before: Object
    after: Object
    writes: list[tuple[str, str]]

    @property
    def row(self) -> Row:
        return Row(
            in_place=self.before["metadata"]["uid"] == self.after["metadata"]["uid"],
            cluster_ip=_fate(_address(self.before), _address(self.after)),
            node_ports=_fate(node_ports(self.before), node_ports(self.after)),
            writes=len(self.writes),
        )


def change(space: Space, before: Spec, after: Spec) -> Changed:
    """Create request "web" with one spec, then give it the other."""
    stand(space, before)
    old = space.get("Service", "web")
    slices = space.names("EndpointSlice")
    written = len(space.writes())
    space.ask("web", **_patch(before, after))
    until_programmed(space)
    new = space.get("Service", "web")
    _until_the_cluster_followed(space, after)
    replaced = old["metadata"]["uid"] != new["metadata"]["uid"]
    for name in slices:
        if "-exposer-" not in name and (replaced or not _has_selector(after)):
            space.until_gone("EndpointSlice", name)
    space.until_settled()
    return Changed(old, space.get("Service", "web"), _once(space.writes()[written:]))


def stand(space: Space, spec: Spec) -> None:
    """Create request "web", and wait until all that comes of it is there."""
    space.create("ExposeRequest", "web", spec=dict(spec))
    until_programmed(space)
    _until_the_cluster_followed(space, spec)
    space.until_settled()


def clear(space: Space) -> None:
    """Delete request "web", and wait until its node ports and addresses are free."""
    space.delete("ExposeRequest", "web")
    space.until_gone("Service", "web")


def until_programmed(space: Space, status: str = "True") -> Object:
    """Wait until request "web" says so of the spec that it has; returns the condition."""

    def holds(request: Object) -> bool:
        found = condition(request, "Programmed")
        generation = request["metadata"]["generation"]
        return bool(found) and (found["observedGeneration"], found["status"]) == (
            generation,
            status,
        )

    return condition(space.until("ExposeRequest", "web", holds), "Programmed")


class Anew:
    """What requests come to that never were anything else; each is made once."""

    def __init__(self, api: Api, cluster: Cluster) -> None:
        self._api = api
        self._cluster = cluster
        self._known: dict[str, Object] = {}

    def essence(self, spec: Spec) -> Object:
        name = json.dumps(spec)
        if name not in self._known:
            space = Space(self._api, self._cluster, f"anew-{next(_numbers)}")
            stand(space, spec)
            self._known[name] = essence(space)
            clear(space)
            space.remove()
        return self._known[name]


def essence(space: Space) -> Object:
    """All there is of request "web", but for what each cluster, name and time makes different."""
    service, request = space.get("Service", "web"), space.get("ExposeRequest", "web")
    metadata = service["metadata"]
    told: Object = json.loads(json.dumps(request["status"]).replace(space.name, "NAMESPACE"))
    for each in told["conditions"]:
        del each["lastTransitionTime"], each["observedGeneration"]
    return {
        "spec": _masked(service["spec"]),
        "status": service["status"],
        "metadata": {name: metadata.get(name) for name in ("labels", "annotations", "finalizers")},
        "fields": {each["manager"]: _fields(each) for each in metadata["managedFields"]},
        "endpoints": [
            (kind, name if owner == "ExposeRequest" else "", owner)
            for kind in ("Endpoints", "EndpointSlice")
            for name, owner in _owners(space, kind)
            if (kind, owner) != ("EndpointSlice", "Service")
        ],
        "told": _masked(told) | {"observedGeneration": 0, "display": _masked(told["display"])},
    }


def node_ports(service: Object) -> frozenset[int]:
    """The node ports of a Service."""
    ports = service["spec"].get("ports", [])
    return frozenset(port["nodePort"] for port in ports if "nodePort" in port)


def _masked(spec: Object) -> Object:
    """Without the values that the cluster picks; whether there are any is what counts."""
    masked = json.loads(json.dumps(spec))
    for field in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
        if masked.get(field) not in (None, "None", ["None"], "<none>"):
            values = masked[field]
            masked[field] = ["PICKED"] * len(values) if isinstance(values, list) else "PICKED"
    if isinstance(masked.get("ports"), list):
        for port in masked["ports"]:
            port |= {"nodePort": "PICKED"} if "nodePort" in port else {}
        masked["ports"].sort(key=lambda port: (port["port"], port["protocol"]))
    elif "ports" in masked:
        masked["ports"] = masked["ports"].count(":")
    return dict(masked)


def _fields(entry: Object) -> Object:
    """The fields of a manager; the owner's uid is another with each request."""
    fields: Object = entry["fieldsV1"]
    fields.get("f:metadata", {}).pop("f:ownerReferences", None)
    return fields


def _owners(space: Space, kind: str) -> list[tuple[str, str]]:
    objects = (space.get(kind, name) for name in space.names(kind))
    return sorted(
        (found["metadata"]["name"], owner["kind"])
        for found in objects
        for owner in found["metadata"].get("ownerReferences", [{"kind": ""}])
    )


def _until_the_cluster_followed(space: Space, spec: Spec) -> None:
    """Wait for what its controllers make of a selector.

    Not for its EndpointSlice: without pods that is an empty one, and for a Service that was made
    anew while the old one's was still there, Kubernetes takes that for the new one's and makes none
    until there is a pod.
    """
    if _has_selector(spec):
        for name in space.names("EndpointSlice"):
            if "-exposer-" in name:
                space.until_gone("EndpointSlice", name)
        space.until("Endpoints", "web", lambda seen: "ownerReferences" not in seen["metadata"])


def _patch(before: Any, after: Any) -> Any:
    """The JSON merge patch (RFC 7396) from one to the other."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    return {
        name: _patch(before.get(name), after.get(name)) for name in before.keys() | after.keys()
    }


def _has_selector(spec: Spec) -> bool:
    return "addresses" not in spec and not spec["ports"][0].startswith("@")


def _once(writes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each deletion and the status once.

    The operator asks again until the watch tells that something is deleted, and tells of endpoints
    later where the cluster takes more than a second to list them.
    """
    return [
        write
        for index, write in enumerate(writes)
        if write not in writes[:index] or (write[0] != "delete" and "/status" not in write[1])
    ]


def _fate(before: Any, after: Any) -> Fate:
    if not after:
        return "gone" if before else "none"
    if isinstance(after, frozenset):
        return "kept" if before and (before <= after or after <= before) else "new"
    return "kept" if before == after else "new"


def _address(service: Object) -> str:
    address: str = service["spec"].get("clusterIP", "")
    return "" if address == "None" else address
