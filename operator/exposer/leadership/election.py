"""Who leads: the holder of a coordination.k8s.io Lease. Pure.

The fields are used as by client-go (tools/leaderelection), so that whoever knows those can read it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Spec = Mapping[str, Any]


def bid(
    spec: Spec, identity: str, silence: timedelta, duration: timedelta, now: datetime
) -> Spec | None:
    """The Lease by which one becomes its holder, or stays it; None while it is another's.

    Args:
        spec: The Lease as it stands; empty if there is none.
        identity: Who asks.
        silence: For how long the Lease has been seen as it is. The holder's clock counts for
            nothing, as it may be wrong.
        duration: For how long the Lease is to count when it isn't renewed.
        now: For people to read.
    """
    holder = spec.get("holderIdentity") or ""
    if holder not in ("", identity) and silence < _duration_of(spec):
        return None
    is_new = holder != identity
    return {
        "holderIdentity": identity,
        "leaseDurationSeconds": max(1, round(duration.total_seconds())),
        "acquireTime": _micro_time(now) if is_new else spec["acquireTime"],
        "renewTime": _micro_time(now),
        "leaseTransitions": (spec.get("leaseTransitions") or 0) + (is_new and bool(spec)),
    }


def released(spec: Spec, now: datetime) -> Spec:
    """The Lease when its holder lets go of it: anybody may have it at once."""
    return {
        **spec,
        "holderIdentity": "",
        "leaseDurationSeconds": 1,
        "renewTime": _micro_time(now),
    }


def _duration_of(spec: Spec) -> timedelta:
    return timedelta(seconds=spec.get("leaseDurationSeconds") or 1)


def _micro_time(moment: datetime) -> str:
    """As metav1.MicroTime is written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
