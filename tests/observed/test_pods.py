"""A Pod -> what a diagnosis needs of it."""

from typing import Any

import pytest

from exposer.observed.pods import DeclaredPort, PodRecord, trimmed_pod


def a_pod_body(status: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    containers = [
        {"name": "web", "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]},
        {"name": "agent", "ports": [{"containerPort": 9000}]},
    ]
    sidecar = {"name": "proxy", "ports": [{"name": "admin", "containerPort": 9901}]}
    spec = {"containers": containers, "initContainers": [sidecar]}
    return {"metadata": {"name": "web-0", **metadata}, "spec": spec, "status": status}


def condition(kind: str, status: str, reason: str | None = None) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": status, "reason": reason}]}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param({"phase": "Running", **condition("Ready", "True")}, "", id="ready"),
        pytest.param(
            {"phase": "Running", **condition("Ready", "False")},
            "Running, but not ready",
            id="running",
        ),
        pytest.param(
            {
                "phase": "Pending",
                "containerStatuses": [
                    {"state": {"running": {}}},
                    {"state": {"waiting": {"reason": "ImagePullBackOff"}}},
                ],
            },
            "ImagePullBackOff",
            id="no image",
        ),
        pytest.param(
            {"phase": "Pending", **condition("PodScheduled", "False", "Unschedulable")},
            "Unschedulable",
            id="no node",
        ),
        pytest.param({"phase": "Pending"}, "Pending", id="pending"),
        pytest.param({}, "Pending", id="new"),
    ],
)
def test_the_state_is_what_kubernetes_says(status: dict[str, Any], state: str) -> None:
    assert trimmed_pod(a_pod_body(status)).state == state


@pytest.mark.parametrize(
    ("kind", "stateful_set"),
    [pytest.param("StatefulSet", "web"), pytest.param("ReplicaSet", None)],
)
def test_the_names_that_matter_are_kept(kind: str, stateful_set: str | None) -> None:
    owner = {"kind": kind, "name": "web", "controller": True}
    body = a_pod_body({"phase": "Pending"}, ownerReferences=[owner])
    ports = frozenset(
        {
            DeclaredPort("http", 8080, "TCP"),
            DeclaredPort("", 9000, "TCP"),
            DeclaredPort("admin", 9901, "TCP"),
        }
    )
    assert trimmed_pod(body) == PodRecord("web-0", "Pending", ports, stateful_set)
