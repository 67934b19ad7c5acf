"""Each kind of port string makes its Service, and the status tells what came of it."""

from typing import Any

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster

# What core/v1 sets where a Service doesn't say.
_DEFAULTS = {"sessionAffinity": "None"}
_INSIDE = _DEFAULTS | {
    "ipFamilies": ["IPv4"],
    "ipFamilyPolicy": "SingleStack",
    "internalTrafficPolicy": "Cluster",
    "selector": {"app": "web"},
}
_OUTSIDE = _INSIDE | {"externalTrafficPolicy": "Cluster"}


def _port(
    name: str, port: int, target: int | str, node_port: int | None = None, protocol: str = "TCP"
) -> dict[str, Any]:
    fields = {"name": name, "port": port, "targetPort": target, "protocol": protocol}
    return fields if node_port is None else fields | {"nodePort": node_port}


_CLUSTER_IP = [
    pytest.param(["80"], [_port("80-80", 80, 80)], id="port"),
    pytest.param(["80:8080"], [_port("80-8080", 80, 8080)], id="port and target"),
    pytest.param(["80:http"], [_port("80-http", 80, "http")], id="target by name"),
    pytest.param(
        ["http=80:8080", "https=443"],
        [_port("http", 80, 8080), _port("https", 443, 443)],
        id="names",
    ),
    pytest.param(
        ["53", "53/udp"],
        [_port("53-53", 53, 53), _port("53-53-udp", 53, 53, protocol="UDP")],
        id="one port, two protocols",
    ),
    pytest.param(
        ["8000-8001:9000-9001"],
        [_port("8000-9000", 8000, 9000), _port("8001-9001", 8001, 9001)],
        id="range",
    ),
]


@pytest.mark.parametrize(("strings", "ports"), _CLUSTER_IP)
def test_a_cluster_ip(space: Space, strings: list[str], ports: list[Any]) -> None:
    space.expose(*strings)
    status = space.until_ready()
    spec = space.get("Service", "web")["spec"]
    address = spec["clusterIP"]
    allocated = {"clusterIP": address, "clusterIPs": [address]}
    assert spec == _INSIDE | allocated | {"type": "ClusterIP", "ports": ports}
    assert _told(status) == allocated | {"type": "ClusterIP", "ports": ports}


def test_a_node_port_that_the_cluster_picks(space: Space) -> None:
    space.expose("!80:8080")
    status = space.until_ready()
    spec = space.get("Service", "web")["spec"]
    (port,) = spec["ports"]
    assert 30000 <= port["nodePort"] <= 32767
    assert port == _port("80-8080", 80, 8080, port["nodePort"])
    assert status["ports"] == [port]


def test_a_node_port_that_the_user_picks(space: Space) -> None:
    space.expose("!30123:80:http")
    status = space.until_ready()
    spec = space.get("Service", "web")["spec"]
    allocated = {"clusterIP": spec["clusterIP"], "clusterIPs": [spec["clusterIP"]]}
    expected = {"type": "NodePort", "ports": [_port("80-http", 80, "http", 30123)]}
    assert spec == _OUTSIDE | allocated | expected
    assert _told(status) == allocated | expected


@pytest.mark.parametrize(
    ("string", "ports"),
    [pytest.param("#80", [_port("80-80", 80, 80)], id="port"), pytest.param("#", [], id="alone")],
)
def test_a_headless_service(space: Space, string: str, ports: list[Any]) -> None:
    space.expose(string)
    status = space.until_ready()
    spec = space.get("Service", "web")["spec"]
    no_address = {"clusterIP": "None", "clusterIPs": ["None"]}
    listed = {"ports": ports} if ports else {}
    assert spec == _INSIDE | no_address | listed | {"type": "ClusterIP"}
    assert _told(status) == no_address | {"type": "Headless", "ports": ports}


def test_an_external_name(space: Space) -> None:
    space.expose("@db.example.com", name="db")
    status = space.until_ready("db")
    spec = space.get("Service", "db")["spec"]
    assert spec == _DEFAULTS | {"type": "ExternalName", "externalName": "db.example.com"}
    expected = {"type": "ExternalName", "externalName": "db.example.com", "ports": []}
    assert _told(status) == expected
    available = _conditions(status)["EndpointsAvailable"]
    assert available == ("False", "NotApplicable")


def test_a_load_balancer_is_ready_once_it_has_an_address(space: Space) -> None:
    space.expose("^80:8080")
    waiting = space.until_refused("web", "Pending")
    assert waiting["type"] == "LoadBalancer"
    address = {"ip": "192.0.2.7", "ipMode": "VIP"}
    space.patch("Service", "web", {"status": {"loadBalancer": {"ingress": [address]}}}, "/status")
    assert space.until_ready()["loadBalancer"] == {"ingress": [{"ip": "192.0.2.7"}]}


