"""E. The chain from the node port over the ClusterIP to the pods."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from localcluster import Cluster
from tests.support.asking import Asking
from tests.support.operator_process import kubectl
from tests.support.space import Space, condition
from tests.support.traffic import REFUSED, Client, Traffic

pytestmark = pytest.mark.traffic

HTTP = ({"name": "http", "containerPort": 80},)


@pytest.fixture(scope="module", autouse=True)
def workloads(space: Space, traffic: Traffic) -> None:
    """Two of httpd, one exposed inside and one outside, each with a pod on each node."""
    for name, string in (("httpd-test", "80"), ("httpd-app", "!80")):
        spread = {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": name}},
        }
        traffic.start(name, 2, args=["--http=80"], ports=HTTP, topologySpreadConstraints=[spread])
        space.expose(string, name=name)
    for name in ("httpd-test", "httpd-app"):
        rows = space.until_endpoints(name, ready=2, total=2)["endpoints"]
        assert {row["nodeName"] for row in rows} == {"node1", "node2"}


def test_e1_inside_by_the_cluster_ip_and_outside_by_the_node_port(
    cluster: Cluster, space: Space, traffic: Traffic, inside: Client, outside: Client
) -> None:
    for name in ("httpd-test", "httpd-app"):
        address = space.until_ready(name)["clusterIP"]
        inside.until_shared(f"http://{address}", traffic.pod_names(f"app={name}"))
    assert "nodePort" not in space.until_ready("httpd-test")["ports"][0]
    port = space.until_ready("httpd-app")["ports"][0]["nodePort"]
    for number in (1, 2):
        node, _ = cluster.network.node_address(number)
        outside.until_shared(f"http://{node}:{port}", traffic.pod_names("app=httpd-app"))
        assert outside.attempt(f"http://{node}:80") == REFUSED


def test_e2_trace_agrees_with_the_rules_of_each_node_and_with_what_they_do(
    cluster: Cluster, space: Space, outside: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = space.until_endpoints("httpd-app", ready=2, total=2)["endpoints"]
    pods = {row["targetRef"]["name"] for row in rows}
    answer = Asking(cluster, space.name, capsys).ask("trace", "httpd-app", "-o", "json")
    (traced,) = answer.document["ports"]
    assert (answer.status, answer.document["whole"]) == (0, True)
    port = space.until_ready("httpd-app")["ports"][0]["nodePort"]
    nodes = [cluster.network.node_address(number)[0] for number in (1, 2)]
    assert [(each["host"], each["port"]) for each in traced["entrances"]] == [
        (node, port) for node in nodes
    ]
    halves = {f"{row['ip']}:80": 0.5 for row in rows}
    for (spread,) in (traced["outside"], traced["inside"]):
        assert {
            f"{each['ip']}:{each['port']}": each["share"] for each in spread["shares"]
        } == halves

    for number, node in enumerate(nodes, 1):
        outside.until_shared(f"http://{node}:{port}", pods)
        rules = rules_of(cluster, number)
        assert dict(shares(rules, "-A KUBE-NODEPORTS ", f" --dport {port} ")) == halves
        address = f"-A KUBE-SERVICES -d {traced['clusterIP']}/32 "
        assert dict(shares(rules, address, " --dport 80 ")) == halves
        # 200 of 400 on average, 10 standard deviation. Six of these are rare.
        counts = Counter(outside.ask(f"http://{node}:{port}", 400))
        assert counts.keys() == pods
        assert all(140 < count < 260 for count in counts.values())


def test_e3_a_service_made_by_kubectl_is_left_alone_until_it_is_gone(
    cluster: Cluster, space: Space, traffic: Traffic, inside: Client
) -> None:
    here = f"--namespace={space.name}"

    def read() -> str:
        """The Service, as the API server has it, to the last byte."""
        path = f"/api/v1/namespaces/{space.name}/services/taken"
        return kubectl(cluster, "get", "--raw", path)

    kubectl(cluster, "expose", here, "deployment", "httpd-test", "--name=taken", "--port=80")
    theirs = f"http://{space.get('Service', 'taken')['spec']['clusterIP']}"
    inside.until_shared(theirs, traffic.pod_names("app=httpd-test"))
    before = read()
    space.expose("80", name="taken", selector={"app": "httpd-app"})
    space.until_refused("taken", "ServiceConflict")
    ready = condition(space.get("ExposeRequest", "taken"), "Ready")
    assert ready["message"].startswith('Service "taken" exists and is not managed by exposer')
    space.until_settled()
    assert read() == before
    inside.until_shared(theirs, traffic.pod_names("app=httpd-test"))

    kubectl(cluster, "delete", here, "service", "taken")
    space.until_ready("taken")
    ours = space.until_endpoints("taken", ready=2, total=2)["clusterIP"]
    inside.until_shared(f"http://{ours}", traffic.pod_names("app=httpd-app"))


def rules_of(cluster: Cluster, node: int) -> list[str]:
    """What kube-proxy, and nobody else, has told a node's kernel to do with connections."""
    done = cluster.network.in_node(node).run(["iptables-save", "--table", "nat"])
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def shares(rules: Sequence[str], *words: str) -> Iterator[tuple[str, float]]:
    """Where kube-proxy's rules for iptables send new connections, and how many of 1.

    Args:
        rules: All rules of the table.
        words: What the rule has in it where they come in.
    """
    (chain,) = (target(rule) for rule in rules if all(word in rule for word in words))
    if chain.startswith("KUBE-EXT-"):  # from outside: marked, and then as from inside
        (chain,) = (target(rule) for rule in of(rules, chain) if "-j KUBE-SVC-" in rule)
    left = 1.0
    for rule in (each for each in of(rules, chain) if "-j KUBE-SEP-" in each):
        part = left * float(after(rule, "--probability") or 1)
        left -= part
        (place,) = (
            after(each, "--to-destination") for each in of(rules, target(rule)) if "-j DNAT" in each
        )
        yield place, round(part, 6)


def of(rules: Sequence[str], chain: str) -> list[str]:
    """The rules of a chain."""
    return [rule for rule in rules if rule.startswith(f"-A {chain} ")]


def target(rule: str) -> str:
    """The chain that a rule jumps to."""
    return after(rule, "-j")


def after(rule: str, option: str) -> str:
    """The value of a rule's option; empty if it doesn't have it."""
    return rule.partition(f" {option} ")[2].partition(" ")[0]
