"""Whatever somebody changes in an owned Service is put right in one pass, alone and in pairs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import ApiError, Object
from tests.support.operator_process import (
    USER,
    OperatorProcess,
    install,
    operator_kubeconfig,
)
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

Operations = Sequence[Object]
"""A JSON patch (RFC 6902)."""


def _set(path: str, value: Any) -> Object:
    return {"op": "add", "path": path, "value": value}


def _spec(field: str, value: Any) -> list[Object]:
    return [_set(f"/spec/{field}", value)]


def _removed(*paths: str) -> list[Object]:
    return [{"op": "remove", "path": path} for path in paths]


_LABEL = "/metadata/labels/app.kubernetes.io~1managed-by"
_OWNER = "/metadata/ownerReferences/0"
ANYWHERE: dict[str, Operations] = {
    "label": _removed(_LABEL),
    "other label": [_set(_LABEL, "helm")],
    "no controller": [_set(f"{_OWNER}/controller", False)],
    "unblocked": _removed(f"{_OWNER}/blockOwnerDeletion"),
    "owner's name": [_set(f"{_OWNER}/name", "other")],
}
EXTERNAL_NAME: dict[str, Operations] = {
    **ANYWHERE,
    "selector": _spec("selector", {"app": "other"}),
    "external name": _spec("externalName", "other.example.com"),
    "port": _spec("ports", [{"port": 80}]),
    "external IPs": _spec("externalIPs", ["192.0.2.1"]),
    "not ready": _spec("publishNotReadyAddresses", True),
    "affinity": _spec("sessionAffinity", "ClientIP"),
    "ClusterIP": [*_spec("type", "ClusterIP"), *_spec("ports", [{"port": 80}])],
    "NodePort": [*_spec("type", "NodePort"), *_spec("ports", [{"port": 80}])],
}
WITH_PORTS: dict[str, Operations] = {
    **ANYWHERE,
    "port number": _spec("ports/0/port", 4321),
    "protocol": _spec("ports/0/protocol", "UDP"),
    "port name": _spec("ports/0/name", "other"),
    "target port": _spec("ports/0/targetPort", 9999),
    "app protocol": _spec("ports/0/appProtocol", "http"),
    "port more": _spec("ports/-", {"name": "more", "port": 4444}),
    "port before": _spec("ports/0", {"name": "before", "port": 4445, "protocol": "UDP"}),
    "port less": _removed("/spec/ports/1"),
    "all ports": _spec("ports", [{"name": "80-8080", "port": 5432}]),
    "names swapped": [*_spec("ports/0/name", "https"), *_spec("ports/1/name", "80-8080")],
    "numbers swapped": [*_spec("ports/0/port", 443), *_spec("ports/1/port", 80)],
    "external IPs": _spec("externalIPs", ["192.0.2.1"]),
    "not ready": _spec("publishNotReadyAddresses", True),
    "inside": _spec("internalTrafficPolicy", "Local"),
    "distribution": _spec("trafficDistribution", "PreferClose"),
    "external name": _spec("externalName", "other.example.com"),
    "families": _spec("ipFamilyPolicy", "PreferDualStack"),
    "selector": _spec("selector", {"app": "other"}),
}
SELECTING: dict[str, Operations] = {
    **WITH_PORTS,
    "selector more": _spec("selector/tier", "front"),
    "no selector": _removed("/spec/selector"),
}
WITH_ADDRESS: dict[str, Operations] = {
    "affinity": _spec("sessionAffinity", "ClientIP"),
    "affinity's time": [
        *_spec("sessionAffinity", "ClientIP"),
        *_spec("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 7}}),
    ],
    "ExternalName": [
        *_spec("type", "ExternalName"),
        *_spec("externalName", "other.example.com"),
        *_removed("/spec/clusterIP", "/spec/clusterIPs"),
    ],
}
OUTSIDE: dict[str, Operations] = {
    "outside": _spec("externalTrafficPolicy", "Local"),
    "node port": _spec("ports/0/nodePort", 31531),
    "ClusterIP": _spec("type", "ClusterIP"),
}
LOAD_BALANCER: dict[str, Operations] = {
    "ranges": _spec("loadBalancerSourceRanges", ["192.0.2.0/24"]),
    "no node ports": _spec("allocateLoadBalancerNodePorts", False),
    "NodePort": _spec("type", "NodePort"),
}
BASES: dict[str, tuple[Object, dict[str, Operations]]] = {
    "ClusterIP": (
        {"ports": ["80:8080", "https=443"]},
        {
            **SELECTING,
            **WITH_ADDRESS,
            "NodePort": _spec("type", "NodePort"),
            "LoadBalancer": _spec("type", "LoadBalancer"),
        },
    ),
    "NodePort": (
        {"ports": ["!31530:80:8080", "!https=443"]},
        {
            **SELECTING,
            **WITH_ADDRESS,
            **OUTSIDE,
            "LoadBalancer": _spec("type", "LoadBalancer"),
        },
    ),
    "LoadBalancer": (
        {"ports": ["^31540:80:8080", "^https=443"]},
        {**SELECTING, **WITH_ADDRESS, **OUTSIDE, **LOAD_BALANCER},
    ),
    "Headless": ({"ports": ["#80:8080", "#https=443"]}, SELECTING),
    "addresses": (
        {"ports": ["80:8080", "https=443"], "addresses": ["192.0.2.10"]},
        {**WITH_PORTS, **WITH_ADDRESS},
    ),
    "headless addresses": (
        {"ports": ["#80:8080", "#https=443"], "addresses": ["192.0.2.10"]},
        WITH_PORTS,
    ),
    "ExternalName": ({"ports": ["@db.example.com"]}, EXTERNAL_NAME),
}


@pytest.fixture(scope="module")
def patient_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose operator never slows down, though one change follows the other."""
    log: Path = tmp_path_factory.mktemp("drift") / "log"
    with Cluster.start() as cluster:
        install(cluster)
        with OperatorProcess(operator_kubeconfig(cluster), log, variant="never_pauses"):
            yield cluster
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES)
def test_a_service_is_put_right_in_two_writes(patient_cluster: Cluster, base: str) -> None:
    with closing(administrator(patient_cluster)) as api:
        _try_all(Space(api, patient_cluster, f"drift-{base.lower().replace(' ', '-')}"), base)


