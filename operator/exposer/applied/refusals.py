"""The table: what the API server answered -> which reason, and whether trying again can help."""

import re
from collections.abc import Callable

from exposer.api import Reason
from exposer.kube import ApiError
from exposer.observed import Key
from exposer.plan import Refusal

HolderOf = Callable[[int | str], Key | None]
"""Which Service has a node port or a ClusterIP, as far as is known."""


def refusal_of(error: ApiError, holder_of: HolderOf) -> Refusal:
    """What the error means for the request.

    Args:
        error: The answer to a write.
        holder_of: Tells who has what is taken.
    """
    if error.code in (400, 422):
        return _invalid(error, holder_of)
    if error.code == 403:  # quota, admission, a missing right, a namespace that is going away
        return Refusal(Reason.SERVICE_REJECTED, error.message, retry_after=error.retry_after)
    passing = error.code in (0, 401, 429) or error.code >= 500
    return Refusal(Reason.PENDING, error.message, retry_after=error.retry_after, passing=passing)


def _invalid(error: ApiError, holder_of: HolderOf) -> Refusal:
    """The words are those of core/v1 service storage (portallocator, ipallocator)."""
    causes = (error.status.get("details") or {}).get("causes") or ()
    if causes and not any(cause.get("field") for cause in causes):
        # Nothing is wrong with a field: an admission policy said no, and may be changed.
        return Refusal(Reason.SERVICE_REJECTED, error.message, retry_after=error.retry_after)
    for cause in causes:
        field, message = str(cause.get("field", "")), str(cause.get("message", ""))
        if field.endswith(".nodePort") and "already allocated" in message:
            port = re.search(r"Invalid value: (\d+)", message)
            return _taken(Reason.NODE_PORT_TAKEN, error, port and holder_of(int(port[1])))
        if field.endswith(".nodePort") and "not in the valid range" in message:
            return Refusal(Reason.NODE_PORT_OUT_OF_RANGE, error.message, retry=False)
        if field.startswith("spec.clusterIP") and "already allocated" in message:
            address = re.search(r"failed to allocate IP (\S+):", message)
            return _taken(Reason.CLUSTER_IP_TAKEN, error, address and holder_of(address[1]))
        if field == "metadata.uid":  # not the object that was meant, but a successor
            return Refusal(Reason.PENDING, error.message)
    return Refusal(Reason.SERVICE_REJECTED, error.message, retry=False)


def _taken(reason: Reason, error: ApiError, holder: Key | None) -> Refusal:
    told = f'; it is held by Service "{holder}"' if holder else ""
    return Refusal(reason, error.message + told, held_by=holder)
