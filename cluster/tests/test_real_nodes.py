"""Nodes with containers: what they are, and that nothing of them is left, whatever happens.

How pods are reached is told in tests/traffic.
"""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from cluster.tests.access import api, kubectl, wait_for
from cluster.tests.processes import Followed, family
from cluster.tests.starting import python
from localcluster import Cluster, ClusterError, build, images
from localcluster.api import Object
from localcluster.containers import requirements

PODS = "/api/v1/namespaces/default/pods"
NAME_SERVERS = "/api/v1/namespaces/kube-system/pods"
VERSION = build.kubernetes().version
# What a kubelet sets on the machine that it runs on, and this machine hasn't set.
OF_KUBELETS = {"kernel/panic": "10", "kernel/panic_on_oops": "1"}
MERGE = "application/merge-patch+json"
LINKS = 1  # RTMGRP_LINK, <linux/rtnetlink.h>

UNTIL_TOLD = """
import sys
from localcluster import Cluster
with Cluster.start(nodes=1, containers=True) as cluster:
    print(cluster.supervisor_pid, cluster.network.interface, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def possible() -> None:
    """Skip where there can't be nodes with containers, unless the environment says there must."""
    problem = requirements.missing()
    if problem and not os.environ.get("LOCALCLUSTER_REQUIRE_CONTAINERS"):
        pytest.skip(problem)


@pytest.fixture(scope="module")
def real(possible: None) -> Iterator[Cluster]:
    """One cluster of two nodes, for all tests that only look."""
    with Cluster.start(nodes=2, containers=True) as cluster:
        yield cluster


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A folder that no cluster runs in any more when the test is over."""
    yield tmp_path
    Cluster.down(tmp_path)


class Traces:
    """What a cluster has on the machine beside processes and its folder."""

    def __init__(self, supervisor: int, interface: str) -> None:
        self._cgroup = f"localcluster-{supervisor}"
        # Another cluster may come by the interface's name, but not by its number.
        self._interface = Path("/sys/class/net", interface, "ifindex").read_text()
        assert self.left() != set()

    @classmethod
    def of(cls, cluster: Cluster) -> Self:
        assert cluster.supervisor_pid is not None
        return cls(cluster.supervisor_pid, cluster.network.interface)

    def left(self) -> set[Path]:
        """Whatever is there now."""
        cgroups = set(Path("/sys/fs/cgroup").glob(f"**/{self._cgroup}"))
        return cgroups | {each for each in self._interfaces() if self._is_it(each)}

    def remaining(self) -> set[Path]:
        """What stays, given time: the kernel removes a dead process's interface a bit later."""
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as changes:
            changes.bind((0, LINKS))
            changes.settimeout(30)
            while any(self._is_it(each) for each in self._interfaces()):
                changes.recv(65536)
        return self.left()

    def _interfaces(self) -> Iterator[Path]:
        return Path("/sys/class/net").glob("localcluster*")

    def _is_it(self, interface: Path) -> bool:
        try:
            return (interface / "ifindex").read_text() == self._interface
        except FileNotFoundError:
            return False


