"""The pods behind a Service, as far as a diagnosis needs them; read when it does, never watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

_MOST_PORTS = 1000  # of a pod; no request has more


class DeclaredPort(NamedTuple):
    """A port that a container declares (core/v1 ContainerPort); its name is empty without one."""

    name: str
    number: int
    protocol: str


@dataclass(frozen=True, slots=True)
class PodRecord:
    """A pod that the selector matches.

    Attributes:
        state: Why it isn't ready, in Kubernetes' own words; empty if it is.
        ports: What its containers declare.
        stateful_set: The StatefulSet that it belongs to, if it does.
    """

    name: str
    state: str
    ports: frozenset[DeclaredPort]
    stateful_set: str | None


@dataclass(frozen=True, slots=True)
class BackingPods:
    """What a look behind a Service found.

    Attributes:
        pods: The first few pods that match.
        governing: The Service that the pods' StatefulSet names (StatefulSetSpec.serviceName),
            None if the pods don't belong to one.
        problem: Why nothing could be seen, None if the look succeeded.
        looked: False as long as nobody has tried.
    """

    pods: tuple[PodRecord, ...] = ()
    governing: str | None = None
    problem: str | None = None
    looked: bool = True


UNSEEN = BackingPods(looked=False)
"""Nobody has looked."""

HIDDEN = BackingPods(problem="pods may not be listed")
"""A right is missing."""


def unavailable(why: str) -> BackingPods:
    """The look failed, and may succeed the next time.

    Args:
        why: What the API server answered, or that it did not.
    """
    return BackingPods(problem=f"pods can't be listed just now: {why}")


def trimmed_pod(body: Mapping[str, Any]) -> PodRecord:
    """A Pod as it came from the API server."""
    metadata = body["metadata"]
    containers = [*body["spec"]["containers"], *body["spec"].get("initContainers", ())]
    ports = (port for container in containers for port in container.get("ports") or ())
    owners = (each for each in metadata.get("ownerReferences") or () if each.get("controller"))
    return PodRecord(
        name=metadata["name"],
        state=_state(body.get("status") or {}),
        ports=frozenset(islice(map(_declared, ports), _MOST_PORTS)),
        stateful_set=next((each["name"] for each in owners if each["kind"] == "StatefulSet"), None),
    )


def _declared(port: Mapping[str, Any]) -> DeclaredPort:
    return DeclaredPort(port.get("name") or "", port["containerPort"], port.get("protocol", "TCP"))


def _state(status: Mapping[str, Any]) -> str:
    """The most telling of what the kubelet and the scheduler say."""
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    if conditions.get("Ready", {}).get("status") == "True":
        return ""
    for container in status.get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason"):
            return str(waiting["reason"])
    scheduled = conditions.get("PodScheduled", {})
    if scheduled.get("status") == "False":
        return str(scheduled.get("reason") or "Pending")
    if status.get("phase") == "Running":
        return "Running, but not ready"
    return str(status.get("phase") or "Pending")
