"""Each field of the serviceTemplate reaches the Service, and leaves it when it is taken back."""

from typing import Any

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("string", "fields", "defaults"),
    [
        pytest.param(
            "80",
            {
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}},
            },
            {"sessionAffinity": "None"},
            id="affinity",
        ),
        pytest.param(
            "80",
            {"internalTrafficPolicy": "Local"},
            {"internalTrafficPolicy": "Cluster"},
            id="internal policy",
        ),
        pytest.param(
            "!80",
            {"externalTrafficPolicy": "Local"},
            {"externalTrafficPolicy": "Cluster"},
            id="external policy",
        ),
        pytest.param("80", {"trafficDistribution": "PreferClose"}, {}, id="distribution"),
        pytest.param("#80", {"publishNotReadyAddresses": True}, {}, id="not ready addresses"),
        pytest.param("^80", {"loadBalancerSourceRanges": ["192.0.2.0/24"]}, {}, id="source ranges"),
    ],
)
def test_a_field_comes_and_goes(
    space: Space, string: str, fields: dict[str, Any], defaults: dict[str, Any]
) -> None:
    space.expose(string, serviceTemplate={"spec": fields})
    service = space.until("Service", "web", lambda seen: True)
    assert _part(service["spec"], fields) == fields
    space.ask("web", serviceTemplate=None)
    space.until("Service", "web", lambda seen: _part(seen["spec"], fields) == defaults)


def test_the_fields_of_a_load_balancer(space: Space) -> None:
    fields = {
        "externalTrafficPolicy": "Local",
        "healthCheckNodePort": 30911,
        "loadBalancerClass": "example.com/internal",
        "allocateLoadBalancerNodePorts": False,
    }
    space.expose("^80", serviceTemplate={"spec": fields})
    service = space.until("Service", "web", lambda seen: True)
    assert _part(service["spec"], fields) == fields
    assert "nodePort" not in service["spec"]["ports"][0]


def test_a_default_that_somebody_changes_comes_back(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.patch("Service", "web", {"spec": {"sessionAffinity": "ClientIP"}})
    service = space.until("Service", "web", lambda seen: seen["spec"]["sessionAffinity"] == "None")
    assert "sessionAffinityConfig" not in service["spec"]


def test_labels_and_annotations_come_and_go(space: Space) -> None:
    metadata = {"labels": {"team": "shop"}, "annotations": {"note": "kept"}}
    space.expose("@db.example.com", serviceTemplate={"metadata": metadata})
    space.until_ready()
    service = space.get("Service", "web")["metadata"]
    assert service["labels"] == {"team": "shop", "app.kubernetes.io/managed-by": "exposer"}
    assert service["annotations"] == {"note": "kept"}
    space.ask("web", serviceTemplate=None)
    space.until("Service", "web", lambda seen: "annotations" not in seen["metadata"])
    labels = space.get("Service", "web")["metadata"]["labels"]
    assert labels == {"app.kubernetes.io/managed-by": "exposer"}


def test_a_cluster_ip_is_had_as_asked_for(space: Space) -> None:
    space.expose("80", serviceTemplate={"spec": {"clusterIP": "10.96.0.50"}})
    assert space.until_ready()["clusterIP"] == "10.96.0.50"
    space.ask("web", serviceTemplate={"spec": {"clusterIP": "10.96.0.51"}})
    space.until(
        "ExposeRequest", "web", lambda seen: seen["status"].get("clusterIP") == "10.96.0.51"
    )


def test_a_taken_cluster_ip_is_told(space: Space) -> None:
    space.create("Service", "holder", spec={"clusterIP": "10.96.0.60", "ports": [{"port": 80}]})
    space.expose("80", serviceTemplate={"spec": {"clusterIP": "10.96.0.60"}})
    space.until_refused("web", "ClusterIPTaken")
    space.delete("Service", "holder")
    space.until_ready()


@pytest.mark.parametrize("string", ["80", "!80", "#80"])
def test_a_dual_stack_service_has_both_families(space: Space, string: str) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.expose(string, serviceTemplate={"spec": {"ipFamilyPolicy": "RequireDualStack"}})
    request = space.until(
        "ExposeRequest", "web", lambda seen: len(seen.get("status", {}).get("endpoints", ())) == 2
    )
    status = request["status"]
    assert status["endpointSummary"] == {"ready": 1, "total": 1, "truncated": False}
    spec = space.get("Service", "web")["spec"]
    assert spec["ipFamilies"] == ["IPv4", "IPv6"]
    assert status["clusterIPs"] == spec["clusterIPs"]
    four, six = status["endpoints"]
    assert (":" in four["ip"], ":" in six["ip"]) == (False, True)
    assert four["targetRef"] == six["targetRef"] == {"kind": "Pod", "name": "pod"}


def test_the_families_follow_the_template(space: Space) -> None:
    def ask(**fields: Any) -> list[str]:
        space.ask("web", serviceTemplate=None)
        space.ask("web", serviceTemplate={"spec": fields})
        space.until_ready()
        families: list[str] = space.get("Service", "web")["spec"]["ipFamilies"]
        return families

    space.expose("80")
    address = space.until_ready()["clusterIP"]
    assert ask(ipFamilyPolicy="PreferDualStack") == ["IPv4", "IPv6"]
    assert ask(ipFamilyPolicy="SingleStack") == ["IPv4"]
    assert space.until_ready()["clusterIP"] == address
    space.ask("web", serviceTemplate={"spec": {"ipFamilies": ["IPv6"]}})
    space.until("ExposeRequest", "web", lambda seen: ":" in seen["status"].get("clusterIP", ""))


def _part(spec: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {field: spec[field] for field in fields if field in spec}


def test_an_annotation_may_have_any_character(space: Space) -> None:
    annotations = {"note": "ship it \U0001f680", "odd": "\x7f\x9b"}
    space.expose("80", serviceTemplate={"metadata": {"annotations": annotations}})
    space.until_ready()
    assert space.get("Service", "web")["metadata"]["annotations"] == annotations
