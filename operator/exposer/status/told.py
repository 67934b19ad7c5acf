"""What a status told last; somebody may have edited it, and what can't be read counts as none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from exposer.api import ConditionType


def told_conditions(status: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The conditions by their type, without those that no operator wrote."""
    listed = status.get("conditions")
    if not isinstance(listed, list):
        return {}
    return {each["type"]: each for each in listed if _is_condition(each)}


def as_told_before(status: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The status with what was told of pods before, as long as nobody has looked at them again.

    A new process knows less than the one before it, which has told why pods aren't ready. That
    still counts if the endpoints are the same, until the first look.
    """
    old = told_conditions(before).get(ConditionType.ENDPOINTS_AVAILABLE)
    if old is None or before.get("endpointSummary") != status.get("endpointSummary"):
        return status
    return {
        **status,
        "conditions": [
            {**each, "message": old["message"]} if _is_same(each, old) else each
            for each in status["conditions"]
        ],
    }


def _is_same(condition: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    fields = ("type", "status", "reason", "observedGeneration")
    return all(condition.get(field) == old.get(field) for field in fields)


def foreign_parts(status: Mapping[str, Any], written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What others put into a status beside what was written, as a JSON patch that takes it out.

    An apply leaves alone what another field manager owns (KEP-555).

    Args:
        status: As it is.
        written: As it should be.
    """
    operations: list[dict[str, Any]] = []
    listed = status.get("conditions")
    ours = {each["type"] for each in written["conditions"]}
    for index, condition in reversed(list(enumerate(listed if isinstance(listed, list) else ()))):
        if condition["type"] not in ours:
            path = f"/status/conditions/{index}"
            operations += [
                {"op": "test", "path": f"{path}/type", "value": condition["type"]},
                {"op": "remove", "path": path},
            ]
    for field in status:
        if field not in written:
            operations.append({"op": "remove", "path": f"/status/{field}"})
    return operations


def told_time(condition: Mapping[str, Any]) -> datetime | None:
    """When the condition last changed, in UTC and whole seconds; None if nobody can tell."""
    text = condition.get("lastTransitionTime")
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
        return None if time.tzinfo is None else time.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):  # a leap second; the year 0 in another time zone
        return None


def _is_condition(value: Any) -> bool:
    fields = ("type", "status", "reason", "message")
    return isinstance(value, Mapping) and all(isinstance(value.get(each), str) for each in fields)
