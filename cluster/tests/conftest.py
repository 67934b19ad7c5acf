"""One cluster a session, for tests that do it no harm."""

from collections.abc import Iterator

import pytest

from localcluster import Cluster


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who leaves out what needs a cluster leaves out what needs one with traffic."""
    for item in items:
        if item.get_closest_marker("traffic"):
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A cluster without containers."""
    with Cluster.start() as cluster:
        yield cluster
