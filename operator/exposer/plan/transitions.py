"""Which changes of a Service the API server takes in place, and which need a new Service."""

from collections.abc import Mapping
from typing import Any

from exposer.observed import ObjectRecord

Spec = Mapping[str, Any]


def must_be_replaced(desired: Mapping[str, Any], record: ObjectRecord) -> bool:
    """Whether the object can't become what is desired.

    A ClusterIP is immutable (core/v1 ValidateServiceClusterIPsRelatedFields), "None" included, and
    so is the first IP family, unless the Service becomes an ExternalName or has been one. So is a
    load balancer's class (ValidateLoadBalancerClassField): its controller must clean up before
    another's begins, and a deletion waits for that. An EndpointSlice's address type is part of its
    name here, so that it never changes.
    """
    if record.kind != "Service":
        return False
    new, old = desired["spec"], record.body.get("spec", {})
    if "ExternalName" in (new["type"], old.get("type")):
        return False
    if (new.get("clusterIP") == "None") != (old.get("clusterIP") == "None"):
        return True
    if _changed("clusterIP", new, old) or _changed("ipFamilies", new, old):
        return True
    return new["type"] == old.get("type") == "LoadBalancer" and _other_class(new, old, record)


def _changed(field: str, new: Spec, old: Spec) -> bool:
    """Whether the first value of a field is asked for, and another stands."""
    wanted, found = _first(new.get(field)), _first(old.get(field))
    return bool(wanted and found and wanted != found)


def _other_class(new: Spec, old: Spec, record: ObjectRecord) -> bool:
    """Whether another class is asked for, or ours no more; one that a webhook gave may stay."""
    wanted, found = new.get("loadBalancerClass"), old.get("loadBalancerClass")
    ours = "f:spec f:loadBalancerClass" in record.applied
    return bool(wanted != found and (wanted or ours))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
