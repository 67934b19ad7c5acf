"""Which changes of a Service the API server takes in place, and which need a new Service."""

from collections.abc import Mapping
from typing import Any

from exposer.observed import ObjectRecord


def must_be_replaced(desired: Mapping[str, Any], record: ObjectRecord) -> bool:
    """Whether the object can't become what is desired.

    A ClusterIP is immutable (core/v1 ValidateServiceClusterIPsRelatedFields), "None" included, and
    so is the first IP family, unless the Service becomes an ExternalName or has been one; an
    EndpointSlice's address type is part of its name here, so that it never changes.
    """
    if record.kind != "Service":
        return False
    new, old = desired["spec"], record.body.get("spec", {})
    if "ExternalName" in (new["type"], old.get("type")):
        return False
    if (new.get("clusterIP") == "None") != (old.get("clusterIP") == "None"):
        return True
    return _changed("clusterIP", new, old) or _changed("ipFamilies", new, old)


def _changed(field: str, new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether the first value of a field is asked for, and another stands."""
    wanted, found = _first(new.get(field)), _first(old.get(field))
    return bool(wanted and found and wanted != found)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
