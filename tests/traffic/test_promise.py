"""The traffic promise: whatever becomes of a request, its pods and its operator, clients go on.

How many requests each client has sent is what it says itself at its end: `pytest -rP` shows it.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from tests.support.operator_process import ROOT, OperatorProcess, kubectl, operator_kubeconfig
from tests.support.promise import failures, no_request_fails, steadily
from tests.support.space import Space
from tests.support.traffic import Client, Traffic, echo_pod
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.traffic

LEASE = ("--lease=exposer-system/exposer", "--lease-duration=6")
PODS = {"app": "web"}
RENAMES = ("one", "two", "three", "four")


class Scene(NamedTuple):
    """A request with two pods behind it, and a Service like its own that kubectl would make."""

    space: Space
    traffic: Traffic
    inside: Client
    second: Client
    outside: Client
    node: str

    def cluster_ip(self, service: str = "web") -> str:
        """The URL for clients inside."""
        return f"http://{self.space.get('Service', service)['spec']['clusterIP']}"

    def node_port(self, service: str = "web") -> str:
        """The URL for clients outside."""
        (port, *_) = self.space.get("Service", service)["spec"]["ports"]
        return f"http://{self.node}:{port['nodePort']}"

    def both(self) -> tuple[tuple[Client, str], ...]:
        """The ways to the request, and those who go them."""
        return (self.inside, self.cluster_ip()), (self.outside, self.node_port())

    def change(self, **spec: Any) -> Object:
        """Change the request, and wait until that is carried out; returns the status."""
        self.space.ask("web", **spec)
        return self.space.until_ready()


@pytest.fixture(scope="module")
def scene(api: Api, cluster: Cluster, operator: OperatorProcess) -> Iterator[Scene]:
    space = Space(api, cluster, "promise")
    traffic = Traffic(space, api, cluster)
    tracks = ("stable", "canary")
    for track in tracks:
        space.create("Deployment", track, spec=a_deployment({**PODS, "track": track}))
    space.expose("!http=80:http")
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    space.create("Service", "plain", spec={"type": "NodePort", "selector": PODS, "ports": ports})
    inside, second = traffic.client(), traffic.client("second")
    for track in tracks:
        traffic.until_ready(track, 1)
    space.until_ready()
    with cluster.network.host("outside", *cluster.network.address(101)) as host:
        node, _ = cluster.network.node_address(2)
        scene = Scene(space, traffic, inside, second, Client.at(host), node)
        for service in ("web", "plain"):
            for client, url in (
                (inside, scene.cluster_ip(service)),
                (scene.outside, scene.node_port(service)),
            ):
                client.until_shared(url, traffic.pod_names("app=web"))
        yield scene
    space.remove()


def a_deployment(labels: Mapping[str, str]) -> Object:
    """One pod that can be replaced as the documentation of Kubernetes says.

    When it is told to end, it goes on serving until everybody has heard of it. A busy machine
    makes no pod unready.
    """
    pod = echo_pod(args=("--http=8080", "--linger=2"), labels=labels)
    pod["spec"]["containers"][0]["readinessProbe"]["failureThreshold"] = 10
    return {"replicas": 1, "selector": {"matchLabels": dict(labels)}, "template": pod}


class Edit(NamedTuple):
    """A change of the request's spec, how to take it back, and what waits for its effect."""

    there: Mapping[str, Any]
    back: Mapping[str, Any]
    until_seen: Callable[[Scene], object]


def another_port_answers(scene: Scene) -> None:
    scene.inside.until_answered(f"{scene.cluster_ip()}:81")


def only_stable_pods_answer(scene: Scene) -> None:
    for client, url in scene.both():
        client.until_shared(url, scene.traffic.pod_names("track=stable"))


def each_client_has_one_pod(scene: Scene) -> None:
    deadline = time.monotonic() + SECONDS
    # 30 answers of one pod are no chance: it is one of 2**29 without affinity.
    while len(answers := set(scene.inside.ask(scene.cluster_ip(), 30))) > 1:
        assert time.monotonic() < deadline, answers


def until_service(holds: Callable[[Object], bool]) -> Callable[[Scene], object]:
    return lambda scene: scene.space.until("Service", "web", holds)


def has_metadata(service: Object) -> bool:
    metadata = service["metadata"]
    return (metadata["labels"].get("a"), metadata["annotations"].get("c")) == ("b", "d")


def has_target_8080(service: Object) -> bool:
    return bool(service["spec"]["ports"][0]["targetPort"] == 8080)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            Edit(
                {"ports": ["!http=80:http", "!81:http"]},
                {"ports": ["!http=80:http"]},
                another_port_answers,
            ),
            id="ports",
        ),
        pytest.param(
            Edit(
                {"ports": ["!http=80:8080"]},
                {"ports": ["!http=80:http"]},
                until_service(has_target_8080),
            ),
            id="target-of-a-named-port",
        ),
        pytest.param(
            Edit(
                {"selector": {**PODS, "track": "stable"}},
                {"selector": {"track": None}},
                only_stable_pods_answer,
            ),
            id="selector",
        ),
        pytest.param(
            Edit(
                {"selector": None, "targetRef": {"kind": "Deployment", "name": "stable"}},
                {"selector": PODS, "targetRef": None},
                only_stable_pods_answer,
            ),
            id="targetRef",
        ),
        pytest.param(
            Edit(
                {"serviceTemplate": {"spec": {"sessionAffinity": "ClientIP"}}},
                {"serviceTemplate": None},
                each_client_has_one_pod,
            ),
            id="affinity",
        ),
        pytest.param(
            Edit(
                {
                    "serviceTemplate": {
                        "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}
                    }
                },
                {"serviceTemplate": None},
                until_service(has_metadata),
            ),
            id="labels-and-annotations",
        ),
    ],
)
def test_no_request_fails_while_the_request_is_edited(scene: Scene, edit: Edit) -> None:
    with no_request_fails(*scene.both()):
        scene.change(**edit.there)
        edit.until_seen(scene)
        scene.change(**edit.back)


