"""A cluster in a with block ends with the block, and with everything that the block depends on."""

import os
import signal
from contextlib import ExitStack

import pytest

from cluster.tests.access import api, server
from cluster.tests.processes import Followed, children, family, program, wait_until_ended
from localcluster import Cluster, ClusterError

pytestmark = pytest.mark.cluster

COMPONENTS = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "localcluster.nodes.node",
]


def components(cluster: Cluster) -> dict[str, int]:
    assert cluster.supervisor_pid is not None
    return {program(pid): pid for pid in children(cluster.supervisor_pid)}


def everything(cluster: Cluster) -> Followed:
    assert cluster.supervisor_pid is not None
    return Followed(family(cluster.supervisor_pid))


def test_two_clusters_run_side_by_side_and_one_ends_with_its_block(cluster: Cluster) -> None:
    namespace = {"metadata": {"name": "only-in-the-other"}}
    with Cluster.start(nodes=1) as other, everything(other) as processes:
        assert sorted(components(other)) == COMPONENTS
        assert server(other.kubeconfig) != server(cluster.kubeconfig)
        with api(cluster.kubeconfig) as here, api(other.kubeconfig) as there:
            there.request("POST", "/api/v1/namespaces", namespace)
            names = [each["metadata"]["name"] for each in here.get("/api/v1/namespaces")["items"]]
            assert "only-in-the-other" not in names
            nodes = [each["metadata"]["name"] for each in there.get("/api/v1/nodes")["items"]]
            assert nodes == ["node1"]
        other.stop()
        assert (processes.running(), other.state.exists()) == ([], False)
    assert sorted(components(cluster)) == COMPONENTS


def test_an_exception_in_the_block_ends_the_cluster_and_is_raised_as_it_is() -> None:
    with ExitStack() as stack:
        with pytest.raises(KeyError) as raised, Cluster.start() as cluster:  # noqa: PT012
            processes = stack.enter_context(everything(cluster))
            raise KeyError("from the block")
        assert (processes.running(), cluster.state.exists()) == ([], False)
    assert getattr(raised.value, "__notes__", []) == []


def test_a_killed_supervisor_takes_its_components_with_it() -> None:
    """The folder is removed by the process that started the cluster, as it leaves the block.

    If that has ended as well, the folder stays.
    """
    with pytest.raises(ClusterError) as raised, Cluster.start() as cluster:  # noqa: PT012
        assert cluster.supervisor_pid is not None
        with everything(cluster) as processes:
            os.kill(cluster.supervisor_pid, signal.SIGKILL)
            assert processes.remaining() == []
        assert cluster.supervisor_pid is None
    assert str(raised.value) == "The cluster ended by itself. killed by signal 9"
    assert not cluster.state.exists()


def test_a_component_that_ends_takes_the_cluster_with_it_and_is_named() -> None:
    with (  # noqa: PT012
        pytest.raises(KeyError) as raised,
        Cluster.start() as cluster,
        everything(cluster) as processes,
    ):
        os.kill(components(cluster)["kube-scheduler"], signal.SIGKILL)
        assert processes.remaining() == []
        raise KeyError("the block fails, as it has no cluster any more")
    (note,) = raised.value.__notes__
    assert note.splitlines()[0] == (
        "The cluster ended by itself. kube-scheduler ended unexpectedly (killed by signal 9). "
        f"The end of {cluster.state}/logs/kube-scheduler.log:"
    )
    assert not cluster.state.exists()


def test_a_supervisor_that_is_told_to_end_by_somebody_else_is_an_error() -> None:
    cluster = Cluster.start()
    assert cluster.supervisor_pid is not None
    with everything(cluster) as processes:
        supervisor = cluster.supervisor_pid
        os.kill(supervisor, signal.SIGTERM)
        wait_until_ended(supervisor)
        assert processes.running() == []
    with pytest.raises(ClusterError) as raised:
        cluster.stop()
    assert str(raised.value) == (
        "The cluster ended by itself. Its supervisor was told to by signal 15."
    )
    assert not cluster.state.exists()


@pytest.mark.parametrize("nodes", [-1, 0, 255])
def test_a_cluster_has_1_to_254_nodes(nodes: int) -> None:
    with pytest.raises(ValueError, match=f"^a cluster has 1 to 254 nodes, not {nodes}$"):
        Cluster.start(nodes=nodes)
