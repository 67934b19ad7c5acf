"""Which changes of a Service the API server takes in place, and which need a new Service."""

from collections.abc import Mapping
from typing import Any

from exposer.observed import ObjectRecord


def must_be_replaced(desired: Mapping[str, Any], record: ObjectRecord) -> bool:
    """Whether the object can't become what is desired.

    A ClusterIP is immutable (core/v1 ValidateServiceClusterIPsRelatedFields), "None" included,
    unless the Service becomes an ExternalName or has been one; an EndpointSlice's address type is
    part of its name here, so that it never changes.
    """
    if record.kind != "Service":
        return False
    new, old = desired["spec"], record.body.get("spec", {})
    if "ExternalName" in (new["type"], old.get("type")):
        return False
    return bool((new.get("clusterIP") == "None") != (old.get("clusterIP") == "None"))
