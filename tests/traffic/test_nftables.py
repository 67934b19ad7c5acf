"""The same with the rules of kube-proxy's other mode: a cluster of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import Api
from localcluster.network.namespaces import NetworkNamespace
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.promise import no_request_fails
from tests.support.space import Space, administrator
from tests.support.traffic import TIMED_OUT, Client, Traffic, skip_if_impossible

pytestmark = pytest.mark.traffic


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    skip_if_impossible()
    with Cluster.start(nodes=2, containers=True, proxy_mode="nftables") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> Iterator[Api]:
    api = administrator(cluster)
    yield api
    api.close()


@pytest.fixture(scope="module")
def space(cluster: Cluster, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    install(cluster)
    log: Path = tmp_path_factory.mktemp("operator") / "log"
    with OperatorProcess(operator_kubeconfig(cluster), log):
        yield Space(api, cluster, "nftables")


@pytest.fixture(scope="module")
def traffic(space: Space, api: Api, cluster: Cluster) -> Traffic:
    """With a pod on the first node."""
    traffic = Traffic(space, api, cluster)
    traffic.start("web", nodeName="node1")
    return traffic


@pytest.fixture(scope="module")
def inside(traffic: Traffic) -> Client:
    client = traffic.client()
    traffic.until_ready("web", 1)
    return client


@pytest.fixture(scope="module")
def host(cluster: Cluster) -> Iterator[NetworkNamespace]:
    with cluster.network.host("outside", *cluster.network.address(101)) as host:
        yield host


def test_the_rules_are_those_of_nftables(cluster: Cluster) -> None:
    node = cluster.network.in_node(1)
    assert node.run(["nft", "list", "table", "ip", "kube-proxy"]).returncode == 0
    assert "KUBE-SERVICES" not in node.run(["iptables-save"]).stdout


def test_a_pod_answers_on_the_cluster_ip_and_every_nodes_port(
    space: Space, traffic: Traffic, cluster: Cluster, inside: Client, host: NetworkNamespace
) -> None:
    (pod,) = traffic.pod_names("app=web")
    space.expose("!80:http")
    status = space.until_ready()
    assert inside.until_answered(f"http://{status['clusterIP']}") == pod
    for number in (1, 2):
        node, _ = cluster.network.node_address(number)
        url = f"http://{node}:{status['ports'][0]['nodePort']}"
        assert Client.at(host).until_answered(url) == pod


def test_a_local_policy_leads_to_pods_of_the_node_only_and_keeps_the_clients_address(
    space: Space, cluster: Cluster, inside: Client, host: NetworkNamespace
) -> None:
    local = {"spec": {"externalTrafficPolicy": "Local"}}
    space.expose("!80:http", name="local", selector={"app": "web"}, serviceTemplate=local)
    port = space.until_ready("local")["ports"][0]["nodePort"]
    outside = Client.at(host)
    (with_pod, _), (without, _) = map(cluster.network.node_address, (1, 2))
    address, _ = cluster.network.address(101)
    assert outside.until_answered(f"http://{with_pod}:{port}/client").startswith(f"{address}:")
    outside.until_unanswered(f"http://{without}:{port}", TIMED_OUT, "--max-time", "1")


def test_no_request_fails_while_the_request_is_edited(
    space: Space, traffic: Traffic, cluster: Cluster, inside: Client, host: NetworkNamespace
) -> None:
    labels = {"app": "edited"}
    for number in (1, 2):
        name = f"edited-{number}"
        traffic.start(name, labels={**labels, "part": name}, nodeName=f"node{number}")
    space.expose("!http=80:http", name="edited", selector=labels)
    for number in (1, 2):
        traffic.until_ready(f"edited-{number}", 1)
    status = space.until_ready("edited")
    node, _ = cluster.network.node_address(2)
    cluster_ip = f"http://{status['clusterIP']}"
    node_port = f"http://{node}:{status['ports'][0]['nodePort']}"
    inside.until_shared(cluster_ip, traffic.pod_names("app=edited"))
    outside = Client.at(host)
    outside.until_shared(node_port, traffic.pod_names("app=edited"))
    with no_request_fails((inside, cluster_ip), (outside, node_port)):
        ports = ["!http=80:http", "!81:http"]
        space.ask("edited", ports=ports, selector={"part": "edited-1"})
        space.until_ready("edited")
        inside.until_shared(f"{cluster_ip}:81", traffic.pod_names("part=edited-1"))
