"""D. Kubia: names, no selector, node ports."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from localcluster import Cluster, build
from localcluster.api import Api, Object
from localcluster.network import Network
from tests.support import tls
from tests.support.space import Space
from tests.support.traffic import REFUSED, TIMED_OUT, Client, Traffic, echo_pod

pytestmark = pytest.mark.traffic

PATIENCE = 10
"""For how many seconds an answer is awaited: on a busy machine some take more than two.

One that is sent where nobody is won't be answered then either.
"""


@pytest.fixture(scope="module", autouse=True)
def workloads(api: Api, space: Space, traffic: Traffic) -> None:
    """Three pods, exposed on port 80; two with http and https; and one on node1."""
    tls.make_secret(api, space.name, "named", ["named"])
    traffic.start("kubia", 3)
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "named"}}}
    space.create("Deployment", "named", spec={**spec, "template": with_numbers(8080, 8443)})
    traffic.start("single", nodeName="node1")
    space.expose("80:8080", name="kubia")
    space.until_endpoints("kubia", ready=3, total=3)


@pytest.fixture(scope="module")
def inside(traffic: Traffic) -> Client:
    """A pod that has the authority's certificate."""
    return traffic.client(mounts=tls.MOUNTS, volumes=tls.volumes("named"))


def test_d1_names_of_ports_outlive_their_numbers(
    space: Space, traffic: Traffic, inside: Client
) -> None:
    space.expose("http=80:http", "https=443:https", name="named")
    status = space.until_endpoints("named", ready=2, total=2)
    assert [row["ports"] for row in status["endpoints"]] == [[8080, 8443]] * 2
    old = traffic.pod_names("app=named")
    trusting, patient = f"--ca={tls.AUTHORITY}", f"--timeout={PATIENCE}"
    inside.until_answered("http://named")
    inside.until_answered("https://named", trusting)
    with (
        inside.steady("http://named", patient) as over_http,
        inside.steady("https://named", trusting, patient) as over_https,
    ):
        all_at_once = {"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}}
        spec = {"strategy": all_at_once, "template": with_numbers(9080, 9443)}
        space.patch("Deployment", "named", {"spec": spec})
        traffic.until_ready("named", 2)
        status = space.until_endpoints("named", ready=2, total=2)
        new = traffic.pod_names("app=named")
        over_http.until_further(20)
        over_https.until_further(20)
    assert [row["ports"] for row in status["endpoints"]] == [[9080, 9443]] * 2
    for answers in (over_http, over_https):
        assert [each for each in answers if each.error] == []
        assert {each.answer for each in answers} == old | new
        assert {each.answer for each in answers[-20:]} == new
    assert space.get("ExposeRequest", "named")["metadata"]["generation"] == 1


def test_d2_addresses_of_other_machines_take_the_place_of_pods(
    cluster: Cluster, space: Space, inside: Client
) -> None:
    with (
        server(cluster.network, "eleven", "11.11.11.11"),
        server(cluster.network, "twenty-two", "22.22.22.22"),
    ):
        space.expose("80", name="external", addresses=["11.11.11.11", "22.22.22.22"])
        url = f"http://{space.until_endpoints('external', ready=2, total=2)['clusterIP']}"
        assert "selector" not in space.get("Service", "external")["spec"]
        assert owned_addresses(space) == [{"11.11.11.11", "22.22.22.22"}] * 2
        inside.until_shared(url, {"eleven", "twenty-two"})

        space.ask("external", addresses=["22.22.22.22"])
        space.until_endpoints("external", ready=1, total=1)
        assert owned_addresses(space) == [{"22.22.22.22"}] * 2
        inside.until_shared(url, {"twenty-two"})


def test_d3_a_node_port_is_on_every_node_or_where_a_pod_is(
    cluster: Cluster, space: Space, traffic: Traffic, outside: Client
) -> None:
    (pod,) = traffic.pod_names("app=single")
    here, there = (f"http://{cluster.network.node_address(number)[0]}:30123" for number in (1, 2))
    address, _ = cluster.network.address(101)
    space.expose("!30123:80:8080", name="single")
    status = space.until_endpoints("single", ready=1, total=1)
    assert [row["nodeName"] for row in status["endpoints"]] == ["node1"]
    for url in (here, there):
        assert outside.until_answered(url) == pod
    # The answer has to come back by the node that was asked, so the pod sees that one.
    assert seen_by_pod(outside, there) != address

    space.ask("single", serviceTemplate={"spec": {"externalTrafficPolicy": "Local"}})
    space.until_ready("single")
    outside.until_unanswered(there, TIMED_OUT, "--max-time", "1")
    assert set(outside.ask(here, 20)) == {pod}
    assert seen_by_pod(outside, here) == address


def test_d4_each_pod_gets_its_part_and_nothing_while_it_is_not_ready(
    space: Space, traffic: Traffic, inside: Client
) -> None:
    pods = traffic.pod_names("app=kubia")
    url = f"http://{space.until_ready('kubia')['clusterIP']}"
    inside.until_shared(url, pods)
    # Each of 300 has one pod in three: 100 on average, 8 standard deviation. Six of these are rare.
    assert all(52 < count < 148 for count in Counter(inside.ask(url, 300)).values())

    lame = traffic.pods("app=kubia")[0]
    name, readiness = lame["metadata"]["name"], f"http://{lame['status']['podIP']}:8080/ready"
    with inside.steady(url, f"--timeout={PATIENCE}", rate=50) as answers:
        told = time.time()
        inside.ask(f"{readiness}?is=false", 1, "--request", "POST")
        rows = space.until_endpoints("kubia", ready=2, total=3)["endpoints"]
        assert [row["targetRef"]["name"] for row in rows if not row["ready"]] == [name]
        inside.until_shared(url, pods - {name})
        # Were it one of three still, all of these would miss it once in 10^17 runs.
        assert {each.answer for each in answers.until_further(100)} == pods - {name}
    assert [each for each in answers if each.error] == []
    assert max(each.at for each in answers if each.answer == name) - told < 5
    inside.ask(f"{readiness}?is=true", 1, "--request", "POST")
    space.until_endpoints("kubia", ready=3, total=3)
    inside.until_shared(url, pods)


def test_d5_the_cluster_ip_answers_on_the_services_port_only(space: Space, inside: Client) -> None:
    address = space.until_ready("kubia")["clusterIP"]
    inside.until_answered(f"http://{address}")
    for port in (81, 443, 8080):
        closed = inside.attempt(f"http://{address}:{port}", "--max-time", "1")
        assert closed in (REFUSED, TIMED_OUT)
    assert inside.attempt(f"http://{address}") == 0


def with_numbers(http: int, https: int) -> Object:
    """A template of pods whose ports "http" and "https" have these numbers.

    One that ends serves on until every node knows, as is usual for a rollout that nobody notices.
    """
    return echo_pod(
        args=[f"--http={http}", f"--https={https}", *tls.SERVE, "--linger=3"],
        ports=[{"name": "http", "containerPort": http}, {"name": "https", "containerPort": https}],
        labels={"app": "named"},
        mounts=tls.MOUNTS,
        volumes=tls.volumes("named"),
        terminationGracePeriodSeconds=10,
    )


@contextmanager
def server(network: Network, name: str, address: str) -> Iterator[None]:
    """A machine outside of the cluster that answers on port 80 with its name."""
    command = ["env", f"POD_NAME={name}", str(build.built(build.ECHO)), "serve", "--http=80"]
    with network.host(name, address) as host, host.popen(command) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == '{"http":[80]}\n'
            yield
        finally:
            process.kill()


def owned_addresses(space: Space) -> list[set[str]]:
    """The addresses in the Endpoints and in the only EndpointSlice of request "external"."""
    endpoints = space.get("Endpoints", "external")
    (name,) = (each for each in space.names("EndpointSlice") if each.startswith("external-"))
    found = space.get("EndpointSlice", name)
    for each in (endpoints, found):
        assert each["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "exposer"
    return [
        {each["ip"] for subset in endpoints["subsets"] for each in subset["addresses"]},
        {address for each in found["endpoints"] for address in each["addresses"]},
    ]


def seen_by_pod(client: Client, url: str) -> str:
    """The address that the pod has the connection from."""
    (seen,) = client.ask(f"{url}/client")
    return seen.rpartition(":")[0]
