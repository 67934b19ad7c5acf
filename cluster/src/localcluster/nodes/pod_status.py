"""What a kubelet would say about nodes and pods: pure functions that make documents."""

import datetime
from collections.abc import Mapping
from typing import Any

from localcluster.api import Object
from localcluster.node_specs import NodeSpec

__all__ = ["NOT_READY", "STAND_IN_ANNOTATION", "node_object", "pod_status"]

STAND_IN_ANNOTATION = "localcluster.dev/stand-in"
"""An annotation of pods that tells the stand-in how they fare."""

NOT_READY = "not-ready"
"""The annotation's value for a pod that runs, but isn't ready."""

_CAPACITY = {"cpu": "8", "memory": "16Gi", "ephemeral-storage": "64Gi", "pods": "110"}


def node_object(spec: NodeSpec, now: datetime.datetime) -> Object:
    """A node that is ready."""
    conditions = [
        _condition("Ready", True, now, reason="KubeletReady"),
        *(
            _condition(kind, False, now, reason=f"KubeletHasNo{kind}")
            for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")
        ),
    ]
    addresses = [
        {"type": "InternalIP", "address": spec.address},
        {"type": "Hostname", "address": spec.name},
    ]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": spec.name, "labels": spec.labels},
        "spec": {"podCIDR": spec.pod_ranges[0], "podCIDRs": list(spec.pod_ranges)},
        "status": {
            "addresses": addresses,
            "capacity": _CAPACITY,
            "allocatable": _CAPACITY,
            "conditions": conditions,
        },
    }


def pod_status(pod: Object, spec: NodeSpec, address: str, now: datetime.datetime) -> Object:
    """The status of a pod whose containers have all started."""
    annotations: Mapping[str, str] = pod["metadata"].get("annotations") or {}
    ready = annotations.get(STAND_IN_ANNOTATION) != NOT_READY
    reason = None if ready else "ContainersNotReady"
    return {
        "phase": "Running",
        "hostIP": spec.address,
        "hostIPs": [{"ip": spec.address}],
        "podIP": address,
        "podIPs": [{"ip": ip} for ip in _addresses(spec, address)],
        "startTime": _time(now),
        "conditions": [
            _condition("PodScheduled", True, now),
            _condition("Initialized", True, now),
            _condition("ContainersReady", ready, now, reason=reason),
            _condition("Ready", ready, now, reason=reason),
        ],
        "initContainerStatuses": [
            _initialized(container, now) for container in pod["spec"].get("initContainers", [])
        ],
        "containerStatuses": [
            _running(container, ready, now) for container in pod["spec"]["containers"]
        ],
    }


def _addresses(spec: NodeSpec, address: str) -> list[str]:
    """A pod's addresses of both families; a pod in the node's network has the node's only one."""
    if address == spec.address:
        return [address]
    return [address, f"{spec.pod_prefix_6}{address.rpartition('.')[2]}"]


def _running(container: Object, ready: bool, now: datetime.datetime) -> Object:
    return {
        **_container(container),
        "ready": ready,
        "started": True,
        "state": {"running": {"startedAt": _time(now)}},
    }


def _initialized(container: Object, now: datetime.datetime) -> Object:
    if container.get("restartPolicy") == "Always":  # a sidecar, which keeps running
        return _running(container, True, now)
    ended = {
        "exitCode": 0,
        "reason": "Completed",
        "startedAt": _time(now),
        "finishedAt": _time(now),
    }
    return {
        **_container(container),
        "ready": True,
        "started": False,
        "state": {"terminated": ended},
    }


def _container(container: Object) -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": container["image"],
        "restartCount": 0,
    }


def _condition(
    kind: str, holds: bool, now: datetime.datetime, *, reason: str | None = None
) -> dict[str, Any]:
    condition = {
        "type": kind,
        "status": "True" if holds else "False",
        "lastTransitionTime": _time(now),
    }
    return condition if reason is None else {**condition, "reason": reason}


def _time(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
