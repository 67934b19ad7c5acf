"""The status follows the pods."""

import json

import pytest

from localcluster.nodes.pod_status import NOT_READY, STAND_IN_ANNOTATION
from tests.support.space import Space, condition

pytestmark = pytest.mark.cluster

_HTTP = [{"name": "http", "containerPort": 8080}]


def test_the_list_follows_a_deployment_as_it_is_scaled(space: Space) -> None:
    space.create_deployment("web", replicas=2, ports=_HTTP)
    space.expose("80:http")
    status = space.until_endpoints("web", 2, 2)
    rows = status["endpoints"]
    assert [row["ports"] for row in rows] == [[8080], [8080]]
    assert {row["nodeName"] for row in rows} == {"node1", "node2"}
    assert {row["targetRef"]["name"] for row in rows} == set(space.names("Pod"))
    assert [row["ip"] for row in rows] == sorted(row["ip"] for row in rows)
    space.patch("Deployment", "web", {"spec": {"replicas": 0}})
    space.until_endpoints("web", 0, 0)
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    assert space.until_ready()["endpoints"] == []
    space.patch("Deployment", "web", {"spec": {"replicas": 3}})
    space.until_endpoints("web", 3, 3)


def test_a_pod_that_is_not_ready_is_listed_as_such(space: Space) -> None:
    space.create_pod("lame", labels={"app": "web"}, ready=False)
    space.expose("80")
    status = space.until_endpoints("web", 0, 1)
    (row,) = status["endpoints"]
    assert (row["ready"], row["targetRef"]) == (False, {"kind": "Pod", "name": "lame"})
    space.until_refused("web", "PodsNotReady", "EndpointsAvailable")


def test_a_target_port_that_no_pod_has_is_told(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"}, ports=_HTTP)
    space.expose("80:metrics")
    space.until_told(
        "EndpointsAvailable",
        'no ready pod has a container port named "metrics"; their ports are named "http"',
    )
    status = space.get("ExposeRequest", "web")["status"]
    assert (status["display"]["endpoints"], status["display"]["reason"]) == (
        "0/1",
        "TargetPortNotFound",
    )


def test_one_of_two_targets_that_no_pod_has_is_told_until_one_has_it(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"}, ports=_HTTP)
    space.expose("80:http", "9090:metrics")
    status = space.until_refused("web", "TargetPortNotFound", "EndpointsAvailable")
    assert condition({"status": status}, "EndpointsAvailable")["message"] == (
        'no endpoint for port "9090-metrics": no ready pod has a container port named "metrics"; '
        'their ports are named "http"'
    )
    both = [*_HTTP, {"name": "metrics", "containerPort": 9090}]
    space.create_pod("other", labels={"app": "web"}, ports=both)
    status = space.until_endpoints("web", 2, 2)
    space.until(
        "ExposeRequest",
        "web",
        lambda seen: condition(seen, "EndpointsAvailable")["status"] == "True",
    )


def test_two_pods_on_the_network_of_one_node_are_two_endpoints(space: Space) -> None:
    for name, port, ready in (("one", 9001, True), ("two", 9002, False)):
        container = {
            "name": "web",
            "image": "none",
            "ports": [{"name": "http", "containerPort": port, "hostPort": port}],
        }
        annotations = {} if ready else {STAND_IN_ANNOTATION: NOT_READY}
        space.create(
            "Pod",
            name,
            metadata={"labels": {"app": "web"}, "annotations": annotations},
            spec={"hostNetwork": True, "nodeName": "node1", "containers": [container]},
        )
    space.expose("80:http")
    rows = space.until_endpoints("web", 1, 2)["endpoints"]
    assert [(row["ip"], row["ports"], row["ready"], row["targetRef"]["name"]) for row in rows] == [
        ("10.240.0.1", [9001], True, "one"),
        ("10.240.0.1", [9002], False, "two"),
    ]


def test_a_pod_with_two_addresses_counts_once(space: Space) -> None:
    space.create_deployment("web", replicas=2, ports=_HTTP)
    template = {"spec": {"ipFamilyPolicy": "RequireDualStack"}}
    space.expose("80:http", serviceTemplate=template)
    request = space.until(
        "ExposeRequest",
        "web",
        lambda seen: len(seen.get("status", {}).get("endpoints", ())) == 4,
    )
    assert request["status"]["endpointSummary"] == {"ready": 2, "total": 2, "truncated": False}


def test_a_thousand_ports_of_fifty_pods_are_told_in_a_small_status(space: Space) -> None:
    space.create_deployment("web", replicas=50, ports=[])
    space.expose("8000-8999")
    status = space.until_endpoints("web", 50, 50)
    ports = [*range(8000, 9000)]
    assert [each["port"] for each in status["ports"]] == ports
    assert status["endpointPorts"] == ports
    assert len(json.dumps([status["endpoints"], status["endpointPorts"]])) < 64 * 1024
    # All else of it is said once for each port of the Service.
    assert len(json.dumps(status)) < 160 * 1024


@pytest.mark.parametrize(
    "time", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
def test_a_time_that_was_edited_by_hand_is_no_reason_to_say_no_more(
    space: Space, time: str
) -> None:
    space.expose("80")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    conditions = space.until_ready()["conditions"]
    edited = [each | {"lastTransitionTime": time} for each in conditions]
    space.patch("ExposeRequest", "web", {"status": {"conditions": edited}}, "/status")
    space.create_pod("pod", labels={"app": "web"})
    space.until_endpoints("web", 1, 1)


def test_more_than_a_hundred_endpoints_are_counted_but_not_listed(space: Space) -> None:
    space.create_deployment("web", replicas=105, ports=_HTTP)
    space.expose("80:http")
    summary = {"ready": 105, "total": 105, "truncated": True}
    request = space.until(
        "ExposeRequest",
        "web",
        lambda seen: seen.get("status", {}).get("endpointSummary") == summary,
    )
    assert len(request["status"]["endpoints"]) == 100


def test_a_pod_that_finds_no_node_is_told(space: Space) -> None:
    space.create(
        "Pod",
        "stuck",
        metadata={"labels": {"app": "web"}},
        spec={"containers": [{"name": "web", "image": "none"}], "nodeSelector": {"moon": "yes"}},
    )
    space.until("Pod", "stuck", lambda seen: bool(seen["status"].get("conditions")))
    space.expose("80")
    space.until_told(
        "EndpointsAvailable",
        'pods match, but none has an address yet: "stuck" is Unschedulable',
    )


def test_a_headless_service_that_a_stateful_set_does_not_name_is_told(space: Space) -> None:
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "web", "image": "none"}]},
    }
    space.create(
        "StatefulSet",
        "web",
        spec={"selector": {"matchLabels": labels}, "template": template, "serviceName": "other"},
    )
    space.expose("#80")
    space.until_told(
        "EndpointsAvailable",
        "1 of 1 endpoints are ready; the pods have no DNS names of their own here, as the "
        'serviceName of their StatefulSet is "other"',
    )
