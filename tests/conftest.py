"""One cluster and one operator a session, one namespace a test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from localcluster import Cluster
from localcluster.api import Api
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator

_numbers = count(1)

# Nothing is asserted about time: the machine may be busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who leaves out what needs a cluster leaves out what needs one with traffic."""
    for item in items:
        if item.get_closest_marker("traffic"):
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A Kubernetes without the operator."""
    with Cluster.start() as cluster:
        yield cluster


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
    log: Path = tmp_path_factory.mktemp("operator") / "log"
    with OperatorProcess(operator_kubeconfig(cluster), log) as operator:
        yield operator
        assert "Traceback" not in log.read_text()


@pytest.fixture
def space(api: Api, cluster: Cluster, operator: OperatorProcess) -> Iterator[Space]:
    """A namespace that the operator looks after."""
    space = Space(api, cluster, f"test-{next(_numbers)}")
    yield space
    space.remove()