def test_a_load_balancer_without_an_address_shows_what_its_controller_says(space: Space) -> None:
    waiting = "waiting for a load balancer controller to give the Service an address"
    space.expose("^80:8080")
    space.until_told("Ready", waiting)
    space.warn("web", "SyncLoadBalancerFailed", "Error syncing load balancer:\n\x1b[31mno quota")
    said = (
        "service-controller says: SyncLoadBalancerFailed: Error syncing load balancer: [31mno quota"
    )
    space.until_told("Ready", f"{waiting}; {said}")
    address = {"ip": "192.0.2.7"}
    space.patch("Service", "web", {"status": {"loadBalancer": {"ingress": [address]}}}, "/status")
    assert _message(space.until_ready(), "Ready") == "the Service is up to date"


def test_what_was_said_of_an_earlier_service_is_not_told_of_the_next(space: Space) -> None:
    """They have one name; only the second Warning is about the one that stands."""
    waiting = "waiting for a load balancer controller to give the Service an address"
    space.expose("^80:8080")
    space.until_told("Ready", waiting)
    space.warn("web", "SyncLoadBalancerFailed", "old")
    space.until_told("Ready", f"{waiting}; service-controller says: SyncLoadBalancerFailed: old")
    space.delete("Service", "web")
    space.until_told("Ready", waiting)
    space.warn("web", "SyncLoadBalancerFailed", "new")
    space.until_told("Ready", f"{waiting}; service-controller says: SyncLoadBalancerFailed: new")


def test_a_load_balancer_with_an_error_is_not_ready(space: Space) -> None:
    space.expose("^80:8080")
    space.until_refused("web", "Pending")
    ingress = {"ip": "192.0.2.7", "ports": [{"port": 80, "protocol": "TCP", "error": "InUse"}]}
    condition = {
        "type": "LoadBalancerPortsError",
        "status": "True",
        "reason": "NoPort",
        "message": "no port is free",
        "lastTransitionTime": "2026-03-01T12:00:00Z",
    }
    told = {"loadBalancer": {"ingress": [ingress]}, "conditions": [condition]}
    space.patch("Service", "web", {"status": told}, "/status")
    status = space.until_refused("web", "LoadBalancerError")
    assert _message(status, "Ready") == (
        "the load balancer has an error: NoPort: no port is free; port 80/TCP at 192.0.2.7: InUse"
    )
    ingress.pop("ports")
    space.patch("Service", "web", {"status": {**told, "conditions": []}}, "/status")
    assert space.until_ready()["loadBalancer"] == {"ingress": [{"ip": "192.0.2.7"}]}


def test_a_service_carries_nothing_but_what_the_request_asks_for(space: Space) -> None:
    request = space.expose("80")
    space.until_ready()
    metadata = space.get("Service", "web")["metadata"]
    managers = {(each["manager"], each["operation"]) for each in metadata["managedFields"]}
    kept = {key: metadata[key] for key in metadata if key in ("annotations", "finalizers")}
    assert (managers, kept) == ({("exposer", "Apply")}, {})
    assert metadata["labels"] == {"app.kubernetes.io/managed-by": "exposer"}
    assert metadata["ownerReferences"] == [
        {
            "apiVersion": "exposer.dev/v1alpha1",
            "kind": "ExposeRequest",
            "name": "web",
            "uid": request["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    exposed = space.get("ExposeRequest", "web")["metadata"]
    assert "finalizers" not in exposed
    assert "annotations" not in exposed


def test_all_conditions_hold_for_the_generation_that_is_told(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.ask("web", ports=["81"])
    space.until_ready()
    status = space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    generations = {each["observedGeneration"] for each in status["conditions"]}
    assert (generations, status["observedGeneration"]) == ({2}, 2)
    assert _conditions(status) == {
        "Accepted": ("True", "Accepted"),
        "Programmed": ("True", "Programmed"),
        "EndpointsAvailable": ("False", "NoPodsMatch"),
        "Ready": ("True", "Ready"),
    }


def _told(status: dict[str, Any]) -> dict[str, Any]:
    """The part of the status that repeats the Service."""
    fields = ("type", "clusterIP", "clusterIPs", "externalName", "ports")
    return {field: status[field] for field in fields if field in status}


def _message(status: dict[str, Any], kind: str) -> str:
    (found,) = (each for each in status["conditions"] if each["type"] == kind)
    message: str = found["message"]
    return message


def _conditions(status: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["type"]: (each["status"], each["reason"]) for each in status["conditions"]}
