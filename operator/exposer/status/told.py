"""What a status told last; somebody may have edited it, and what can't be read counts as none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def told_conditions(status: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The conditions by their type, without those that no operator wrote."""
    listed = status.get("conditions")
    if not isinstance(listed, list):
        return {}
    return {each["type"]: each for each in listed if _is_condition(each)}


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
