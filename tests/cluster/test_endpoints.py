"""The status follows the pods."""

import pytest

from tests.support.space import Space

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
