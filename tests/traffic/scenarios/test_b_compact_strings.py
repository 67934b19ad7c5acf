"""B. The compact strings."""

import json

import pytest

from localcluster import Cluster
from localcluster.api import ApiError, Object
from tests.support.operator_process import kubectl
from tests.support.space import Space, condition
from tests.support.traffic import Client, Traffic, echo_pod

pytestmark = pytest.mark.traffic

UNKNOWN_HOST = 6
"""The exit status of curl when a name stands for nothing."""

PODS = ("plain", "headless", "fixed", "blue", "green")
ARGS = ("--http=8088", "--http=80", "--udp=5353")
PORTS = ({"name": "http", "containerPort": 8088},)


@pytest.fixture(scope="module", autouse=True)
def workloads(space: Space, traffic: Traffic) -> None:
    """Pods that answer on 80, 8088 and, in UDP, 5353: of that label app, and a StatefulSet's."""
    for name in PODS:
        space.create("Pod", name, **a_pod(name))
    labels = {"app": "web"}
    spec = {"serviceName": "web", "selector": {"matchLabels": labels}, "template": a_pod("web")}
    space.create("StatefulSet", "web", spec=spec)
    for name in (*PODS, "web-0"):
        traffic.until_pod_ready(name)


def test_b1_each_string_is_what_kubectl_makes_of_the_wish_and_carries_traffic(
    cluster: Cluster, space: Space, inside: Client, outside: Client
) -> None:
    wishes = {
        "plain": ("80:8088", ["clusterip", "--tcp=80:8088"]),
        "headless": ("#80:80", ["clusterip", "--tcp=80:80", "--clusterip=None"]),
        "fixed": ("!31234:80:8088", ["nodeport", "--tcp=80:8088", "--node-port=31234"]),
        "named": ("@www.example.com", ["externalname", "--external-name=www.example.com"]),
    }
    statuses = {}
    for name, (string, (kind, *flags)) in wishes.items():
        theirs = dry_run(cluster, space, "create", "service", kind, name, *flags)
        space.expose(string, name=name)
        statuses[name] = space.until_ready(name)
        ours = space.get("Service", name)["spec"]
        if name == "named":
            # A DNS name selects no pods; kubectl gives it a selector that does nothing.
            del theirs["selector"]
        assert but_addresses(ours) == but_addresses(theirs)

    assert inside.until_answered(f"http://{statuses['plain']['clusterIP']}") == "plain"
    space.until_endpoints("headless", ready=1, total=1)
    assert inside.until_answered("http://headless") == "headless"
    assert inside.resolve("headless") == [space.get("Pod", "headless")["status"]["podIP"]]
    for node in (1, 2):
        address, _ = cluster.network.node_address(node)
        assert outside.until_answered(f"http://{address}:31234") == "fixed"
    assert inside.resolve("named", "CNAME") == ["www.example.com."]


@pytest.mark.parametrize(
    ("name", "string", "flags"),
    [
        ("exposed", "80:8088", ["--target-port=8088"]),
        ("exposed-headless", "#80:80", ["--cluster-ip=None"]),
        ("exposed-outside", "!80:8088", ["--target-port=8088", "--type=NodePort"]),
    ],
)
def test_b1_a_string_is_what_kubectl_exposes(
    cluster: Cluster, space: Space, inside: Client, name: str, string: str, flags: list[str]
) -> None:
    # By its own choice it takes all labels of the pod, that of its zone as well.
    usual = ("pod", "blue", "--selector=app=blue", f"--name={name}", "--port=80")
    theirs = dry_run(cluster, space, "expose", *usual, *flags)
    space.expose(string, name=name, selector={"app": "blue"})
    space.until_endpoints(name, ready=1, total=1)
    ours = space.get("Service", name)["spec"]
    for spec in (ours, theirs):
        for port in spec["ports"]:
            port.pop("name", None)  # kubectl expose leaves a single port without one
            port.pop("nodePort", None)  # picked by the cluster
    assert but_addresses(ours) == but_addresses(theirs)
    assert inside.until_answered(f"http://{name}") == "blue"


def test_b2_strings_of_several_kinds_are_refused(space: Space) -> None:
    with pytest.raises(ApiError) as refused:
        space.expose("80:8088", "#80:80", "!31234:80:8088", "@www.example.com", name="mixed")
    assert refused.value.code == 422
    assert '"80:8088"' in str(refused.value)
    assert '"#80:80"' in str(refused.value)


