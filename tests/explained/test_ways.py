"""Every way to reach a Service."""

from dataclasses import replace
from typing import Any

import pytest

from exposer.explained.places import scheme_of
from exposer.explained.survey import Node, NodeAddress
from exposer.explained.ways import Door, ways_to
from exposer.grammar import Kind
from tests.explained.surveys import EMPTY, HTTP, a_pod_endpoint, a_slice_of, a_survey, not_ready
from tests.support.builders import a_request, a_service_port, a_slice_body, an_endpoint

NAME = "web.shop.svc.cluster.local"


def urls(doors: tuple[Door, ...]) -> list[str]:
    return [door.url for door in doors]


def spoken(app_protocol: str) -> dict[str, Any]:
    """A port whose number says HTTP, with that appProtocol."""
    return a_service_port(80, 80) | {"appProtocol": app_protocol}


@pytest.mark.parametrize(
    ("port", "scheme"),
    [
        pytest.param(a_service_port(8080, 8081, name="http"), "http", id="its name"),
        pytest.param(a_service_port(9443, "https"), "https", id="the target's name"),
        pytest.param(a_service_port(80, 8080), "http", id="its number"),
        pytest.param(a_service_port(8080, 443), "https", id="the pods' number"),
        pytest.param(a_service_port(443, 80), "http", id="the pods' number before its own"),
        pytest.param(
            a_service_port(80, 80) | {"appProtocol": "https"}, "https", id="its protocol first"
        ),
        pytest.param(spoken("HTTPS"), "https", id="names of IANA are the same in any case"),
        pytest.param(spoken("grpc"), "grpc", id="grpc"),
        pytest.param(spoken("kubernetes.io/h2c"), "http", id="h2c"),
        pytest.param(spoken("kubernetes.io/ws"), "ws", id="ws"),
        pytest.param(spoken("kubernetes.io/wss"), "wss", id="wss"),
        pytest.param(spoken("example.com/http"), None, id="another's protocol"),
        pytest.param(spoken("TCP"), None, id="a protocol without URLs, whatever the number"),
        pytest.param(
            a_service_port(443, 443, protocol="UDP") | {"appProtocol": "https"},
            None,
            id="HTTPS over UDP",
        ),
        pytest.param(a_service_port(5432, 5432), None, id="nobody knows"),
        pytest.param(a_service_port(443, 443, protocol="UDP"), None, id="not TCP"),
    ],
)
def test_a_scheme_is_written_where_the_port_says_which(
    port: dict[str, Any], scheme: str | None
) -> None:
    assert scheme_of(port) == scheme


def test_a_node_port_is_reached_by_name_and_at_each_node() -> None:
    ways = ways_to(a_survey(), Kind.NODE_PORT)
    assert ways.dns == ("web", "web.shop", NAME)
    assert ways.cluster_ips == ("10.96.12.7",)
    assert ways.inside == (Door("http", NAME, 80, "TCP", f"http://{NAME}:80"),)
    assert ways.node_ports == (
        Door("http", "10.240.0.1", 30080, "TCP", "http://10.240.0.1:30080", "node1", "InternalIP"),
        Door("http", "10.240.0.2", 30080, "TCP", "http://10.240.0.2:30080", "node2", "InternalIP"),
    )
    assert (ways.load_balancer, ways.remarks) == ((), ())


@pytest.mark.parametrize(
    ("told", "asked", "domain"),
    [
        pytest.param("web.shop.svc.corp.example", None, "corp.example", id="as the status says"),
        pytest.param("web.shop.svc.corp.example", "other", "other", id="as the user says"),
        pytest.param(None, None, "cluster.local", id="the default"),
        pytest.param("old.shop.svc.corp.example", None, "cluster.local", id="another Service's"),
        pytest.param(["odd"], None, "cluster.local", id="edited by hand"),
    ],
)
def test_the_cluster_domain_is(told: object, asked: str | None, domain: str) -> None:
    survey = replace(a_survey(), request=a_request(status={"dnsName": told}))
    ways = ways_to(survey, Kind.NODE_PORT, asked)
    assert (ways.dns[-1], ways.inside[0].host) == (f"web.shop.svc.{domain}",) * 2