def test_no_request_fails_while_node_ports_come_and_go(scene: Scene) -> None:
    scene.space.expose("http=80:http", name="kinds", selector=PODS)
    scene.space.until_ready("kinds")
    url = scene.cluster_ip("kinds")
    scene.inside.until_answered(url)
    with no_request_fails((scene.inside, url)):
        scene.space.ask("kinds", ports=["!http=80:http"])
        scene.space.until_ready("kinds")
        scene.outside.until_answered(scene.node_port("kinds"))
        scene.space.ask("kinds", ports=["http=80:http"])
        scene.space.until_ready("kinds")


def test_no_request_fails_while_pods_are_rolled_nor_would_without_us(
    scene: Scene, cluster: Cluster
) -> None:
    """The plain Service beside ours shows that the rollout itself is done well."""
    before = scene.traffic.pod_names("app=web")
    plain = (
        (scene.second, scene.cluster_ip("plain")),
        (scene.outside, scene.node_port("plain")),
    )
    with no_request_fails(*plain), no_request_fails(*scene.both()):
        here = f"--namespace={scene.space.name}"
        kubectl(cluster, here, "rollout", "restart", "deployment/stable", "deployment/canary")
        for pod in before:
            scene.space.until_gone("Pod", pod)
    assert before.isdisjoint(scene.traffic.pod_names("app=web"))


def test_a_port_with_a_new_name_is_interrupted_as_it_is_without_us(scene: Scene) -> None:
    """A race of Kubernetes: nodes hear of the name before the endpoints have it.

    With a Service of each kind of its own: a connection that has gone astray has consequences for
    later ones with the same addresses and ports, for minutes.
    """
    scene.space.expose("before=80:http", name="renamed", selector=PODS)
    port = {"name": "before", "port": 80, "targetPort": "http"}
    scene.space.create("Service", "by-hand", spec={"selector": PODS, "ports": [port]})
    scene.space.until_ready("renamed")
    ways = (
        (scene.inside, scene.cluster_ip("renamed")),
        (scene.second, scene.cluster_ip("by-hand")),
    )
    for client, url in ways:
        client.until_answered(url)
    with steadily(*ways, timeout=2) as (ours, theirs):
        for name in RENAMES:
            ports = [{**port, "name": name}]
            scene.space.patch("Service", "by-hand", {"spec": {"ports": ports}})
            theirs.until_further(30)
            scene.space.ask("renamed", ports=[f"{name}=80:http"])
            scene.space.until_ready("renamed")
            ours.until_further(30)
    # Usually a dozen each, of some 400. Who has more is luck; who has several times more is not.
    assert 0 < len(failures(ours)) < 5 * len(failures(theirs))


@pytest.mark.parametrize("end", [OperatorProcess.stop, OperatorProcess.kill])
def test_no_request_fails_while_the_operator_restarts(
    scene: Scene, operator: OperatorProcess, end: Callable[[OperatorProcess], object]
) -> None:
    with no_request_fails(*scene.both()):
        scene.space.ask("web", ports=["!http=80:http", "!81:http"])
        end(operator)
        try:
            scene.space.ask("web", ports=["!http=80:http", "!82:http"])
        finally:
            operator.start()
        scene.space.until_ready()
        scene.inside.until_answered(f"{scene.cluster_ip()}:82")
        scene.change(ports=["!http=80:http"])


@pytest.fixture
def replicas(
    cluster: Cluster, operator: OperatorProcess, tmp_path: Path
) -> Iterator[tuple[OperatorProcess, OperatorProcess]]:
    """Two operators instead of the one that has no need of a Lease; the first one leads."""
    access = operator_kubeconfig(cluster)
    first, second = (OperatorProcess(access, tmp_path / name, *LEASE) for name in ("one", "two"))
    operator.stop()
    try:
        with first:
            yield first, second
    finally:
        operator.start()


def test_no_request_fails_while_another_operator_takes_over(
    scene: Scene, replicas: tuple[OperatorProcess, OperatorProcess]
) -> None:
    first, second = replicas
    with no_request_fails(*scene.both()):
        scene.change(ports=["!http=80:http", "!81:http"])
        with second:
            scene.space.ask("web", ports=["!http=80:http", "!82:http"])
            first.kill()
            scene.change(ports=["!http=80:http", "!83:http"])
            scene.inside.until_answered(f"{scene.cluster_ip()}:83")
            scene.change(ports=["!http=80:http"])


def test_clients_do_fail_where_the_documentation_says_so(scene: Scene) -> None:
    """To headless; which shows, too, that the clients would see it anywhere else."""
    documented = (ROOT / "docs" / "transitions.md").read_text()
    assert re.search(r"\| NodePort \| Headless \|.* \*\*interrupted\*\* \|", documented)
    scene.space.expose("!80:http", name="replaced", selector=PODS)
    scene.space.until_ready("replaced")
    ways = (
        (scene.inside, scene.cluster_ip("replaced")),
        (scene.outside, scene.node_port("replaced")),
    )
    for client, url in ways:
        client.until_answered(url)
    with steadily(*ways, timeout=1) as asked:
        scene.space.ask("replaced", ports=["#80:http"])
        scene.space.until_ready("replaced")
    assert all(map(failures, asked))
