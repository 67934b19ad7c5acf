"""Changes in place that take two applies: what the API server won't do in one."""

from collections.abc import Mapping
from typing import Any

from exposer.observed import ObjectRecord

Spec = Mapping[str, Any]


def first_step(desired: Mapping[str, Any], record: ObjectRecord) -> Mapping[str, Any] | None:
    """What to apply before ``desired`` can be; None if nothing, as nearly always."""
    if record.kind != "Service":
        return None
    new, old = desired["spec"], record.body.get("spec", {})
    if not _other_health_check(new, old):
        return None
    spec = {**new, "externalTrafficPolicy": "Cluster"}
    del spec["healthCheckNodePort"]
    return {**desired, "spec": spec}


def _other_health_check(new: Spec, old: Spec) -> bool:
    """A healthCheckNodePort is immutable while there is one (ValidateServiceUpdate)."""
    wanted, found = new.get("healthCheckNodePort"), old.get("healthCheckNodePort")
    return bool(wanted and found and wanted != found)
