"""What is worth an Event: the way from one status to the next. Pure."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from exposer.api import ConditionType, Reason
from exposer.status.told import told_conditions

_UNTOLD = (Reason.PENDING, Reason.NOT_APPLICABLE)
"""Why EndpointsAvailable isn't True when all is well, or may be in a moment."""

_LASTING = (Reason.TARGET_PORT_NOT_FOUND, Reason.IP_FAMILY_MISMATCH)
"""What pods that start don't mend, so that it is told even of a Service that had no endpoints."""


class Event(NamedTuple):
    """One event about a request (events.k8s.io/v1)."""

    type: Literal["Normal", "Warning"]
    reason: str
    note: str


def events(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Event]:
    """The transitions between two statuses; a new request that just works has none.

    Args:
        before: The status that was told last, empty if none was.
        after: The status that is told now.
    """
    old, new = told_conditions(before), told_conditions(after)
    ready = _of_ready(old.get(ConditionType.READY), new.get(ConditionType.READY))
    endpoints = _of_endpoints(
        old.get(ConditionType.ENDPOINTS_AVAILABLE), new.get(ConditionType.ENDPOINTS_AVAILABLE)
    )
    return [event for event in (ready, endpoints) if event is not None]


def replaced(service: str) -> Event:
    """That the Service had to go for a new one."""
    note = (
        f'Service "{service}" is recreated: this change can\'t be made in place; connections fail '
        "until the new one is there"
    )
    return Event("Warning", "ServiceReplaced", note)


_Condition = Mapping[str, Any] | None


def _of_ready(old: _Condition, new: _Condition) -> Event | None:
    if new is None or _is_same(old, new) or (old is None and new["status"] == "True"):
        return None
    # A load balancer takes its time in the best of clusters.
    return _event(new, normal=new["status"] == "True" or new["reason"] == Reason.PENDING)


def _of_endpoints(old: _Condition, new: _Condition) -> Event | None:
    """That there are none: once, for as long as there are none. And that there are some again."""
    if new is None or _is_same(old, new) or new["reason"] in _UNTOLD:
        return None
    was_told = old is not None and old["status"] == "False" and old["reason"] not in _UNTOLD
    if new["status"] == "True":
        return _event(new, normal=True) if was_told else None
    if was_told and new["reason"] not in _LASTING:
        return None
    # A workload that had pods is scaled to zero; one that never had any may not be what was meant.
    had_some = old is not None and old["status"] == "True"
    return _event(new, normal=had_some and new["reason"] == Reason.NO_PODS_MATCH)


def _is_same(old: _Condition, new: Mapping[str, Any]) -> bool:
    return old is not None and (old["status"], old["reason"]) == (new["status"], new["reason"])


def _event(condition: Mapping[str, Any], normal: bool) -> Event:
    return Event("Normal" if normal else "Warning", condition["reason"], condition["message"])
