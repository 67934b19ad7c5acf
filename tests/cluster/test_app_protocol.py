"""The appProtocol of a port string reaches all that tells of the port, and leaves with it."""

import pytest

from localcluster import Cluster
from localcluster.api import Object
from tests.support.asking import Asking
from tests.support.space import Space, condition

pytestmark = pytest.mark.cluster


def spoken(ports: list[Object]) -> dict[int, str | None]:
    """Each port's number and appProtocol."""
    return {port["port"]: port.get("appProtocol") for port in ports}


def test_the_service_and_the_status_have_it(space: Space) -> None:
    space.expose("80/http", "81/h2c", "82/tcp+TCP", "83", "53/udp+example.com/custom")
    status = space.until_ready()
    expected = {80: "http", 81: "kubernetes.io/h2c", 82: "TCP", 83: None, 53: "example.com/custom"}
    assert spoken(space.get("Service", "web")["spec"]["ports"]) == expected
    assert spoken(status["ports"]) == expected


def test_the_endpoints_of_addresses_have_it(space: Space) -> None:
    space.expose("80/http", addresses=["192.0.2.10"])
    space.until_endpoints("web", 1, 1)
    endpoints = space.get("Endpoints", "web")["subsets"][0]["ports"]
    assert spoken(endpoints) == {80: "http"}
    assert spoken(space.get("EndpointSlice", "web-exposer-ipv4")["ports"]) == {80: "http"}


def test_url_and_trace_tell_it(
    cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    space.expose("50051/grpc", "8080/ws", "80/tcp+example.com/custom")
    space.until_ready()
    asking = Asking(cluster, space.name, capsys)
    host = f"web.{space.name}.svc.cluster.local"
    doors = asking.ask("url", "web", "-o", "json").document["inside"]
    assert [(door["url"], door["appProtocol"]) for door in doors] == [
        (f"grpc://{host}:50051", "grpc"),
        (f"ws://{host}:8080", "kubernetes.io/ws"),
        (f"{host}:80", "example.com/custom"),
    ]
    ports = asking.ask("trace", "web", "-o", "json").document["ports"]
    assert {port["port"]: port["appProtocol"] for port in ports} == {
        50051: "grpc",
        8080: "kubernetes.io/ws",
        80: "example.com/custom",
    }


def test_one_that_others_set_where_the_string_says_none_is_taken_out(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    port = space.get("Service", "web")["spec"]["ports"][0] | {"appProtocol": "https"}
    space.patch("Service", "web", {"spec": {"ports": [port]}})
    space.until("Service", "web", lambda seen: spoken(seen["spec"]["ports"]) == {80: None})


def test_one_that_others_changed_is_put_back(space: Space) -> None:
    space.expose("80/http")
    space.until_ready()
    port = space.get("Service", "web")["spec"]["ports"][0] | {"appProtocol": "https"}
    space.patch("Service", "web", {"spec": {"ports": [port]}})
    space.until("Service", "web", lambda seen: spoken(seen["spec"]["ports"]) == {80: "http"})


def test_a_string_that_looks_like_dockers_is_accepted_with_a_note(space: Space) -> None:
    space.expose("!30090:8080")
    space.until_ready()
    accepted = condition(space.get("ExposeRequest", "web"), "Accepted")
    assert (accepted["status"], accepted["message"]) == (
        "True",
        'the spec is valid; spec.ports[0]: "!30090:8080" leaves the node port to the '
        'cluster; did you mean "!30090:8080:8080"?',
    )
