"""What the cluster allocated is kept; what is taken is waited for."""

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster


def test_a_taken_node_port_is_told_and_used_once_it_is_free(space: Space) -> None:
    space.create("Service", "holder", spec={"type": "NodePort", "ports": [_port(30777)]})
    space.expose("!30777:80:80")
    status = space.until_refused("web", "NodePortTaken")
    (programmed,) = (each for each in status["conditions"] if each["type"] == "Programmed")
    assert "holder" in programmed["message"]
    assert "30777" in programmed["message"]
    space.delete("Service", "holder")
    assert space.until_ready()["ports"][0]["nodePort"] == 30777


def test_a_taken_cluster_ip_is_told_and_used_once_it_is_free(space: Space) -> None:
    space.create("Service", "holder", spec={"ports": [{"port": 80}]})
    address = space.get("Service", "holder")["spec"]["clusterIP"]
    space.expose("80", serviceTemplate={"spec": {"clusterIP": address}})
    status = space.until_refused("web", "ClusterIPTaken")
    (programmed,) = (each for each in status["conditions"] if each["type"] == "Programmed")
    assert "holder" in programmed["message"]
    space.delete("Service", "holder")
    assert space.until_ready()["clusterIP"] == address


def test_a_taken_health_check_node_port_is_told_and_used_once_it_is_free(space: Space) -> None:
    local = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 30778}
    space.create(
        "Service", "holder", spec={"type": "LoadBalancer", "ports": [{"port": 80}], **local}
    )
    space.expose("^80", serviceTemplate={"spec": local})
    status = space.until_refused("web", "NodePortTaken")
    (programmed,) = (each for each in status["conditions"] if each["type"] == "Programmed")
    assert programmed["message"].endswith('it is held by Service "holder"')
    space.delete("Service", "holder")
    service = space.until("Service", "web", lambda seen: True)
    assert service["spec"]["healthCheckNodePort"] == 30778


def test_a_health_check_node_port_outside_of_the_range_is_told(space: Space) -> None:
    local = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 1234}
    space.expose("^80", serviceTemplate={"spec": local})
    status = space.until_refused("web", "NodePortOutOfRange")
    assert "Stalled" in [each["type"] for each in status["conditions"]]


def test_a_node_port_outside_of_the_range_is_told(space: Space) -> None:
    space.expose("!80:80:80")
    status = space.until_refused("web", "NodePortOutOfRange")
    assert "Stalled" in [each["type"] for each in status["conditions"]]
    assert space.names("Service") == []


def test_the_addresses_stay_when_the_kind_changes(space: Space) -> None:
    space.expose("80")
    address = space.until_ready()["clusterIP"]
    uid = space.get("Service", "web")["metadata"]["uid"]
    space.ask("web", ports=["!80"])
    outside = space.until_ready()
    node_port = outside["ports"][0]["nodePort"]
    space.ask("web", ports=["!80", "!81"])
    both = space.until_ready()
    assert (both["clusterIP"], both["ports"][0]["nodePort"]) == (address, node_port)
    space.ask("web", ports=["80"])
    inside = space.until_ready()
    assert (inside["type"], inside["clusterIP"]) == ("ClusterIP", address)
    assert "nodePort" not in inside["ports"][0]
    assert space.get("Service", "web")["metadata"]["uid"] == uid


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param("80", "#80", "Headless", id="to headless"),
        pytest.param("#80", "80", "ClusterIP", id="from headless"),
        pytest.param("80", "@db.example.com", "ExternalName", id="to an external name"),
        pytest.param("@db.example.com", "80", "ClusterIP", id="from an external name"),
        pytest.param("#80", "@db.example.com", "ExternalName", id="headless to external name"),
    ],
)
def test_every_kind_can_become_another(space: Space, before: str, after: str, kind: str) -> None:
    space.expose(before)
    space.until_ready()
    space.ask("web", ports=[after])
    assert space.until_ready()["type"] == kind


def _port(node_port: int) -> dict[str, int]:
    return {"port": 80, "nodePort": node_port}
