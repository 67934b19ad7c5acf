"""C. An application with http and https."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from localcluster.network.namespaces import Namespaces
from tests.support import tls
from tests.support.asking import Asking
from tests.support.space import Space
from tests.support.traffic import Client, Traffic, echo_pod

pytestmark = pytest.mark.traffic

ARGS = ("--http=80", "--https=443", *tls.SERVE)
HTTP = ({"name": "http", "containerPort": 80},)
RUN = {"run": "my-nginx"}
EXTERNAL = "203.0.113.1"
INGRESS = "192.0.2.80"
NODE1 = "/api/v1/nodes/node1"


@pytest.fixture(scope="module")
def authority(
    api: Api, cluster: Cluster, space: Space, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Whom clients outside have to trust; the certificate is in Secret "my-nginx"."""
    name = f"my-nginx.{space.name}"
    names = ["my-nginx", name, f"{name}.svc.cluster.local"]
    nodes = [cluster.network.node_address(number)[0] for number in (1, 2)]
    certificate = tls.make_secret(api, space.name, "my-nginx", [*names, *nodes, EXTERNAL])
    path = tmp_path_factory.mktemp("tls") / "ca.crt"
    path.write_bytes(certificate)
    return path


@pytest.fixture(scope="module", autouse=True)
def my_nginx(space: Space, traffic: Traffic, authority: Path) -> None:
    """Two pods with http on 80 and https on 443, exposed inside the cluster."""
    volumes = tls.volumes("my-nginx")
    traffic.start(
        "my-nginx", 2, args=ARGS, ports=HTTP, labels=RUN, mounts=tls.MOUNTS, volumes=volumes
    )
    space.expose("http=8080:80", "https=443", name="my-nginx", selector=RUN)
    space.until_endpoints("my-nginx", ready=2, total=2)


@pytest.fixture(scope="module")
def inside(traffic: Traffic, authority: Path) -> Client:
    """A pod that has the authority's certificate."""
    return traffic.client(mounts=tls.MOUNTS, volumes=tls.volumes("my-nginx"))


@pytest.fixture
def asking(cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(cluster, space.name, capsys)


@pytest.fixture
def external_address(api: Api, cluster: Cluster, outside_host: Namespaces) -> Iterator[str]:
    """An ExternalIP of node1: clouds translate it to the address that the node knows of."""
    addresses = api.get(NODE1)["status"]["addresses"]

    def replace(addresses: list[Object]) -> None:
        status = {"status": {"addresses": addresses}}
        api.request("PATCH", f"{NODE1}/status", status, "application/merge-patch+json")

    node, _ = cluster.network.node_address(1)
    outside_host.configure(f"route add {EXTERNAL} via {node}")
    rule = ["--destination", EXTERNAL, "--jump", "DNAT", "--to-destination", node]
    done = outside_host.run(["iptables", "--table", "nat", "--append", "OUTPUT", *rule])
    assert done.returncode == 0, done.stderr
    replace([*addresses, {"type": "ExternalIP", "address": EXTERNAL}])
    yield EXTERNAL
    replace(addresses)


def test_c1_http_and_https_answer_on_the_cluster_ip(
    space: Space, traffic: Traffic, inside: Client
) -> None:
    pods = traffic.pod_names("run=my-nginx")
    address = space.until_ready("my-nginx")["clusterIP"]
    assert inside.resolve("my-nginx") == [address]
    inside.until_shared(f"http://{address}:8080", pods)
    trusting = ("--cacert", tls.AUTHORITY)
    assert set(inside.ask("https://my-nginx", 20, *trusting)) == pods
    assert inside.attempt("https://my-nginx") != 0


def test_c2_the_names_and_variables_that_url_tells_are_those_that_pods_have(
    space: Space, traffic: Traffic, inside: Client, asking: Asking
) -> None:
    address = space.until_ready("my-nginx")["clusterIP"]
    ways = asking.ask("url", "my-nginx", "-o", "json").document
    # A Service's variables are in pods that start after it was made.
    space.create("Pod", "late", **echo_pod(labels={"app": "late"}))
    late = traffic.until_pod_ready("late")["status"]["podIP"]
    variables = json.loads(inside.ask(f"http://{late}:8080/env")[0])
    of_service = {name: each for name, each in variables.items() if name.startswith("MY_NGINX_")}
    assert of_service == ways["environment"]
    assert of_service["MY_NGINX_SERVICE_HOST"] == address
    assert of_service["MY_NGINX_SERVICE_PORT"] == of_service["MY_NGINX_SERVICE_PORT_HTTP"] == "8080"

    pods = traffic.pod_names("run=my-nginx")
    for name in ways["dns"]:
        assert inside.resolve(name) == [address]
    doors = [door["url"] for door in ways["inside"]]
    assert [door.partition(":")[0] for door in doors] == ["http", "https"]
    for door in doors:
        assert set(inside.ask(door, 20, "--cacert", tls.AUTHORITY)) == pods


def test_c3_made_a_node_port_it_keeps_its_address_and_every_door_opens(
    cluster: Cluster,
    space: Space,
    traffic: Traffic,
    outside: Client,
    external_address: str,
    authority: Path,
    asking: Asking,
) -> None:
    space.expose("http=8080:80", "https=443", name="public", selector=RUN)
    before = space.until_ready("public")
    space.ask("public", ports=["!http=8080:80", "!https=443"])
    after = space.until_ready("public")
    assert (before["type"], after["type"]) == ("ClusterIP", "NodePort")
    assert after["clusterIP"] == before["clusterIP"]

    doors = asking.ask("url", "public", "-o", "json").document["nodePorts"]
    ports = {port["name"]: port["nodePort"] for port in after["ports"]}
    nodes = [cluster.network.node_address(number)[0] for number in (1, 2)]
    assert {door["url"] for door in doors} == {
        f"{name}://{host}:{port}"
        for name, port in ports.items()
        for host in (external_address, *nodes)
    }
    pods = traffic.pod_names("run=my-nginx")
    for door in doors:
        assert outside.until_answered(door["url"], f"--ca={authority}") in pods
        assert set(outside.ask(door["url"], 20, "--cacert", str(authority))) == pods


def test_c4_a_load_balancer_is_ready_once_it_has_an_address(
    cluster: Cluster, space: Space, traffic: Traffic, outside_host: Namespaces, outside: Client
) -> None:
    node, _ = cluster.network.node_address(1)
    outside_host.configure(f"route add {INGRESS} via {node}")
    space.expose("^80", name="balanced", selector=RUN)
    space.until_refused("balanced", "Pending")
    space.until_endpoints("balanced", ready=2, total=2)
    assert outside.attempt(f"http://{INGRESS}") != 0
    # What a controller of load balancers does, once it has one.
    ingress = {"status": {"loadBalancer": {"ingress": [{"ip": INGRESS}]}}}
    space.patch("Service", "balanced", ingress, "/status")
    status = space.until_ready("balanced")
    assert status["loadBalancer"]["ingress"] == [{"ip": INGRESS}]
    pods = traffic.pod_names("run=my-nginx")
    outside.until_shared(f"http://{INGRESS}", pods)
