"""The chart with the image of the Dockerfile, on nodes that really run it."""

import json
import os
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from localcluster.containers import requirements
from localcluster.node_folder import RUNTIME_SOCKET
from tests.support.helm import CHART, NAMESPACE, helm
from tests.support.operator_image import operator_image
from tests.support.operator_process import kubectl
from tests.support.space import Space, administrator
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.traffic

_HERE = f"--namespace={NAMESPACE}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes that have the image, and a namespace for it that is as strict as can be."""
    problem = requirements.missing()
    if problem and not os.environ.get("EXPOSER_REQUIRE_TRAFFIC"):
        pytest.skip(problem)
    archive = operator_image()
    with Cluster.start(nodes=2, containers=True) as cluster:
        for node in (1, 2):
            ctr = ["ctr", f"--address={RUNTIME_SOCKET}", "--namespace=k8s.io", "images", "import"]
            done = cluster.network.in_node(node).run([*ctr, str(archive)], timeout=300)
            assert done.returncode == 0, done.stderr
        kubectl(cluster, "create", "namespace", NAMESPACE)
        strict = "pod-security.kubernetes.io/enforce=restricted"
        kubectl(cluster, "label", "namespace", NAMESPACE, strict)
        yield cluster


@pytest.fixture(scope="module")
def space(cluster: Cluster, api: Api) -> Space:
    """The chart is installed, and this is a namespace of a user."""
    image = "--set=image.repository=exposer.local/exposer"
    access = cluster.kubeconfig
    helm("install", "exposer", str(CHART), _HERE, image, "--wait", kubeconfig=access)
    return Space(api, cluster, "shop")


def test_both_replicas_run_on_nodes_of_their_own(cluster: Cluster, space: Space) -> None:
    pods = _pods(cluster)
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert {pod["spec"]["nodeName"] for pod in pods} == {"node1", "node2"}
    assert sum(each["restartCount"] for pod in pods for each in _containers(pod)) == 0


def test_a_request_becomes_ready(space: Space) -> None:
    space.expose("!http=80:http", name="sample")
    assert space.until_ready("sample")["type"] == "NodePort"


def test_they_answer_the_kubelet_and_prometheus(cluster: Cluster, space: Space) -> None:
    for pod in _pods(cluster):
        address = f"http://{pod['status']['podIP']}:8080"
        for path, words in (("healthz", "ok"), ("readyz", "ok"), ("metrics", "exposer_leader")):
            command = ["curl", "--silent", "--fail", f"{address}/{path}"]
            assert words in cluster.network.in_node(1).run(command).stdout


def test_their_logs_are_json_with_the_request_on_its_lines(cluster: Cluster, space: Space) -> None:
    space.expose("80", name="logged")
    space.until_ready("logged")
    lines = kubectl(cluster, "logs", _HERE, _leader(cluster)).splitlines()
    told = [json.loads(line) for line in lines]
    assert any("shop/logged" in line["message"] for line in told)


def test_when_the_leader_is_killed_the_other_takes_over(cluster: Cluster, space: Space) -> None:
    killed = _leader(cluster)
    kubectl(cluster, "delete", "pod", killed, _HERE, "--force", "--grace-period=0")
    space.expose("80", name="after")
    space.until_ready("after")
    assert _leader(cluster) != killed


def test_when_it_is_uninstalled_requests_and_services_stay(cluster: Cluster, space: Space) -> None:
    helm("uninstall", "exposer", _HERE, "--wait", kubeconfig=cluster.kubeconfig)
    _until(lambda: _pods(cluster) == [])
    assert "sample" in space.names("ExposeRequest")
    assert "sample" in space.names("Service")


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> Iterator[Api]:
    """The cluster's API, for its administrator."""
    api = administrator(cluster)
    yield api
    api.close()


def _pods(cluster: Cluster) -> list[Object]:
    """The operator's pods."""
    found = kubectl(cluster, "get", "pods", _HERE, "--output=json")
    pods: list[Object] = json.loads(found)["items"]
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def _containers(pod: Object) -> list[Object]:
    statuses: list[Object] = pod["status"]["containerStatuses"]
    return statuses


def _leader(cluster: Cluster) -> str:
    """The pod that holds the Lease: its host's name begins what is written there."""
    lease = json.loads(kubectl(cluster, "get", "lease", "exposer", _HERE, "--output=json"))
    holder: str = lease["spec"]["holderIdentity"]
    return holder.partition("_")[0]


def _until(holds: Callable[[], bool]) -> None:
    end = monotonic() + SECONDS
    while not holds():
        assert monotonic() < end
        sleep(0.2)