def test_b3_the_pods_of_a_stateful_set_have_names_in_its_service_only(
    space: Space, inside: Client
) -> None:
    space.expose("#80:80", name="web")
    space.expose("#80:80", name="other", selector={"app": "web"})
    for name, note in (
        ("web", ""),
        (
            "other",
            "; the pods have no DNS names of their own here, as the serviceName of their "
            'StatefulSet is "web"',
        ),
    ):
        space.until_endpoints(name, ready=1, total=1)
        space.until_told("EndpointsAvailable", f"1 of 1 endpoints are ready{note}", name)
        assert inside.until_answered(f"http://{name}") == "web-0"
    full = f"web-0.web.{space.name}.svc.cluster.local"
    assert inside.ask(f"http://{full}") == ["web-0"]
    assert inside.resolve(full) == [space.get("Pod", "web-0")["status"]["podIP"]]
    assert inside.attempt(f"http://web-0.other.{space.name}.svc.cluster.local") == UNKNOWN_HOST


def test_b4_a_host_is_an_alias_that_can_be_moved(space: Space, inside: Client) -> None:
    for name in ("blue", "green"):
        space.expose("80", name=name)
        space.until_endpoints(name, ready=1, total=1)
        inside.until_answered(f"http://{name}")

    def host(name: str) -> str:
        return f"{name}.{space.name}.svc.cluster.local"

    space.expose(f"@{host('blue')}", name="alias")
    status = space.until_ready("alias")
    assert inside.until_answered("http://alias") == "blue"
    assert inside.resolve("alias", "CNAME") == [f"{host('blue')}."]
    assert (status["externalName"], status.get("endpoints", [])) == (host("blue"), [])
    space.until_refused("alias", "NotApplicable", "EndpointsAvailable")

    space.ask("alias", ports=[f"@{host('green')}"])
    space.until_ready("alias")
    inside.until_answered("http://alias", by="green")
    assert inside.resolve("alias", "CNAME") == [f"{host('green')}."]
    assert "selector" not in space.get("Service", "alias")["spec"]
    assert not [name for name in space.names("EndpointSlice") if name.startswith("alias")]


def test_b5_a_node_port_that_is_taken_is_waited_for(
    cluster: Cluster, space: Space, outside: Client
) -> None:
    port = {"port": 80, "targetPort": 8088, "nodePort": 31235}
    spec = {"type": "NodePort", "selector": {"app": "blue"}, "ports": [port]}
    space.create("Service", "holder", spec=spec)
    address, _ = cluster.network.node_address(1)
    assert outside.until_answered(f"http://{address}:31235") == "blue"

    space.expose("!31235:80:8088", name="waiting", selector={"app": "green"})
    space.until_refused("waiting", "NodePortTaken")
    ready = condition(space.get("ExposeRequest", "waiting"), "Ready")
    assert 'it is held by Service "holder"' in ready["message"]
    assert outside.ask(f"http://{address}:31235") == ["blue"]

    space.delete("Service", "holder")
    space.until_ready("waiting")
    space.until_endpoints("waiting", ready=1, total=1)
    outside.until_answered(f"http://{address}:31235", by="green")


def test_b6_equal_ports_are_refused_whatever_their_names(space: Space) -> None:
    with pytest.raises(ApiError) as refused:
        space.expose("one=80:8088", "two=80:80", name="twice")
    assert refused.value.code == 422
    assert '"one=80:8088"' in str(refused.value)
    assert '"two=80:80"' in str(refused.value)


def test_b6_equal_numbers_of_two_protocols_have_distinct_names(
    space: Space, inside: Client
) -> None:
    space.expose("53:8088", "53:5353/udp", name="both", selector={"app": "blue"})
    status = space.until_endpoints("both", ready=1, total=1)
    assert [port["name"] for port in status["ports"]] == ["53-8088", "53-5353-udp"]
    assert inside.until_answered(f"http://{status['clusterIP']}:53") == "blue"
    assert inside.until_answered(f"udp://{status['clusterIP']}:53") == "blue"


def a_pod(app: str) -> Object:
    return echo_pod(args=ARGS, ports=PORTS, labels={"app": app})


def dry_run(cluster: Cluster, space: Space, *command: str) -> Object:
    """The spec that the API server makes of what a kubectl command asks for."""
    where = (f"--namespace={space.name}", "--dry-run=server", "--output=json")
    spec: Object = json.loads(kubectl(cluster, *command, *where))["spec"]
    return spec


def but_addresses(spec: Object) -> Object:
    """A spec but for the addresses that each Service gets, not but for that it gets none."""
    headless = spec.get("clusterIP") == "None"
    allocated = () if headless else ("clusterIP", "clusterIPs")
    return {field: value for field, value in spec.items() if field not in allocated}