def arguments(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def waiting_pod(name: str, node: str) -> Object:
    container = {"name": "main", "image": images.CLIENT, "imagePullPolicy": "Never"}
    spec = {"nodeName": node, "containers": [container], "terminationGracePeriodSeconds": 0}
    return {"metadata": {"name": name}, "spec": spec}


def running(pods: list[Object]) -> bool:
    return all(each["status"]["phase"] == "Running" for each in pods)


@pytest.mark.traffic
def test_nodes_are_ready_with_the_addresses_that_the_network_has(real: Cluster) -> None:
    with api(real.kubeconfig) as admin:
        nodes = admin.get("/api/v1/nodes")["items"]
    assert [
        (
            node["metadata"]["name"],
            node["metadata"]["labels"]["topology.kubernetes.io/zone"],
            node["spec"]["podCIDRs"],
            node["status"]["nodeInfo"]["kubeletVersion"],
        )
        for node in nodes
    ] == [
        ("node1", "zone-a", ["10.244.1.0/24", "fd00:10:244:1::/64"], VERSION),
        ("node2", "zone-b", ["10.244.2.0/24", "fd00:10:244:2::/64"], VERSION),
    ]
    for number, node in enumerate(nodes, 1):
        addresses = node["status"]["addresses"]
        internal = tuple(each["address"] for each in addresses if each["type"] == "InternalIP")
        assert internal == real.network.node_address(number)
        name = real.network.in_node(number).run(["uname", "--nodename"]).stdout
        assert name == f"{node['metadata']['name']}\n"


@pytest.mark.traffic
def test_kubectl_reaches_into_a_pod_and_reads_what_one_has_printed(real: Cluster) -> None:
    with api(real.kubeconfig) as admin:
        admin.request("POST", PODS, waiting_pod("inside", "node2"))
        wait_for(admin, PODS, running)
    account = "file:///var/run/secrets/kubernetes.io/serviceaccount/namespace"
    inside = kubectl(real, real.kubeconfig, "exec", "inside", "--", "curl", "--silent", account)
    assert (inside.stdout, inside.stderr) == ("default", "")
    logs = ("logs", "--namespace=kube-system", "deployment/coredns")
    assert ".:53\n" in kubectl(real, real.kubeconfig, *logs).stdout


@pytest.mark.traffic
def test_only_administrators_get_past_a_kubelet(real: Cluster) -> None:
    alice = real.kubeconfig_for("alice")
    answer = kubectl(real, alice, "get", "--raw", "/api/v1/nodes/node1/proxy/pods")
    assert answer.returncode == 1
    assert 'User "alice" cannot get resource "nodes/proxy"' in answer.stderr
    allowed = kubectl(real, real.kubeconfig, "get", "--raw", "/api/v1/nodes/node1/proxy/pods")
    assert json.loads(allowed.stdout)["kind"] == "PodList"


@pytest.mark.traffic
def test_the_machine_stays_as_it_is(real: Cluster) -> None:
    """A kubelet would have it restart after an error of the kernel, and believes that it does."""
    inside = real.network.in_node(1)
    for name, value in OF_KUBELETS.items():
        setting = f"/proc/sys/{name}"
        assert Path(setting).read_text() != f"{value}\n"
        assert inside.run(["cat", setting]).stdout == f"{value}\n"
    assert inside.run(["ls", "/var/log"]).stdout.split() == ["containers", "pods"]
    assert not Path("/var/log/pods").exists()


@pytest.mark.traffic
def test_an_address_that_is_added_to_a_node_stays(real: Cluster) -> None:
    with api(real.kubeconfig) as admin:
        status = admin.get("/api/v1/nodes/node1")["status"]
        external = {"type": "ExternalIP", "address": "192.0.2.7"}
        # The version is for the kubelet to say: when it is right again, the kubelet has reported.
        change = {
            "addresses": [*status["addresses"], external],
            "nodeInfo": {"kubeletVersion": "changed"},
        }
        admin.request("PATCH", "/api/v1/nodes/node1/status", {"status": change}, MERGE)

        def reported(nodes: list[Object]) -> bool:
            return bool(nodes[0]["status"]["nodeInfo"] == status["nodeInfo"])

        node, _ = wait_for(admin, "/api/v1/nodes", reported)
        assert node["status"]["addresses"] == change["addresses"]


@pytest.mark.traffic
@pytest.mark.usefixtures("possible")
def test_two_run_side_by_side_and_nothing_is_left_of_one_that_stops(real: Cluster) -> None:
    with Cluster.start(nodes=1, containers=True, proxy_mode="nftables") as other:
        assert other.supervisor_pid is not None
        traces = Traces.of(other)
        assert other.network.node_address(1) != real.network.node_address(1)
        rules = other.network.in_node(1).run(["nft", "list", "table", "ip", "kube-proxy"]).stdout
        assert "10.96.0.10 . udp . 53" in rules
        with Followed(family(other.supervisor_pid)) as processes:
            other.stop()
            assert (processes.running(), traces.left()) == ([], set())
    with api(real.kubeconfig) as admin:
        assert len(admin.get(NAME_SERVERS)["items"]) == 1


@pytest.mark.traffic
@pytest.mark.usefixtures("possible")
def test_a_killed_starter_leaves_nothing() -> None:
    with python("-c", UNTIL_TOLD) as starter:
        assert starter.stdout is not None
        supervisor, interface = starter.stdout.readline().split()
        traces = Traces(int(supervisor), interface)
        with Followed(family(int(supervisor))) as processes:
            starter.kill()
            assert processes.remaining() == []
    assert traces.left() == set()


@pytest.mark.traffic
@pytest.mark.usefixtures("possible")
@pytest.mark.parametrize("victim", ["containerd", "kubelet"])
def test_a_program_that_ends_takes_the_cluster_with_it_and_is_named(victim: str) -> None:
    with pytest.raises(ClusterError) as raised, Cluster.start(nodes=1, containers=True) as cluster:  # noqa: PT012
        assert cluster.supervisor_pid is not None
        traces = Traces.of(cluster)
        processes = family(cluster.supervisor_pid)
        with Followed(processes) as followed:
            (pid,) = (each for each in processes if victim in arguments(each)[:2])
            os.kill(pid, signal.SIGKILL)
            assert followed.remaining() == []
    assert "node1 ended unexpectedly (exit status 1)." in str(raised.value)
    assert f"{victim} ended (killed by signal 9)." in str(raised.value)
    assert traces.left() == set()


@pytest.mark.traffic
@pytest.mark.usefixtures("possible")
def test_one_that_stays_is_used_again_after_a_crash_and_is_gone_after_down(state: Path) -> None:
    cluster = Cluster.up(state, nodes=1, containers=True)
    with api(cluster.kubeconfig) as admin:
        admin.request("POST", PODS, waiting_pod("before", "node1"))
        (before,) = wait_for(admin, PODS, running)
    assert cluster.supervisor_pid is not None
    crashed = Traces.of(cluster)
    with Followed(family(cluster.supervisor_pid)) as processes:
        os.kill(cluster.supervisor_pid, signal.SIGKILL)
        assert processes.remaining() == []

    again = Cluster.up(state, nodes=1, containers=True)
    assert crashed.remaining() == set()
    traces = Traces.of(again)
    with api(again.kubeconfig) as admin:

        def restarted(pods: list[Object]) -> bool:
            return running(pods) and pods[0]["status"]["containerStatuses"][0]["restartCount"] == 1

        (after,) = wait_for(admin, PODS, restarted)
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert again.supervisor_pid is not None
    with Followed(family(again.supervisor_pid)) as processes:
        os.kill(again.supervisor_pid, signal.SIGKILL)
        Cluster.down(state)
        assert processes.remaining() == []
    assert traces.remaining() == set()
    assert {each.name for each in state.iterdir()} == {"logs", "audit.log"}


@pytest.mark.parametrize(
    ("platform", "user", "lacking", "sentence"),
    [
        ("linux", 0, [], None),
        ("darwin", 0, ["ip"], "Nodes with containers need Linux."),
        ("linux", 1000, ["ip"], "Nodes with containers need root's rights."),
        (
            "linux",
            0,
            ["containerd", "ctr", "/usr/lib/cni/ptp", "nft"],
            "Nodes with containers need containerd, ctr, /usr/lib/cni/ptp, nft. On Debian: apt-get "
            "install --no-install-recommends containerd containernetworking-plugins nftables",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_packages_that_have_it(
    platform: str, user: int, lacking: list[str], sentence: str | None
) -> None:
    assert requirements.explained(platform, user, lacking) == sentence
