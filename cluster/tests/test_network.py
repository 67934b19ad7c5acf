"""The network of nodes with containers, on paper."""

from pathlib import Path

import pytest

from localcluster import Cluster, ClusterError
from localcluster.layout import Layout
from localcluster.network import Network
from localcluster.network.lan import Lan
from localcluster.node_specs import NodeSpec


def test_the_machine_nodes_and_other_hosts_have_addresses_of_both_families() -> None:
    lan = Lan(7)
    assert lan.prefixes == ("10.250.7.0/24", "fd00:10:250:7::/64")
    assert lan.machine == ("10.250.7.1", "fd00:10:250:7::1")
    assert lan.node(NodeSpec(2)) == ("10.250.7.12", "fd00:10:250:7::12")
    assert lan.addresses(101) == ("10.250.7.101", "fd00:10:250:7::101")


def test_the_last_node_is_not_taken_for_another_host() -> None:
    assert Lan(1).node(NodeSpec(Lan.MOST_NODES)) == Lan(1).addresses(100)


def test_the_kernel_takes_the_longest_name() -> None:
    assert len(Lan(254).name) == 15


def test_a_network_is_read_as_it_was_written(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    Network(Lan(7), "/proc/1/fd/3", {1: 100, 2: 200}).write(layout)
    network = Network.read(layout)
    assert network.interface == "localcluster7"
    assert network.node_address(1) == ("10.250.7.11", "fd00:10:250:7::11")
    assert network.in_node(2).command(["ip", "route"]) == [
        "nsenter",
        "--target=200",
        "--net",
        "--mount",
        "--uts",
        "--",
        "ip",
        "route",
    ]


def test_stand_ins_have_no_network(tmp_path: Path) -> None:
    with pytest.raises(ClusterError) as raised:
        Network.read(Layout(tmp_path))
    assert str(raised.value) == "The cluster's nodes are a stand-in without a network."


def test_more_nodes_with_containers_than_addresses_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^at most 90 nodes can have containers, not 91$"):
        Cluster.start(nodes=91, containers=True)