def _try_all(space: Space, base: str) -> None:
    spec, drifts = BASES[base]
    space.create("ExposeRequest", "web", spec=spec)
    space.until("ExposeRequest", "web", _is_programmed)
    fresh = _essence(space.get("Service", "web"))
    tried = []
    for names in [*((name,) for name in drifts), *combinations(drifts, 2)]:
        operations = [each for name in names for each in drifts[name]]
        try:
            space.change("Service", "web", operations)
        except ApiError:
            assert len(names) == 2, names  # the API server takes each by itself
            continue
        tried.append(names)
        space.until("Service", "web", lambda seen: _essence(seen) == fresh)
    space.until_settled()
    writes = dict(zip(tried, _writes_after_each_drift(space), strict=True))
    assert {names: count for names, count in writes.items() if count > 2} == {}
    warnings = {reason for kind, reason in space.events() if kind == "Warning"}
    assert warnings <= {"NoPodsMatch"}  # there are none


def _is_programmed(request: Object) -> bool:
    conditions = request.get("status", {}).get("conditions", [])
    return ("Programmed", "True") in [(each["type"], each["status"]) for each in conditions]


def _essence(service: Object) -> Object:
    """What the operator keeps, without the values that the cluster picks."""
    spec: Object = json.loads(json.dumps(service["spec"]))
    for field in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
        if spec.get(field) not in (None, "None", ["None"]):
            spec[field] = "PICKED"
    for port in spec.get("ports", []):
        # 31530 and so on are asked for; all others are the cluster's choice.
        if port.get("nodePort") not in (None, 31530, 31540):
            port["nodePort"] = "PICKED"
    spec.get("ports", []).sort(key=lambda port: port["port"])
    metadata = service["metadata"]
    return {
        "spec": spec,
        "labels": metadata.get("labels"),
        "ownerReferences": metadata["ownerReferences"],
    }


