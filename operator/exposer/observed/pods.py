"""The pods behind a Service, as far as a diagnosis needs them; read when it does, never watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PodRecord:
    """A pod that the selector matches.

    Attributes:
        state: Why it isn't ready, in Kubernetes' own words; empty if it is.
        port_names: The names of its containers' ports.
        stateful_set: The StatefulSet that it belongs to, if it does.
    """

    name: str
    state: str
    port_names: frozenset[str]
    stateful_set: str | None


@dataclass(frozen=True, slots=True)
class BackingPods:
    """What a look behind a Service found.

    Attributes:
        pods: The first few pods that match.
        governing: The Service that the pods' StatefulSet names (StatefulSetSpec.serviceName),
            None if the pods don't belong to one.
        seen: False if nobody may look.
    """

    pods: tuple[PodRecord, ...] = ()
    governing: str | None = None
    seen: bool = True


UNSEEN = BackingPods()
"""Nobody has looked."""

HIDDEN = BackingPods(seen=False)
"""It may not be looked at."""


def trimmed_pod(body: Mapping[str, Any]) -> PodRecord:
    """A Pod as it came from the API server."""
    metadata = body["metadata"]
    containers = [*body["spec"]["containers"], *body["spec"].get("initContainers", ())]
    ports = (port for container in containers for port in container.get("ports") or ())
    owners = (each for each in metadata.get("ownerReferences") or () if each.get("controller"))
    return PodRecord(
        name=metadata["name"],
        state=_state(body.get("status") or {}),
        port_names=frozenset(port["name"] for port in ports if port.get("name")),
        stateful_set=next((each["name"] for each in owners if each["kind"] == "StatefulSet"), None),
    )


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
