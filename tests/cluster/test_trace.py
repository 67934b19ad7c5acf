"""``exposer trace`` names the chain, its shares, and where it breaks (scenario E2)."""

from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.cluster.test_url import grant
from tests.support.asking import Asking
from tests.support.space import Space

pytestmark = pytest.mark.cluster

HTTP = [{"name": "http", "containerPort": 8080}]


@pytest.fixture
def asking(cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(cluster, space.name, capsys)


def shares(spread: dict[str, Any]) -> dict[str, float]:
    return {share["ip"]: share["share"] for share in spread["shares"]}


def test_two_pods_on_two_nodes_get_half_each(space: Space, asking: Asking) -> None:
    space.create_deployment("web", replicas=2, ports=HTTP)
    space.expose("!80:http")
    rows = space.until_endpoints("web", 2, 2)["endpoints"]
    spec = space.get("Service", "web")["spec"]
    node_port = spec["ports"][0]["nodePort"]
    answer = asking.ask("trace", "web", "-o", "json")
    (port,) = answer.document["ports"]
    assert (answer.status, answer.document["whole"]) == (0, True)
    assert [(each["host"], each["port"], each["node"]) for each in port["entrances"]] == [
        ("10.240.0.1", node_port, "node1"),
        ("10.240.0.2", node_port, "node2"),
    ]
    assert (port["clusterIP"], port["port"]) == (spec["clusterIP"], 80)
    (spread,) = port["outside"]
    assert (spread["nodes"], shares(spread)) == (None, {row["ip"]: 0.5 for row in rows})
    assert {each["ip"]: (each["pod"], each["node"]) for each in port["endpoints"]} == {
        row["ip"]: (row["targetRef"]["name"], row["nodeName"]) for row in rows
    }
    drawn = asking.ask("trace", "web", "-o", "mermaid").output
    assert (drawn.splitlines()[0], drawn.count('-- "0.5" -->')) == ("flowchart LR", 2)


def test_a_workload_without_pods_breaks_the_chain(space: Space, asking: Asking) -> None:
    space.expose("!80:http")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    answer = asking.ask("trace", "web")
    assert (answer.status, answer.errors) == (1, "")
    assert "connections are refused" in answer.output
    assert (
        'It breaks: NoPodsMatch: no pod with an IP address has the labels "app=web"\n'
        "  run pods with these labels, or change spec.selector; what there is: "
        f"kubectl get pods -n {space.name} --show-labels\n"
    ) in answer.output


def test_pods_that_are_not_ready_are_named(space: Space, asking: Asking) -> None:
    space.create_pod("lame", labels={"app": "web"}, ready=False)
    space.expose("80")
    space.until_endpoints("web", 0, 1)
    answer = asking.ask("trace", "web")
    assert answer.status == 1
    assert (
        'It breaks: PodsNotReady: the only endpoint is not ready: "lame" is Running, but not ready'
    ) in answer.output


def test_a_port_whose_target_no_pod_has_is_told_though_the_other_works(
    space: Space, asking: Asking
) -> None:
    space.create_deployment("web", replicas=1, ports=HTTP)
    space.expose("80:http", "90:metrics")
    space.until_endpoints("web", 1, 1)
    document = asking.ask("trace", "web", "-o", "json").document
    works, broken = document["ports"]
    assert (len(works["inside"][0]["shares"]), broken["inside"][0]["refused"]) == (1, "rejected")
    (found,) = document["breaks"]
    assert (found["reason"], found["message"], found["ports"]) == (
        "TargetPortNotFound",
        'no ready pod has a container port named "metrics"; their ports are named "http"',
        ["90-metrics"],
    )


def test_under_the_policy_local_the_other_node_drops(space: Space, asking: Asking) -> None:
    space.create_pod("web", labels={"app": "web"})
    space.expose("!80", serviceTemplate={"spec": {"externalTrafficPolicy": "Local"}})
    (row,) = space.until_endpoints("web", 1, 1)["endpoints"]
    (other,) = {"node1", "node2"} - {row["nodeName"]}
    answer = asking.ask("trace", "web", "-o", "json")
    document = answer.document
    fates = {
        node: (shares(spread), spread["refused"])
        for spread in document["ports"][0]["outside"]
        for node in spread["nodes"]
    }
    assert fates == {row["nodeName"]: ({row["ip"]: 1.0}, None), other: ({}, "dropped")}
    assert document["remarks"] == [
        f"{other}: what arrives there is dropped, as no endpoint is there "
        "(externalTrafficPolicy Local)"
    ]
    assert answer.status == 0


def test_a_preferred_zone_makes_the_shares_differ(space: Space, asking: Asking) -> None:
    # Each node is a zone of its own, and each has a pod.
    space.create_deployment("web", replicas=2, ports=HTTP)
    space.expose("80:http", serviceTemplate={"spec": {"trafficDistribution": "PreferClose"}})
    rows = space.until_endpoints("web", 2, 2)["endpoints"]
    (name,) = space.names("EndpointSlice")
    space.until(
        "EndpointSlice", name, lambda seen: all("hints" in each for each in seen["endpoints"])
    )
    document = asking.ask("trace", "web", "-o", "json").document
    near = {row["nodeName"]: {row["ip"]: 1.0} for row in rows}
    spreads = document["ports"][0]["inside"]
    assert {node: shares(spread) for spread in spreads for node in spread["nodes"]} == near


def test_a_node_port_that_is_taken_is_told_with_its_holder(space: Space, asking: Asking) -> None:
    space.expose("!80", name="first")
    space.until_ready("first")
    node_port = space.get("Service", "first")["spec"]["ports"][0]["nodePort"]
    space.expose(f"!{node_port}:80:80")
    space.until_refused("web", "NodePortTaken")
    answer = asking.ask("trace", "web")
    assert answer.status == 1
    assert "no Service" in answer.output.splitlines()[0]
    assert 'it is held by Service "first"' in answer.output


def test_a_foreign_service_is_told_and_not_traced(space: Space, asking: Asking) -> None:
    space.create("Service", "web", spec={"ports": [{"port": 80}]})
    space.expose("80")
    space.until_refused("web", "ServiceConflict")
    document = asking.ask("trace", "web", "-o", "json").document
    assert (document["type"], document["ports"]) == (None, [])
    assert [found["reason"] for found in document["breaks"]] == ["ServiceConflict"]


def test_a_load_balancer_is_an_entrance_once_it_has_an_address(
    space: Space, asking: Asking
) -> None:
    space.create_deployment("web", replicas=1, ports=HTTP)
    space.expose("^80:http")
    space.until_refused("web", "Pending")
    space.until_endpoints("web", 1, 1)
    assert asking.ask("trace", "web").status == 1
    ingress = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
    space.patch("Service", "web", ingress, "/status")
    space.until_ready()
    answer = asking.ask("trace", "web", "-o", "json")
    first = answer.document["ports"][0]["entrances"][0]
    assert (answer.status, first["via"], first["host"], first["port"]) == (
        0,
        "LoadBalancer",
        "203.0.113.9",
        80,
    )


def test_an_error_of_a_load_balancer_is_told(space: Space, asking: Asking) -> None:
    space.create_deployment("web", replicas=1, ports=HTTP)
    space.expose("^80:http")
    space.until_endpoints("web", 1, 1)
    port = {"port": 80, "protocol": "TCP", "error": "example.com/InUse"}
    ingress = {"ip": "203.0.113.9", "ports": [port]}
    space.patch("Service", "web", {"status": {"loadBalancer": {"ingress": [ingress]}}}, "/status")
    space.until_refused("web", "LoadBalancerError")
    answer = asking.ask("trace", "web")
    assert answer.status == 1
    assert (
        "It breaks: LoadBalancerError: the load balancer has an error: port 80/TCP at 203.0.113.9: "
        "example.com/InUse\n"
    ) in answer.output


def test_a_target_that_no_container_declares_is_a_hint(space: Space, asking: Asking) -> None:
    space.create_deployment("web", replicas=1, ports=HTTP)
    space.expose("!https=443:8443")
    space.until_endpoints("web", 1, 1)
    answer = asking.ask("trace", "web")
    assert answer.status == 0
    assert answer.output.endswith(
        "\nno container declares port 8443/TCP; they declare 8080/TCP. A port need not be "
        "declared, but check that the pods listen there\n"
        "\n"
        "The chain is whole, as far as the API server knows. No traffic was sent.\n"
    )


@pytest.mark.parametrize(
    ("addresses", "message"),
    [
        (["fd00::1"], "nothing reaches the endpoints: fd00::1 is an address"),
        (["192.0.2.10", "fd00::1"], "nothing reaches the others: fd00::1 is an address"),
    ],
)
def test_addresses_that_the_service_does_not_reach_break_the_chain(
    space: Space, asking: Asking, addresses: list[str], message: str
) -> None:
    space.expose("80", addresses=addresses)
    space.until_endpoints("web", len(addresses) - 1, len(addresses))
    answer = asking.ask("trace", "web", "-o", "json")
    (found,) = answer.document["breaks"]
    assert (answer.status, found["reason"], found["message"]) == (
        1,
        "IPFamilyMismatch",
        f"{message} of another IP family than the Service's IPv4",
    )


def test_who_may_not_list_pods_is_told_the_rest(
    cluster: Cluster, api: Api, space: Space, asking: Asking
) -> None:
    rights = {"exposer.dev": "exposerequests", "": "services", "discovery.k8s.io": "endpointslices"}
    grant(api, space.name, "jim", rights)
    space.expose("80")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    answer = asking.ask("trace", "web", kubeconfig=cluster.kubeconfig_for("jim"))
    assert (
        'NoPodsMatch: no pod with an IP address has the labels "app=web" (pods may not be listed)'
    ) in answer.output


def test_slices_of_others_are_traced_though_the_status_does_not_have_them(
    space: Space, asking: Asking
) -> None:
    """Kube-proxy takes every slice of a Service; the operator watches those with its label."""
    space.create_deployment("web", replicas=1, ports=HTTP)
    space.expose("80:http")
    (own,) = space.until_endpoints("web", 1, 1)["endpoints"]
    space.create(
        "EndpointSlice",
        "theirs",
        metadata={"labels": {"kubernetes.io/service-name": "web"}},
        addressType="IPv4",
        ports=[{"name": "80-http", "port": 8080}],
        endpoints=[{"addresses": ["192.0.2.20"]}],
    )
    (port,) = asking.ask("trace", "web", "-o", "json").document["ports"]
    assert {each["ip"] for each in port["endpoints"]} == {own["ip"], "192.0.2.20"}
    assert shares(port["inside"][0]) == {own["ip"]: 0.5, "192.0.2.20": 0.5}
    space.until_settled()
    assert space.get("ExposeRequest", "web")["status"]["endpointSummary"]["total"] == 1
