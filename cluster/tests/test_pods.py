"""What becomes of nodes and pods: as far as others can see, they run."""

from collections.abc import Iterator
from itertools import count

import pytest

from cluster.tests.access import api, wait_for
from localcluster import Cluster
from localcluster.api import Api, Object

pytestmark = pytest.mark.cluster

_numbers = count(1)


@pytest.fixture(scope="module")
def admin(cluster: Cluster) -> Iterator[Api]:
    with api(cluster.kubeconfig) as client:
        yield client


@pytest.fixture
def namespace(admin: Api) -> Iterator[str]:
    """The path of a new namespace in which pods can be created."""
    name = f"stand-in-{next(_numbers)}"
    admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    path = f"/api/v1/namespaces/{name}"
    # Without its account, the ServiceAccount admission refuses pods.
    wait_for(admin, f"{path}/serviceaccounts", lambda accounts: names(accounts) == ["default"])
    yield path
    admin.request("DELETE", path)


def names(objects: list[Object]) -> list[str]:
    return [each["metadata"]["name"] for each in objects]


def pod(name: str, **metadata: object) -> Object:
    return {
        "metadata": {"name": name, **metadata},
        "spec": {"containers": [{"name": "main", "image": "example.org/main:1"}]},
    }


def conditions(pod: Object) -> dict[str, str]:
    return {each["type"]: each["status"] for each in pod["status"].get("conditions", [])}


def run(admin: Api, namespace: str, pod: Object) -> Object:
    """Create a pod and wait until it runs."""
    admin.request("POST", f"{namespace}/pods", pod)
    name = pod["metadata"]["name"]

    def runs(pods: list[Object]) -> bool:
        return any(
            each["metadata"]["name"] == name and each["status"]["phase"] == "Running"
            for each in pods
        )

    return next(
        each
        for each in wait_for(admin, f"{namespace}/pods", runs)
        if each["metadata"]["name"] == name
    )


def test_nodes_are_ready_and_in_zones_of_their_own(admin: Api) -> None:
    nodes = admin.get("/api/v1/nodes")["items"]
    found = [
        (
            each["metadata"]["name"],
            each["metadata"]["labels"]["topology.kubernetes.io/zone"],
            each["status"]["addresses"][0]["address"],
            each["spec"].get("taints", []),
            conditions(each),
        )
        for each in nodes
    ]
    ready = {
        "Ready": "True",
        "MemoryPressure": "False",
        "DiskPressure": "False",
        "PIDPressure": "False",
    }
    assert found == [
        ("node1", "zone-a", "10.240.0.1", [], ready),
        ("node2", "zone-b", "10.240.0.2", [], ready),
    ]


def test_the_pods_of_a_deployment_become_ready_with_addresses_of_their_nodes(
    admin: Api, namespace: str
) -> None:
    template = pod("ignored", labels={"app": "web"})
    deployment = {
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 4,
            "selector": {"matchLabels": {"app": "web"}},
            "template": template,
        },
    }
    deployments = namespace.replace("/api/v1/", "/apis/apps/v1/") + "/deployments"
    admin.request("POST", deployments, deployment)
    wait_for(admin, deployments, lambda found: found[0]["status"].get("readyReplicas") == 4)
    pods = admin.get(f"{namespace}/pods")["items"]
    assert {each["spec"]["nodeName"] for each in pods} <= {"node1", "node2"}
    assert len({each["status"]["podIP"] for each in pods}) == 4
    for each in pods:
        number = each["spec"]["nodeName"].removeprefix("node")
        assert each["status"]["podIP"].startswith(f"10.244.{number}.")
        assert each["status"]["hostIP"] == f"10.240.0.{number}"
        assert (each["status"]["phase"], conditions(each)["Ready"]) == ("Running", "True")


def test_a_pod_runs_but_is_not_ready_if_it_says_so(admin: Api, namespace: str) -> None:
    annotations = {"localcluster.dev/stand-in": "not-ready"}
    found = run(admin, namespace, pod("unready", annotations=annotations))
    assert conditions(found) == {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": "False",
        "Ready": "False",
    }
    assert [each["ready"] for each in found["status"]["containerStatuses"]] == [False]


def test_a_status_that_somebody_else_has_set_stays(admin: Api, namespace: str) -> None:
    run(admin, namespace, pod("changed"))
    unready = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    kind = "application/strategic-merge-patch+json"
    admin.request("PATCH", f"{namespace}/pods/changed/status", unready, kind)
    # By the time that the node has got a later pod running, it has seen the change as well.
    node = admin.get(f"{namespace}/pods/changed")["spec"]["nodeName"]
    later = pod("later")
    later["spec"]["nodeName"] = node
    run(admin, namespace, later)
    assert conditions(admin.get(f"{namespace}/pods/changed"))["Ready"] == "False"


def test_a_pod_of_the_host_network_has_the_address_of_its_node(admin: Api, namespace: str) -> None:
    wanted = pod("host")
    wanted["spec"] |= {"hostNetwork": True, "nodeName": "node2"}
    found = run(admin, namespace, wanted)
    assert (found["status"]["podIP"], found["status"]["hostIP"]) == ("10.240.0.2", "10.240.0.2")


def test_a_deleted_pod_goes_away_and_its_address_rests(admin: Api, namespace: str) -> None:
    first = pod("first")
    first["spec"]["nodeName"] = "node1"
    address = run(admin, namespace, first)["status"]["podIP"]
    # The grace period is the usual 30 s: the node has nothing to stop, and doesn't use it.
    admin.request("DELETE", f"{namespace}/pods/first")
    wait_for(admin, f"{namespace}/pods", lambda pods: pods == [])
    second = pod("first")
    second["spec"]["nodeName"] = "node1"
    assert run(admin, namespace, second)["status"]["podIP"] != address


def test_a_pod_in_a_new_namespace_gets_the_account_of_that_namespace(
    admin: Api, namespace: str
) -> None:
    found = admin.request("POST", f"{namespace}/pods", pod("with-account"))
    sources = found["spec"]["volumes"][0]["projected"]["sources"]
    assert found["spec"]["serviceAccountName"] == "default"
    assert [set(source) for source in sources] == [
        {"serviceAccountToken"},
        {"configMap"},
        {"downwardAPI"},
    ]