def test_an_external_address_comes_before_the_internal_one_and_names_are_left_out() -> None:
    node = Node(
        "node1",
        addresses=(
            NodeAddress("Hostname", "node1"),
            NodeAddress("InternalIP", "10.240.0.1"),
            NodeAddress("InternalIP", "fd00:10:240::1"),
            NodeAddress("ExternalIP", "203.0.113.1"),
        ),
    )
    single = ways_to(a_survey(nodes=[node]), Kind.NODE_PORT)
    assert [(door.host, door.type) for door in single.node_ports] == [
        ("203.0.113.1", "ExternalIP"),
        ("10.240.0.1", "InternalIP"),
    ]
    dual = ways_to(a_survey(nodes=[node], spec={"ipFamilies": ["IPv6", "IPv4"]}), Kind.NODE_PORT)
    assert urls(dual.node_ports) == [
        "http://203.0.113.1:30080",
        "http://10.240.0.1:30080",
        "http://[fd00:10:240::1]:30080",
    ]


def test_under_the_policy_local_only_nodes_with_a_ready_pod_are_open() -> None:
    survey = a_survey(
        spec={"externalTrafficPolicy": "Local"},
        slices=[a_slice_of(a_pod_endpoint(1) | {"conditions": not_ready()}, a_pod_endpoint(2))],
    )
    assert urls(ways_to(survey, Kind.NODE_PORT).node_ports) == ["http://10.240.0.2:30080"]


def test_node_ports_are_told_though_nobody_may_read_the_nodes() -> None:
    ways = ways_to(a_survey(nodes=None, gaps=["the nodes are not known: no"]), Kind.NODE_PORT)
    assert urls(ways.node_ports) == ["http://NODE:30080"]
    assert ways.remarks == ("the nodes are not known: no",)


def test_a_load_balancer_is_reached_at_its_addresses_and_names() -> None:
    ingress = [{"ip": "203.0.113.9"}, {"ip": "2001:db8::9"}, {"hostname": "lb.example.com"}]
    ways = ways_to(a_survey(spec={"type": "LoadBalancer"}, ingress=ingress), Kind.LOAD_BALANCER)
    assert urls(ways.load_balancer) == [
        "http://203.0.113.9:80",
        "http://[2001:db8::9]:80",
        "http://lb.example.com:80",
    ]
    waiting = ways_to(a_survey(spec={"type": "LoadBalancer"}), Kind.LOAD_BALANCER)
    assert waiting.remarks == ("the load balancer has no address yet",)


def test_a_headless_service_is_reached_at_the_pods_own_ports() -> None:
    survey = a_survey(
        spec={
            "type": "ClusterIP",
            "clusterIP": "None",
            "clusterIPs": ["None"],
            "ports": [a_service_port(80, "http", name="http")],
        },
        slices=[
            a_slice_of(
                a_pod_endpoint(10, 1, hostname="web-10"),
                a_pod_endpoint(2, 2, hostname="web-2"),
                a_pod_endpoint(3, 2, hostname="web-3") | {"conditions": not_ready()},
            )
        ],
    )
    ways = ways_to(survey, Kind.HEADLESS)
    assert ways.pods == (f"web-2.{NAME}", f"web-10.{NAME}")
    assert urls(ways.inside) == [f"http://{NAME}:8080"]
    assert (ways.cluster_ips, ways.environment, ways.node_ports) == ((), {}, ())


def test_a_headless_service_without_ports_has_names_only() -> None:
    survey = a_survey(
        spec={"type": "ClusterIP", "clusterIP": "None", "clusterIPs": ["None"], "ports": None},
        slices=[a_slice_body(ports=[], endpoints=[an_endpoint(hostname="web-0")])],
    )
    ways = ways_to(survey, Kind.HEADLESS)
    assert (ways.pods, ways.inside) == ((f"web-0.{NAME}",), ())


def test_nothing_ready_is_told_in_the_words_of_the_status() -> None:
    ways = ways_to(a_survey(slices=[EMPTY]), Kind.NODE_PORT)
    assert ways.remarks == (
        'nothing answers yet: no pod with an IP address has the labels "app=web"',
    )


def test_the_port_whose_target_is_missing_is_named() -> None:
    metrics = a_service_port(90, "metrics", name="metrics")
    ways = ways_to(a_survey(spec={"ports": [HTTP, metrics]}), Kind.NODE_PORT)
    assert ways.remarks == (
        'nothing answers at metrics yet: no ready pod has a container port named "metrics"',
    )


def test_nodes_without_an_address_of_the_family_are_left_out() -> None:
    assert ways_to(a_survey(spec={"ipFamilies": ["IPv6"]}), Kind.NODE_PORT).node_ports == ()
