"""One namespace for all scenarios of a module, and places to make connections from."""

from collections.abc import Iterator
from itertools import count

import pytest

from localcluster import Cluster
from localcluster.api import Api
from localcluster.network.namespaces import Namespaces
from tests.support.operator_process import OperatorProcess
from tests.support.space import Space
from tests.support.traffic import Client, Traffic

_numbers = count(1)


@pytest.fixture(scope="module")
def space(api: Api, cluster: Cluster, operator: OperatorProcess) -> Iterator[Space]:
    """A namespace that the operator looks after."""
    space = Space(api, cluster, f"scenarios-{next(_numbers)}")
    yield space
    space.remove()


@pytest.fixture(scope="module")
def traffic(space: Space, api: Api, cluster: Cluster) -> Traffic:
    """Servers and clients in that namespace."""
    return Traffic(space, api, cluster)


@pytest.fixture(scope="module")
def inside(traffic: Traffic) -> Client:
    """A pod."""
    return traffic.client()


@pytest.fixture
def outside_host(cluster: Cluster) -> Iterator[Namespaces]:
    """A machine beside the nodes."""
    with cluster.network.host("outside", *cluster.network.address(101)) as host:
        yield host


@pytest.fixture
def outside(outside_host: Namespaces) -> Client:
    """That machine, as a client."""
    return Client.at(outside_host)
