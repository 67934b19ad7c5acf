"""What is worth an Event: the way from one status to the next. Pure."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from exposer.api import ConditionType, Reason

_EXPECTED = (Reason.PENDING, Reason.NO_PODS_MATCH)
"""What happens in the best of clusters: a load balancer takes its time, a workload has no pods."""


class Event(NamedTuple):
    """One event about a request (events.k8s.io/v1)."""

    type: Literal["Normal", "Warning"]
    reason: str
    note: str


def events(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Event]:
    """The transitions between two statuses; a new request that is Ready at once has none.

    Args:
        before: The status that was told last, empty if none was.
        after: The status that is told now.
    """
    told = []
    ready = _transition(before, after, ConditionType.READY)
    if ready and (before or ready["status"] != "True"):
        told.append(_event(ready))
    lost = _transition(before, after, ConditionType.ENDPOINTS_AVAILABLE)
    if lost and lost["status"] != "True" and _status(before, lost["type"]) == "True":
        told.append(_event(lost))
    return told


def replaced(service: str) -> Event:
    """That the Service had to go for a new one."""
    note = f'Service "{service}" is replaced: the API server does not take this change in place'
    return Event("Normal", "ServiceReplaced", note)


def _transition(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: ConditionType
) -> Mapping[str, Any] | None:
    """The condition as it is now, if its status or reason is another than before."""
    old, new = _condition(before, kind), _condition(after, kind)
    if new is None or (old and (old["status"], old["reason"]) == (new["status"], new["reason"])):
        return None
    return new


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    found = (each for each in status.get("conditions") or () if each["type"] == kind)
    return next(found, None)


def _status(status: Mapping[str, Any], kind: str) -> str | None:
    condition = _condition(status, kind)
    return condition["status"] if condition else None


def _event(condition: Mapping[str, Any]) -> Event:
    normal = condition["status"] == "True" or condition["reason"] in _EXPECTED
    return Event("Normal" if normal else "Warning", condition["reason"], condition["message"])
