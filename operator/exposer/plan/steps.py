"""Changes in place that take two applies: what the API server won't do, or forget, in one."""

from collections.abc import Mapping
from typing import Any

from exposer.observed import ObjectRecord

Spec = Mapping[str, Any]


def first_step(desired: Mapping[str, Any], record: ObjectRecord) -> Mapping[str, Any] | None:
    """What to apply before ``desired`` can be; None if nothing, as nearly always."""
    if record.kind != "Service":
        return None
    new, old = desired["spec"], record.body.get("spec", {})
    spec = {**new, **_single_stack(new, old, record)}
    if _other_health_check(new, old):
        spec |= {"externalTrafficPolicy": "Cluster"}
        del spec["healthCheckNodePort"]
    return None if spec == new else {**desired, "spec": spec}


def _single_stack(new: Spec, old: Spec, record: ObjectRecord) -> Spec:
    """Left out, the policy stays as it was (core/v1 storage, initIPFamilyFields), so it is said."""
    taken_back = "f:spec f:ipFamilyPolicy" in record.applied and "ipFamilyPolicy" not in new
    if taken_back and old.get("ipFamilyPolicy") != "SingleStack" and new["type"] != "ExternalName":
        return {"ipFamilyPolicy": "SingleStack"}
    return {}


def _other_health_check(new: Spec, old: Spec) -> bool:
    """A healthCheckNodePort is immutable while there is one (ValidateServiceUpdate)."""
    wanted, found = new.get("healthCheckNodePort"), old.get("healthCheckNodePort")
    return bool(wanted and found and wanted != found)
