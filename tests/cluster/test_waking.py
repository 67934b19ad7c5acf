"""What one request gives up another has at once: nothing here is ever tried again by itself."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from localcluster import Cluster
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

_numbers = count(1)


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose operator never tries anything again."""
    log: Path = tmp_path_factory.mktemp("waking") / "log"
    with Cluster.start() as cluster:
        install(cluster)
        with OperatorProcess(operator_kubeconfig(cluster), log, variant="never_retries"):
            yield cluster
    assert "Traceback" not in log.read_text()


@pytest.fixture
def space(own_cluster: Cluster) -> Iterator[Space]:
    api = administrator(own_cluster)
    space = Space(api, own_cluster, f"waking-{next(_numbers)}")
    yield space
    space.remove()
    api.close()


def test_a_node_port_that_another_request_gives_up(space: Space) -> None:
    space.expose("!30333:80:80", name="first")
    space.until_ready("first")
    space.expose("!30333:80:80", name="second")
    space.until_refused("second", "NodePortTaken")
    space.ask("first", ports=["!30334:80:80"])
    assert space.until_ready("second")["ports"][0]["nodePort"] == 30333


def test_a_node_port_whose_request_turns_into_a_cluster_ip(space: Space) -> None:
    space.expose("!30333:80:80", name="first")
    space.until_ready("first")
    space.expose("!30333:80:80", name="second")
    space.until_refused("second", "NodePortTaken")
    space.ask("first", ports=["80"])
    assert space.until_ready("second")["ports"][0]["nodePort"] == 30333


def test_a_name_that_another_request_gives_up(space: Space) -> None:
    space.expose("80", name="first", serviceName="shared")
    space.until_ready("first")
    space.expose("81", name="second", serviceName="shared")
    space.until_refused("second", "ServiceConflict")
    space.ask("first", serviceName="other")
    assert space.until_ready("second")["ports"][0]["port"] == 81


def test_the_selector_of_a_service_that_is_another_requests(space: Space) -> None:
    space.expose("80", name="a", selector={"app": "0"})
    space.expose("80", name="c", targetRef={"kind": "Service", "name": "a"})
    space.until_ready("c")
    for number in range(1, 30):  # quick bursts: the answer to our write comes before the watch
        space.ask("a", selector={"app": f"{number}"})
    space.until("Service", "c", lambda seen: seen["spec"]["selector"] == {"app": "29"})


KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Service")


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_comes(space: Space, kind: str) -> None:
    space.expose("80", targetRef={"kind": kind, "name": "late"})
    space.until_refused("web", "TargetNotFound")
    if kind == "Service":
        space.create(kind, "late", spec={"ports": [{"port": 80}], "selector": {"app": "late"}})
    else:
        labels = {"app": "late"}
        container = {"name": "web", "image": "none"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {"selector": {"matchLabels": labels}, "template": template}
        space.create(kind, "late", spec=spec)
    space.until("Service", "web", lambda seen: seen["spec"]["selector"] == {"app": "late"})


def test_a_foreign_service_that_goes(space: Space) -> None:
    space.create("Service", "web", spec={"ports": [{"port": 80}], "clusterIP": "None"})
    space.expose("80")
    space.until_refused("web", "ServiceConflict")
    space.delete("Service", "web")
    space.until_ready()
