"""What others store must not matter to the operator's memory, however large it is."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster import Cluster
from tests.support.operator_process import (
    ROOT,
    OperatorProcess,
    install,
    kubectl,
    operator_kubeconfig,
)
from tests.support.space import Space, administrator

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

MOST = 150  # MB; the chart's limit is 512, and 75 are the operator's with nothing to do
THREADS = 8
ANNOTATIONS = 255_000  # characters; core/v1 allows 256 KiB in all
EMOJI = "\N{ROCKET}"  # with it a text takes four bytes for each character


def large(size: int = ANNOTATIONS, text: str = "x") -> dict[str, Any]:
    return {"annotations": {"example.com/large": text + "x" * size}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster.start() as cluster:
        install(cluster)
        yield cluster


@pytest.fixture
def space(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Space]:
    with closing(administrator(cluster)) as api:
        yield Space(api, cluster, request.node.name.replace("_", "-")[:63].strip("-"))


def everywhere(cluster: Cluster, count: int, create: Callable[[Space, int], object]) -> None:
    """Do it so often, in as many namespaces as there are threads, which are made if need be."""

    def work(first: int) -> None:
        with closing(administrator(cluster)) as api:
            space = Space(api, cluster, f"{create.__name__.replace('_', '-')}-{first}")
            for number in range(first, count, THREADS):
                create(space, number)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))


def serves(cluster: Cluster, space: Space, log: Path, name: str) -> float:
    """Start the operator and have it serve a new request; returns the most memory it took."""
    with OperatorProcess(operator_kubeconfig(cluster), log) as operator:
        space.expose("80", name=name)
        space.until_ready(name)
        space.until_settled()
        return operator.peak_memory()


def test_services_of_others_may_be_large(cluster: Cluster, space: Space, tmp_path: Path) -> None:
    def large_services(space: Space, number: int) -> None:
        text = EMOJI if number % 2 else "x"
        spec = {"ports": [{"port": 80}], "selector": {"app": "x"}}
        space.create("Service", f"large-{number}", metadata=large(text=text), spec=spec)

    everywhere(cluster, 1000, large_services)
    for start in ("first", "second"):
        assert serves(cluster, space, tmp_path / "log", start) < MOST


def test_services_of_others_may_change_while_they_are_watched(
    cluster: Cluster, space: Space, tmp_path: Path
) -> None:
    def changed_services(space: Space, number: int) -> None:
        spec = {"ports": [{"port": 80}], "selector": {"app": "x"}}
        space.create("Service", f"large-{number}", metadata=large(text=EMOJI), spec=spec)
        space.patch("Service", f"large-{number}", {"metadata": large(text="y")})

    with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log") as operator:
        space.until_settled()
        everywhere(cluster, 200, changed_services)
        space.until_settled()
        assert operator.peak_memory() < MOST


def test_requests_that_are_refused_may_be_large(
    cluster: Cluster, space: Space, tmp_path: Path
) -> None:
    """As they were stored before the CustomResourceDefinition said how large one may be."""
    text = (ROOT / "crds" / "exposerequests.yaml").read_text()
    definition = yaml.safe_load(text)
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema["properties"]["spec"] = anything
    for rules in [each for each in schema if each == "x-kubernetes-validations"]:
        del schema[rules]
    kubectl(cluster, "replace", "-f", "-", stdin=json.dumps(definition))
    template = {"metadata": large(1_300_000)}
    for number in range(40):
        if number == 39:
            template = {"metadata": large(1_300_000, EMOJI)}
        space.expose("80", name=f"large-{number}", serviceTemplate=template)
    kubectl(cluster, "replace", "-f", "-", stdin=text)
    assert serves(cluster, space, tmp_path / "log", "first") < MOST
    for number in (0, 39):
        space.until_refused(f"large-{number}", "InvalidSpec", "Accepted")
    assert serves(cluster, space, tmp_path / "log", "second") < MOST


def test_requests_that_are_carried_out_may_be_large(
    cluster: Cluster, space: Space, tmp_path: Path
) -> None:
    annotations = {f"example.com/{number}": "x" * 60_000 for number in range(4)}
    template = {"metadata": {"annotations": annotations}}
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log") as operator:
        for number in range(100):
            space.expose("80", name=f"large-{number}", serviceTemplate=template)
        for number in range(100):
            space.until_ready(f"large-{number}")
        space.until_settled()
        assert operator.peak_memory() < MOST
    found = space.get("Service", "large-0")["metadata"]["annotations"]
    assert found == annotations
    writes = len(space.writes())
    assert serves(cluster, space, tmp_path / "log", "small") < MOST
    assert len(space.writes()) == writes + 2  # the new one: its Service and its status


def test_pods_and_events_that_are_looked_at_may_be_large(
    cluster: Cluster, space: Space, tmp_path: Path
) -> None:
    for number in range(100):
        space.create(
            "Pod",
            f"large-{number}",
            metadata={**large(text=EMOJI), "labels": {"app": "pods"}},
            spec={"containers": [{"name": "web", "image": "none"}]},
        )
    space.create(
        "Deployment",
        "target",
        metadata=large(text=EMOJI),
        spec={
            "replicas": 0,
            "selector": {"matchLabels": {"app": "none"}},
            "template": {
                "metadata": {"labels": {"app": "none"}},
                "spec": {"containers": [{"name": "web", "image": "none"}]},
            },
        },
    )
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log") as operator:
        space.expose("80", name="none")
        space.expose("^80", name="balanced", selector={"app": "pods"})
        space.expose("80", name="target", targetRef={"kind": "Deployment", "name": "target"})
        space.until_refused("balanced", "Pending")
        for number in range(100):
            space.warn("balanced", "SyncLoadBalancerFailed", f"no {number}")
        space.until_refused("none", "NoPodsMatch", "EndpointsAvailable")
        space.until_ready("target")
        space.until_settled()
        assert operator.peak_memory() < MOST
