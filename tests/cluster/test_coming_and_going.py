"""The API server, the resource and namespaces may come late, go, and come back."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.operator_process import ROOT, install, kubectl
from tests.support.proxied import ProxiedOperator
from tests.support.proxy import Proxy
from tests.support.space import Space, administrator

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

CRDS = ROOT / "crds"
_numbers = count(1)


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A cluster whose resource may be deleted."""
    with Cluster.start() as cluster:
        install(cluster)
        yield cluster


@pytest.fixture
def api(own_cluster: Cluster) -> Iterator[Api]:
    api = administrator(own_cluster)
    yield api
    api.close()


@pytest.fixture
def proxy(own_cluster: Cluster) -> Iterator[Proxy]:
    with Proxy(own_cluster) as proxy:
        yield proxy


def a_space(api: Api, cluster: Cluster) -> Space:
    return Space(api, cluster, f"coming-{next(_numbers)}")


def delete_resource(cluster: Cluster) -> None:
    kubectl(cluster, "delete", "-f", str(CRDS), "--wait")


def apply_resource(cluster: Cluster) -> None:
    kubectl(cluster, "apply", "-f", str(CRDS))
    kubectl(cluster, "wait", "--for=condition=Established", "crd/exposerequests.exposer.dev")


def test_it_waits_for_the_resource_and_says_so(
    own_cluster: Cluster, api: Api, proxy: Proxy, tmp_path: Path
) -> None:
    delete_resource(own_cluster)
    with ProxiedOperator(own_cluster, proxy, tmp_path) as operator:
        told = operator.until_ready(503)
        while "not listed yet" in told.splitlines()[0]:
            told = operator.until_ready(503)
        assert told.splitlines()[0] == (
            "exposerequests: the cluster does not know exposerequests.exposer.dev: apply its "
            "CustomResourceDefinition, as in 'exposer crd | kubectl apply -f -'"
        )
        assert operator.ask("/healthz") == (200, "ok\n")
        apply_resource(own_cluster)
        operator.until_ready()
        space = a_space(api, own_cluster)
        space.expose("80")
        space.until_ready()


def test_the_resource_may_go_and_come_back(
    own_cluster: Cluster, api: Api, proxy: Proxy, tmp_path: Path
) -> None:
    with ProxiedOperator(own_cluster, proxy, tmp_path) as operator:
        space = a_space(api, own_cluster)
        space.expose("80", name="first")
        space.until_ready("first")
        delete_resource(own_cluster)
        assert "exposerequests" in operator.until_ready(503)
        apply_resource(own_cluster)
        operator.until_ready()
        space.expose("81", name="second")
        assert space.until_ready("second")["ports"][0]["port"] == 81
        delete_resource(own_cluster)
        operator.until_ready(503)
        assert operator.stop() == 0  # within 5 s, or stop() raises
    apply_resource(own_cluster)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_it_waits_for_an_api_server_that_is_down_at_its_start(
    own_cluster: Cluster, api: Api, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.cut()
    with ProxiedOperator(own_cluster, proxy, tmp_path) as operator:
        while "can't be reached" not in operator.until_ready(503):
            pass
        assert operator.ask("/healthz") == (200, "ok\n")
        proxy.restore()
        operator.until_ready()
        space = a_space(api, own_cluster)
        space.expose("80")
        space.until_ready()


def test_it_can_be_ended_while_it_waits(own_cluster: Cluster, proxy: Proxy, tmp_path: Path) -> None:
    proxy.cut()
    with ProxiedOperator(own_cluster, proxy, tmp_path) as operator:
        operator.until_ready(503)
        assert operator.stop() == 0


def _allow(cluster: Cluster, namespace: str) -> None:
    """Let the operator's rights be those of one namespace."""
    command = ("create", "rolebinding", "exposer", "-n", namespace, "--clusterrole=exposer")
    kubectl(cluster, *command, "--serviceaccount=exposer-system:exposer")


@pytest.fixture
def without_rights_everywhere(own_cluster: Cluster) -> Iterator[None]:
    """The operator's rights are only those that a namespace gives it."""
    kubectl(own_cluster, "delete", "clusterrolebinding", "exposer")
    yield
    kubectl(own_cluster, "apply", "-f", str(ROOT / "manifests" / "rbac.yaml"))


@pytest.mark.usefixtures("without_rights_everywhere")
def test_a_namespace_that_is_gone_keeps_no_other_from_being_served(
    own_cluster: Cluster, api: Api, proxy: Proxy, tmp_path: Path
) -> None:
    here, there = a_space(api, own_cluster), f"coming-{next(_numbers)}"
    _allow(own_cluster, here.name)
    options = f"--namespace={here.name}", f"--namespace={there}"
    with ProxiedOperator(own_cluster, proxy, tmp_path, *options) as operator:
        told = operator.until_ready()
        assert told.startswith(f"ok\nexposerequests in {there}: exposerequests.exposer.dev is ")
        here.expose("80")
        here.until_ready()
        space = Space(api, own_cluster, there)
        _allow(own_cluster, there)
        space.expose("81")
        assert space.until_ready()["ports"][0]["port"] == 81
        assert operator.until_ready() == "ok\n"
