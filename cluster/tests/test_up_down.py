"""A cluster that stays: up, down, and what happens when one of its processes is killed."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.tests.access import api, wait_for
from cluster.tests.processes import Followed, family
from cluster.tests.starting import Announcements, python
from localcluster import Cluster, ClusterError
from localcluster.api import Api, Object

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
UP = ("-m", "localcluster", "up")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A folder that no cluster runs in any more when the test is over."""
    folder = tmp_path / "a state"
    folder.mkdir()
    yield folder
    Cluster.down(folder)


def config_map(name: str) -> Object:
    return {"metadata": {"name": name}, "data": {"key": "value"}}


def address_of_new_pod(client: Api, name: str) -> str:
    """Have the first node run another pod."""
    containers = [{"name": "main", "image": "example.org/main:1"}]
    spec = {"nodeName": "node1", "containers": containers}
    client.request("POST", PODS, {"metadata": {"name": name}, "spec": spec})

    def run(pods: list[Object]) -> bool:
        return all(each["status"]["phase"] == "Running" for each in pods)

    addresses = {
        each["metadata"]["name"]: each["status"]["podIP"] for each in wait_for(client, PODS, run)
    }
    return str(addresses[name])


def names(kubeconfig: Path, path: str) -> list[str]:
    with api(kubeconfig) as client:
        return [each["metadata"]["name"] for each in client.get(path)["items"]]


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.cluster
def test_up_is_done_once_and_down_removes_what_the_cluster_made(state: Path) -> None:
    (state / "operator.log").write_text("somebody else's\n")
    first = Cluster.up(state)
    kubeconfig = first.kubeconfig.read_bytes()
    assert first.supervisor_pid is not None
    with Followed(family(first.supervisor_pid)) as processes:
        second = Cluster.up(state)
        assert second.supervisor_pid == first.supervisor_pid
        assert second.kubeconfig.read_bytes() == kubeconfig
        assert {stat.S_IMODE(each.stat().st_mode) for each in state.rglob("*.key")} == {0o600}
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        with api(second.kubeconfig) as client:
            client.request("POST", CONFIG_MAPS, config_map("of-the-first"))

        Cluster.down(state)
        assert processes.running() == []
    assert entries(state) == {"operator.log", "logs", "audit.log"}
    assert "of-the-first" in first.audit_log.read_text()

    Cluster.down(state)
    assert entries(state) == {"operator.log", "logs", "audit.log"}

    with python(*UP, f"--state={state}", "--nodes=1") as up:
        output, errors = up.communicate()
    assert (output.splitlines(), errors) == (
        [
            f"The cluster is up. kubectl: {first.kubectl}",
            f"export KUBECONFIG='{state}/kubeconfig'",
        ],
        "",
    )
    assert names(state / "kubeconfig", CONFIG_MAPS) == ["kube-root-ca.crt"]
    assert names(state / "kubeconfig", "/api/v1/nodes") == ["node1"]
    assert "of-the-first" not in first.audit_log.read_text()
    with python("-m", "localcluster", "down", f"--state={state}") as down:
        assert down.communicate() == (f"No cluster is running in {state}.\n", "")
    assert entries(state) == {"operator.log", "logs", "audit.log"}
    assert (state / "operator.log").read_text() == "somebody else's\n"


@pytest.mark.cluster
def test_data_survives_a_crash_of_the_supervisor_but_not_down(state: Path) -> None:
    cluster = Cluster.up(state, nodes=2)
    authority = (state / "pki" / "ca.crt").read_bytes()
    with api(cluster.kubeconfig) as client:
        client.request("POST", CONFIG_MAPS, config_map("kept"))
        assert address_of_new_pod(client, "before") == "10.244.1.2"
    assert cluster.supervisor_pid is not None
    with Followed([cluster.supervisor_pid]) as supervisor:
        os.kill(cluster.supervisor_pid, signal.SIGKILL)
        # Before its end it holds its lock, and the cluster counts as running.
        assert supervisor.remaining() == []

    again = Cluster.up(state, nodes=1)
    with api(again.kubeconfig) as client:
        assert client.get(f"{CONFIG_MAPS}/kept")["data"] == {"key": "value"}
        assert address_of_new_pod(client, "after") == "10.244.1.3"
        assert client.get(f"{PODS}/before")["status"]["podIP"] == "10.244.1.2"
    assert names(again.kubeconfig, "/api/v1/nodes") == ["node1"]
    assert (state / "pki" / "ca.crt").read_bytes() == authority
    assert again.supervisor_pid is not None
    with Followed(family(again.supervisor_pid)) as processes:
        os.kill(again.supervisor_pid, signal.SIGKILL)
        Cluster.down(state)
        assert processes.remaining() == []
    assert entries(state) == {"logs", "audit.log"}


@pytest.mark.cluster
def test_up_waits_for_a_start_whose_starter_was_killed(state: Path, tmp_path: Path) -> None:
    announcements = Announcements(tmp_path)
    cache = announcements.cache(tmp_path / "cache")
    with python(*UP, f"--state={state}", XDG_CACHE_HOME=str(cache)) as starter:
        supervisor = announcements.wait_for("kube-apiserver").parent
        starter.kill()
        starter.wait()
    cluster = Cluster.up(state)
    announcements.close()
    assert cluster.supervisor_pid == supervisor
    assert names(cluster.kubeconfig, "/api/v1/nodes") == ["node1", "node2"]


@pytest.mark.cluster
def test_an_interrupted_up_leaves_no_process(state: Path, tmp_path: Path) -> None:
    announcements = Announcements(tmp_path)
    cache = announcements.cache(tmp_path / "cache")
    with python(*UP, f"--state={state}", XDG_CACHE_HOME=str(cache)) as starter:
        supervisor = announcements.wait_for("kube-apiserver").parent
        with Followed(family(supervisor)) as processes:
            starter.send_signal(signal.SIGINT)
            assert starter.communicate() == ("", "Interrupted.\n")
            assert (starter.returncode, processes.running()) == (1, [])
    announcements.close()


def test_down_of_a_folder_without_a_cluster_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "kubeconfig").write_text("somebody else's\n")
    Cluster.down(tmp_path)
    Cluster.down(tmp_path / "missing")
    assert entries(tmp_path) == {"kubeconfig"}


def test_up_refuses_a_folder_with_files_that_it_would_replace(tmp_path: Path) -> None:
    (tmp_path / "kubeconfig").write_text("somebody else's\n")
    with pytest.raises(ClusterError) as raised:
        Cluster.up(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/kubeconfig exists and isn't a cluster's: choose another folder, or remove it."
    )
    assert entries(tmp_path) == {"kubeconfig"}


def test_the_command_reports_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "etcd").mkdir()
    with python(*UP, f"--state={tmp_path}") as up:
        message = "exists and isn't a cluster's: choose another folder, or remove it."
        assert up.communicate() == ("", f"{tmp_path}/etcd {message}\n")
    assert up.returncode == 1
