"""Stage 3: the objects that ought to stand. Pure: a request in, plain API objects out."""

from typing import Any

from exposer.api import AcceptedRequest
from exposer.desired.endpoints import desired_endpoints, desired_slices
from exposer.desired.metadata import Owner
from exposer.desired.service import desired_service

__all__ = ["Owner", "desired_objects"]


def desired_objects(owner: Owner, request: AcceptedRequest) -> list[dict[str, Any]]:
    """All objects that the request owns, the Service first: the others are nothing without it."""
    objects = [desired_service(owner, request)]
    if request.addresses:
        objects += desired_slices(owner, request)
        objects.append(desired_endpoints(owner, request))
    return objects
