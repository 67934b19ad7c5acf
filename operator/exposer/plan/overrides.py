"""Fields of owned objects that others change: which ones, and who."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from exposer.api import Reason
from exposer.api.identity import MANAGED_BY_LABEL
from exposer.observed import ObjectRecord, Snapshot, is_owned_by
from exposer.plan.differences import differing_fields, managers_of, owned_fields
from exposer.plan.outcome import Refusal

_SHOWN = 5  # fields in a message


def overridden(
    record: ObjectRecord, fields: Sequence[str], missing: Sequence[str], version: str
) -> Refusal:
    """The refusal where the API server took an object and made something else of it.

    Args:
        record: What it made.
        fields: What is not as desired.
        missing: What of that is not there at all.
        version: The API server's, if it is known.
    """
    server = f"the API server ({version})" if version else "the API server"
    others = [field for field in fields if field not in missing]
    told = [
        f"{_listed(missing)} did not come out at all: {server} does not know the field or has its "
        "feature switched off, or an admission policy or a webhook takes it away"
        if missing
        else "",
        f"{_listed(others)} did not come out as asked for: an admission policy or a webhook "
        "changes the object"
        if others
        else "",
    ]
    return Refusal(
        Reason.FIELDS_OVERRIDDEN,
        f'{record.kind} "{record.key.name}" was written, but {"; and ".join(filter(None, told))}',
        seldom=not others,
    )


def changes_by_others(uid: str, desired: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> str:
    """What others did to objects that stood as desired; empty if it is nothing.

    Args:
        uid: The request's.
        desired: What is to stand.
        snapshot: What stands.
    """
    return "; ".join(filter(None, (_changes(uid, body, snapshot) for body in desired)))


def contested(changes: str, pause: timedelta) -> Refusal:
    """The refusal while somebody keeps changing what is put back.

    Args:
        changes: What ``changes_by_others`` says.
        pause: How long not to try again.
    """
    return Refusal(
        Reason.FIELDS_OVERRIDDEN,
        f"{changes}; this happens again and again, and is put back ever less often",
        retry_after=pause,
    )


def _changes(uid: str, body: Mapping[str, Any], snapshot: Snapshot) -> str:
    kind, name = body["kind"], body["metadata"]["name"]
    record = snapshot.find(kind, name)
    if record is None and kind != "Service":  # which are seen by their label
        return f'{kind} "{name}" was deleted, or lost the label {MANAGED_BY_LABEL}'
    if record is None:
        return f'{kind} "{name}" was deleted'
    if not is_owned_by(record, uid) or record.deleting:
        return ""
    ours = owned_fields(body, record)
    fields = [field for field in differing_fields(body, record) if field not in ours]
    if not fields:
        return ""
    managers = managers_of(fields, body, record)
    who = " and ".join(f'"{manager}"' for manager in managers) or "somebody"
    return f'{who} changed {_listed(fields)} of {kind} "{name}"'


def _listed(fields: Sequence[str]) -> str:
    more = len(fields) - _SHOWN
    return ", ".join(fields[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
