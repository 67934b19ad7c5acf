"""A. One pod, one ClusterIP, affinity."""

import time
from collections.abc import Iterator

import pytest

from localcluster import Cluster
from localcluster.api import ApiError, Object
from tests.support.space import Space, condition
from tests.support.traffic import REFUSED, Client, Traffic, echo_pod

pytestmark = pytest.mark.traffic

HTTP = [{"name": "http", "containerPort": 80}]
FORGET = 5  # seconds


@pytest.fixture(scope="module", autouse=True)
def workloads(space: Space, traffic: Traffic) -> None:
    """One pod, and a Deployment of two, all on port 80."""
    space.create(
        "Pod", "nginx", **echo_pod(args=["--http=80"], ports=HTTP, labels={"run": "nginx"})
    )
    traffic.start("two", 2, args=["--http=80"], ports=HTTP)
    traffic.start("scaled", 1, args=["--http=80"], ports=HTTP)
    traffic.until_ready("two", 2)


@pytest.fixture
def clients(cluster: Cluster) -> Iterator[dict[str, Client]]:
    """Twenty clients by their addresses; all are on one machine."""
    addresses = [cluster.network.address(number)[0] for number in range(101, 121)]
    with cluster.network.host("clients", *addresses) as host:
        yield dict.fromkeys(addresses, Client.at(host))


def test_a1_one_pod_answers_on_the_cluster_ip(space: Space, inside: Client) -> None:
    space.expose("80", name="nginx", selector={"run": "nginx"})
    status = space.until_endpoints("nginx", ready=1, total=1)
    pod = space.get("Pod", "nginx")
    (row,) = status["endpoints"]
    assert (row["ip"], row["ports"]) == (pod["status"]["podIP"], [80])
    assert status["clusterIP"] == space.get("Service", "nginx")["spec"]["clusterIP"]
    assert inside.until_answered(f"http://{status['clusterIP']}:80") == "nginx"


def test_a2_affinity_keeps_each_client_at_one_pod(
    space: Space, traffic: Traffic, clients: dict[str, Client]
) -> None:
    pods = traffic.pod_names("app=two")
    anyone = next(iter(clients.values()))

    def stand(name: str, **template: object) -> str:
        spec = {"serviceTemplate": {"spec": template}} if template else {}
        space.expose("80", name=name, selector={"app": "two"}, **spec)
        url = f"http://{space.until_endpoints(name, ready=2, total=2)['clusterIP']}"
        anyone.until_answered(url)
        return url

    def ask(url: str, times: int) -> dict[str, list[str]]:
        return {
            address: client.ask(url, times, "--interface", address)
            for address, client in clients.items()
        }

    moody = stand("moody")
    faithful = stand("faithful", **affinity())
    forgetful = stand("forgetful", **affinity(FORGET))
    timeout = space.get("Service", "faithful")["spec"]["sessionAffinityConfig"]["clientIP"]
    assert timeout == {"timeoutSeconds": 10800}
    anyone.until_shared(moody, pods, times=20)

    first = ask(faithful, 20)
    assert [len(set(answers)) for answers in first.values()] == [1] * len(clients)
    assert {answers[0] for answers in first.values()} == pods

    before = ask(forgetful, 2)
    assert [len(set(answers)) for answers in before.values()] == [1] * len(clients)
    # Whoever asks is remembered anew: nothing but time that passes in silence makes nodes forget.
    time.sleep(FORGET + 1)
    after = ask(forgetful, 2)
    assert [len(set(answers)) for answers in after.values()] == [1] * len(clients)
    assert after != before
    assert ask(faithful, 20) == first


@pytest.mark.parametrize("seconds", [0, 86401])
def test_a2_an_affinity_that_cannot_be_is_refused(space: Space, seconds: int) -> None:
    with pytest.raises(ApiError, match="timeoutSeconds"):
        space.expose("80", name="wrong", serviceTemplate={"spec": affinity(seconds)})


def test_a3_the_endpoint_list_follows_the_deployment(
    space: Space, traffic: Traffic, inside: Client
) -> None:
    space.expose("80", name="scaled")
    since = ready_since(space)
    url = f"http://{space.until_ready('scaled')['clusterIP']}"
    for replicas in (1, 3):
        traffic.scale("scaled", replicas)
        rows = space.until_endpoints("scaled", ready=replicas, total=replicas)["endpoints"]
        pods = traffic.pods("app=scaled")
        assert {row["ip"]: (row["targetRef"], row["nodeName"]) for row in rows} == {
            pod["status"]["podIP"]: (reference(pod), pod["spec"]["nodeName"]) for pod in pods
        }
        inside.until_shared(url, traffic.pod_names("app=scaled"))
    traffic.scale("scaled", 0)
    space.until_refused("scaled", "NoPodsMatch", "EndpointsAvailable")
    assert space.until_endpoints("scaled", ready=0, total=0)["endpoints"] == []
    assert ready_since(space) == since
    inside.until_unanswered(url, REFUSED)


def affinity(seconds: int | None = None) -> Object:
    """The Service's fields that keep a client at one pod, for so long or for the usual time."""
    spec: Object = {"sessionAffinity": "ClientIP"}
    if seconds is not None:
        spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": seconds}}
    return spec


def ready_since(space: Space) -> str:
    """Since when the request is Ready, without any break."""
    space.until_ready("scaled")
    ready = condition(space.get("ExposeRequest", "scaled"), "Ready")
    assert ready["status"] == "True"
    since: str = ready["lastTransitionTime"]
    return since


def reference(pod: Object) -> Object:
    return {"kind": "Pod", "name": pod["metadata"]["name"]}
