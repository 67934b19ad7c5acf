"""A cluster whose nodes run containers, with the operator in it, one for the session."""

from collections.abc import Iterator
from itertools import count

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator
from tests.support.traffic import Traffic, connections, skip_if_impossible

_numbers = count(1)


@pytest.fixture(scope="session")
def traffic_cluster() -> Iterator[Cluster]:
    """Two nodes with containers; tests are skipped where there can't be any."""
    skip_if_impossible()
    with Cluster.start(nodes=2, containers=True) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster(traffic_cluster: Cluster) -> Cluster:
    """What is the cluster elsewhere is the one with containers here."""
    return traffic_cluster


@pytest.fixture(scope="session")
def api(cluster: Cluster) -> Iterator[Api]:
    """The cluster's API, for its administrator."""
    api = administrator(cluster)
    yield api
    api.close()


@pytest.fixture(scope="session")
def operator(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorProcess]:
    """The operator, as its own ServiceAccount; no test may make it fail."""
    install(cluster)
    log = tmp_path_factory.mktemp("operator") / "log"
    with OperatorProcess(operator_kubeconfig(cluster), log) as operator:
        yield operator
        assert "Traceback" not in log.read_text()


@pytest.fixture
def space(api: Api, cluster: Cluster, operator: OperatorProcess) -> Iterator[Space]:
    """A namespace that the operator looks after."""
    space = Space(api, cluster, f"traffic-{next(_numbers)}")
    yield space
    space.remove()


@pytest.fixture
def traffic(space: Space, api: Api, cluster: Cluster) -> Traffic:
    """Servers and clients in that namespace."""
    return Traffic(space, api, cluster)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was really asked."""
    if connections.made:
        terminalreporter.write_line(f"{connections.made} connections were made.")
