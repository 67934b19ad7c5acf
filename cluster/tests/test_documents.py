"""The documents that describe nodes and pods, and kubeconfigs."""

import base64
import datetime
from pathlib import Path

import pytest
import yaml

from localcluster.controlplane import kubeconfig
from localcluster.controlplane.pki import Credential
from localcluster.node_specs import NodeSpec, node_specs
from localcluster.nodes.pod_status import node_object, pod_status

NOON = datetime.datetime(2026, 1, 2, 12, 0, 0, tzinfo=datetime.UTC)
TIME = "2026-01-02T12:00:00Z"
SERVER = "https://127.0.0.1:6443"


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def test_nodes_have_names_addresses_and_zones_of_their_own() -> None:
    found = [
        (each.name, each.address, each.zone, each.pod_prefix, each.user) for each in node_specs(2)
    ]
    assert found == [
        ("node1", "10.240.0.1", "zone-a", "10.244.1.", "system:node:node1"),
        ("node2", "10.240.0.2", "zone-b", "10.244.2.", "system:node:node2"),
    ]


def test_there_are_as_many_zones_as_letters() -> None:
    specs = node_specs(254)
    assert [specs[number].zone for number in (0, 25, 26, 253)] == [
        "zone-a",
        "zone-z",
        "zone-a",
        "zone-t",
    ]


@pytest.mark.parametrize("number", [-1, 0, 255])
def test_other_numbers_of_nodes_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"^a cluster has 1 to 254 nodes, not {number}$"):
        node_specs(number)


def test_a_node_is_ready() -> None:
    capacity = {"cpu": "8", "memory": "16Gi", "ephemeral-storage": "64Gi", "pods": "110"}

    def condition(kind: str, status: str, reason: str) -> dict[str, str]:
        return {"type": kind, "status": status, "lastTransitionTime": TIME, "reason": reason}

    assert node_object(NodeSpec(3), NOON) == {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": "node3",
            "labels": {
                "kubernetes.io/hostname": "node3",
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/zone": "zone-c",
            },
        },
        "spec": {
            "podCIDR": "10.244.3.0/24",
            "podCIDRs": ["10.244.3.0/24", "fd00:10:244:3::/64"],
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": "10.240.0.3"},
                {"type": "Hostname", "address": "node3"},
            ],
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [
                condition("Ready", "True", "KubeletReady"),
                condition("MemoryPressure", "False", "KubeletHasNoMemoryPressure"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasNoPIDPressure"),
            ],
        },
    }


def test_a_pod_runs_with_all_its_containers() -> None:
    pod = {
        "metadata": {"name": "web"},
        "spec": {
            "initContainers": [
                {"name": "prepare", "image": "i:1"},
                {"name": "proxy", "image": "i:2", "restartPolicy": "Always"},
            ],
            "containers": [{"name": "main", "image": "i:3"}],
        },
    }

    def container(name: str, image: str) -> dict[str, object]:
        return {"name": name, "image": image, "imageID": image, "restartCount": 0}

    running = {"ready": True, "started": True, "state": {"running": {"startedAt": TIME}}}
    ended = {"exitCode": 0, "reason": "Completed", "startedAt": TIME, "finishedAt": TIME}
    completed = {"ready": True, "started": False, "state": {"terminated": ended}}
    assert pod_status(pod, NodeSpec(1), "10.244.1.2", NOON) == {
        "phase": "Running",
        "hostIP": "10.240.0.1",
        "hostIPs": [{"ip": "10.240.0.1"}],
        "podIP": "10.244.1.2",
        "podIPs": [{"ip": "10.244.1.2"}, {"ip": "fd00:10:244:1::2"}],
        "startTime": TIME,
        "conditions": [
            {"type": kind, "status": "True", "lastTransitionTime": TIME}
            for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        ],
        "initContainerStatuses": [
            {**container("prepare", "i:1"), **completed},
            {**container("proxy", "i:2"), **running},
        ],
        "containerStatuses": [{**container("main", "i:3"), **running}],
    }


@pytest.mark.parametrize(
    ("annotations", "ready"),
    [
        (None, "True"),
        ({"localcluster.dev/stand-in": "not-ready"}, "False"),
        ({"localcluster.dev/stand-in": "something else"}, "True"),
        ({"other": "not-ready"}, "True"),
    ],
)
def test_the_annotation_decides_whether_a_pod_is_ready(
    annotations: dict[str, str] | None, ready: str
) -> None:
    pod = {"metadata": {"annotations": annotations}, "spec": {"containers": []}}
    status = pod_status(pod, NodeSpec(1), "10.244.1.2", NOON)
    assert {each["type"]: each["status"] for each in status["conditions"]} == {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": ready,
        "Ready": ready,
    }


def test_a_kubeconfig_carries_the_certificates(tmp_path: Path) -> None:
    credential = Credential(certificate=b"certificate", key=b"key")
    path = tmp_path / "kubeconfig"
    path.write_bytes(kubeconfig.with_certificate(SERVER, b"authority", "alice", credential))
    assert yaml.safe_load(path.read_text()) == {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "localcluster",
                "cluster": {"server": SERVER, "certificate-authority-data": encoded(b"authority")},
            }
        ],
        "users": [
            {
                "name": "alice",
                "user": {
                    "client-certificate-data": encoded(b"certificate"),
                    "client-key-data": encoded(b"key"),
                },
            }
        ],
        "contexts": [
            {"name": "localcluster", "context": {"cluster": "localcluster", "user": "alice"}}
        ],
        "current-context": "localcluster",
    }
    assert kubeconfig.read_server(path) == SERVER


def test_a_kubeconfig_carries_the_token() -> None:
    document = yaml.safe_load(kubeconfig.with_token(SERVER, b"authority", "robot", "secret"))
    assert document["users"] == [{"name": "robot", "user": {"token": "secret"}}]
