"""A pod answers, by each way to it."""

import json

import pytest

from localcluster import Cluster, build
from tests.support.space import Space
from tests.support.traffic import REFUSED, TIMED_OUT, Client, Traffic

pytestmark = pytest.mark.traffic


def test_a_pod_answers_through_cluster_ip_node_ports_and_by_name(
    space: Space, traffic: Traffic, traffic_cluster: Cluster
) -> None:
    space.expose("!80:http", serviceTemplate={"spec": {"ipFamilyPolicy": "RequireDualStack"}})
    traffic.serve("web")
    (pod,) = (each["metadata"]["name"] for each in traffic.pods("app=web"))
    space.until_endpoints("web", ready=1, total=1)  # the one pod, with its two addresses
    status = space.until_ready()
    inside = traffic.client()

    assert inside.until_answered(f"http://{status['clusterIP']}") == pod
    assert inside.ask(f"http://[{status['clusterIPs'][1]}]", times=2) == [pod, pod]
    assert inside.ask("http://web") == [pod]
    assert inside.ask(f"http://{status['dnsName']}") == [pod]
    assert inside.resolve("web") == [status["clusterIP"]]
    assert inside.resolve("web", "AAAA") == [status["clusterIPs"][1]]
    assert inside.attempt(f"http://{status['clusterIP']}:81") in (REFUSED, TIMED_OUT)

    network = traffic_cluster.network
    with network.host("outside", *network.address(101)) as host:
        outside = Client.at(host)
        for node in (1, 2):
            port = status["ports"][0]["nodePort"]
            ipv4, ipv6 = network.node_address(node)
            assert outside.until_answered(f"http://{ipv4}:{port}") == pod
            assert outside.ask(f"http://[{ipv6}]:{port}") == [pod]
        with outside.steady(f"http://{ipv4}:{port}", rate=50) as answers:
            inside.ask("http://web", times=10)
    assert {(each.answer, each.error) for each in answers} == {(pod, "")}


def test_a_pod_reaches_a_server_beside_the_nodes_at_a_foreign_address(
    traffic: Traffic, traffic_cluster: Cluster
) -> None:
    inside = traffic.client()
    with traffic_cluster.network.host("server", "11.11.11.11", "2001:db8::11") as host:
        server = host.popen([str(build.built(build.ECHO)), "serve", "--http=80"])
        assert server.stdout is not None
        assert json.loads(server.stdout.readline()) == {"http": [80]}
        for address in ("11.11.11.11", "[2001:db8::11]"):
            # As in any cluster, pods are known outside by their node's address.
            (seen,) = inside.ask(f"http://{address}/client")
            nodes = {traffic_cluster.network.node_address(node) for node in (1, 2)}
            assert seen.rpartition(":")[0].strip("[]") in {each for pair in nodes for each in pair}
    assert inside.attempt("http://11.11.11.11") != 0
