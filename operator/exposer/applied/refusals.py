"""The table: what the API server answered -> which reason, and whether trying again can help.

Only where an answer shows that the request itself is wrong is it final. The rest is tried again,
ever more slowly, and passed on in the API server's words: also what this version doesn't know.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exposer.api import Reason
from exposer.kube import ApiError
from exposer.observed import Key
from exposer.plan import Refusal
from exposer.plan.ownership import told_holder

HolderOf = Callable[[int | str], Key | None]
"""Which Service has a node port or a ClusterIP, as far as is known."""

_WRONG = ("FieldValueInvalid", "FieldValueTooLong")
"""Reasons of a cause (metav1.CauseType) that say: this value will never do.

Not those that depend on what else stands (FieldValueDuplicate, FieldValueForbidden), or on the
version of the API server (FieldValueNotSupported).
"""

_USERS_FIELDS = tuple(
    re.compile(pattern)
    for pattern in (
        # apimachinery ValidateObjectMeta
        r"metadata\.(name|labels|annotations)(\[.*\])?",
        # core/v1 ValidateService
        r"spec\.selector",
        r"spec\.externalName",
        r"spec\.ports\[\d+\]\.(name|port|targetPort|protocol|appProtocol)",
        r"spec\.sessionAffinityConfig\.clientIP\.timeoutSeconds",
        r"spec\.loadBalancerSourceRanges(\[\d+\])?",
        # core/v1 ValidateEndpoints, discovery/v1 ValidateEndpointSlice
        r"subsets\[\d+\]\.addresses\[\d+\]\.ip",
        r"endpoints\[\d+\]\.addresses\[\d+\]",
    )
)
"""The fields that a request alone decides on, and that may change at any time.

What is not here may be right tomorrow: IP families and ClusterIP ranges are the cluster's, other
fields are immutable, and then refused for the same reason as a wrong value.
"""

_DENIED = re.compile(
    r'admission webhook "[^"]*" denied the request'
    r"|ValidatingAdmissionPolicy '[^']*' (with binding '[^']*' )?denied request"
)
"""The words of apiserver's webhook/errors (ToStatusErr) and policy/validating (dispatcher)."""


def is_denied(error: ApiError) -> bool:
    """Whether an admission webhook or policy said no, with whatever HTTP status it chose."""
    return bool(_DENIED.search(error.message))


def refusal_of(error: ApiError, namespace: str, holder_of: HolderOf) -> Refusal:
    """What the error means for the request.

    Args:
        error: The answer to a write.
        namespace: That of the request: Services of other namespaces are not named.
        holder_of: Tells who has what is taken.
    """
    if is_denied(error):
        return Refusal(Reason.SERVICE_REJECTED, error.message, retry_after=error.retry_after)
    for field, reason, message in _causes(error):
        if reason in _WRONG and any(each.fullmatch(field) for each in _USERS_FIELDS):
            return Refusal(Reason.SERVICE_REJECTED, error.message, retry=False)
        known = _known(error, field, message, namespace, holder_of)
        if known is not None:
            return known
    # A quota, a missing right, a namespace that is going away; a value, in words not known here.
    reason = Reason.SERVICE_REJECTED if error.code in (400, 403, 422) else Reason.PENDING
    passing = error.code in (0, 401, 409, 429) or error.code >= 500
    return Refusal(reason, error.message, retry_after=error.retry_after, passing=passing)


def _causes(error: ApiError) -> Iterator[tuple[str, str, str]]:
    """The field, the reason and the message of each cause."""
    causes: list[Mapping[str, Any]] = (error.status.get("details") or {}).get("causes") or []
    for cause in causes:
        yield (
            str(cause.get("field", "")),
            str(cause.get("reason", "")),
            str(cause.get("message", "")),
        )


def _known(
    error: ApiError, field: str, message: str, namespace: str, holder_of: HolderOf
) -> Refusal | None:
    """What is taken or out of range; the words are those of core/v1 service storage.

    They are in portallocator, in ipallocator, and for a health check node port, which has no field
    and comes as an internal error, in allocHealthCheckNodePort.
    """
    if field == "metadata.uid":  # not the object that was meant, but a successor
        return Refusal(Reason.PENDING, error.message)
    if field.startswith("spec.clusterIP"):
        address = re.search(r"failed to allocate IP ([0-9a-f.:]+):", message)
        holder = address and holder_of(address[1])
        if holder or "already allocated" in message:
            claim = address[1] if address else None
            return _taken(Reason.CLUSTER_IP_TAKEN, error, namespace, claim, holder)
        return None
    port = re.search(
        r"Invalid value: (\d+)" if field.endswith(".nodePort") else r"HealthCheck NodePort (\d+)",
        message,
    )
    if port is None:
        return None
    if "not in the valid range" in message:
        return Refusal(Reason.NODE_PORT_OUT_OF_RANGE, error.message, retry=False)
    holder = holder_of(int(port[1]))
    if holder or "already allocated" in message:
        return _taken(Reason.NODE_PORT_TAKEN, error, namespace, int(port[1]), holder)
    return None


def _taken(
    reason: Reason, error: ApiError, namespace: str, claim: int | str | None, holder: Key | None
) -> Refusal:
    told = f"; it is held by {told_holder(holder, namespace)}" if holder else ""
    message = error.message + told
    return Refusal(reason, message, claim=claim, held_by=holder, woken=holder is not None)
