"""A cluster for each module: what one installs would stand in the way of the others."""

from collections.abc import Iterator

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.space import administrator


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A Kubernetes in which nothing is installed."""
    with Cluster.start() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> Iterator[Api]:
    """The cluster's API, for its administrator."""
    api = administrator(cluster)
    yield api
    api.close()