def _writes_after_each_drift(space: Space) -> list[int]:
    """How often the operator wrote the Service, after each time that somebody else did."""
    lines = space.audit_log.read_text().splitlines()
    events = [
        event
        for event in map(json.loads, (line for line in lines if f'"{space.name}"' in line))
        if event["objectRef"].get("namespace") == space.name
        and (event["objectRef"]["resource"], event["verb"]) == ("services", "patch")
        and event["responseStatus"]["code"] == 200
    ]
    counts: list[int] = []
    for event in sorted(events, key=lambda event: event["requestReceivedTimestamp"]):
        if event["user"]["username"] != USER:
            counts.append(0)
        elif counts:
            counts[-1] += 1
    return counts


@pytest.mark.parametrize("kind", ["EndpointSlice", "Endpoints"])
@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(_removed(_LABEL), id="label"),
        pytest.param([_set(_LABEL, "helm")], id="other label"),
        pytest.param([_set(f"{_OWNER}/controller", False)], id="no controller"),
    ],
)
def test_owned_endpoints_get_their_metadata_back(
    space: Space, kind: str, operations: Operations
) -> None:
    space.expose("80", addresses=["192.0.2.10"])
    space.until_endpoints("web", 1, 1)
    name = {"EndpointSlice": "web-exposer-ipv4", "Endpoints": "web"}[kind]
    before = _metadata(space.get(kind, name))
    space.change(kind, name, operations)
    space.until(kind, name, lambda seen: _metadata(seen) == before)
    space.until_endpoints("web", 1, 1)


def test_hints_that_others_put_into_an_owned_slice_are_taken_out(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10"])
    space.until_endpoints("web", 1, 1)
    hints = _set("/endpoints/0/hints", {"forZones": [{"name": "a"}]})
    space.change("EndpointSlice", "web-exposer-ipv4", [hints])
    space.until(
        "EndpointSlice", "web-exposer-ipv4", lambda seen: "hints" not in seen["endpoints"][0]
    )


def test_what_is_left_to_others_stays_without_a_write(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    operations = [
        _set("/metadata/annotations", {"team": "shop"}),
        _set("/metadata/labels/team", "shop"),
        _set("/metadata/finalizers", ["example.com/mine"]),
        *_spec("loadBalancerIP", "192.0.2.1"),
    ]
    changed = space.change("Service", "web", operations)
    space.until_settled()
    assert space.get("Service", "web") == changed
    space.change("Service", "web", _removed("/metadata/finalizers"))


def test_a_slice_of_another_controller_that_has_our_label_stays(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10"])
    space.until_endpoints("web", 1, 1)
    labels = {
        "kubernetes.io/service-name": "web",
        "app.kubernetes.io/managed-by": "exposer",
        "endpointslice.kubernetes.io/managed-by": "other.example.com",
    }
    service = space.get("Service", "web")["metadata"]
    owner = {"apiVersion": "v1", "kind": "Service", "name": "web", "uid": service["uid"]}
    slice_ = space.create(
        "EndpointSlice",
        "other",
        metadata={"labels": labels, "ownerReferences": [{**owner, "controller": True}]},
        addressType="IPv4",
        endpoints=[{"addresses": ["192.0.2.20"]}],
    )
    space.until_settled()
    assert space.get("EndpointSlice", "other") == slice_


def _metadata(found: Object) -> Object:
    metadata = found["metadata"]
    return {"labels": metadata.get("labels"), "ownerReferences": metadata["ownerReferences"]}
