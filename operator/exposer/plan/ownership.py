"""Ours, free, or somebody else's, and whose: answered before anything is written."""

from exposer.api import Reason
from exposer.observed import Key, ObjectRecord, Snapshot, is_owned_by
from exposer.plan.outcome import Refusal


def is_left_over(record: ObjectRecord, uid: str, snapshot: Snapshot) -> bool:
    """Whether the cluster made these endpoints for our Service while it had a selector.

    Its controllers neither update nor remove them once the selector is gone (endpointslice and
    endpoints controller, syncService). Endpoints have no owner; the controller copies the
    Service's labels to them, and only those with our label are watched.
    """
    service = snapshot.find("Service", record.service_key.name)
    if service is None or not is_owned_by(service, uid):
        return False
    if record.kind == "EndpointSlice":
        return is_owned_by(record, service.uid)
    return record.kind == "Endpoints" and record.owner is None


def conflict(record: ObjectRecord) -> Refusal:
    """The refusal for an object of the needed name that the request does not own."""
    return Refusal(
        Reason.SERVICE_CONFLICT,
        f'{record.kind} "{record.key.name}" belongs to {_whose(record)}; it is left alone. Delete '
        "it, or set spec.serviceName to a free name",
    )


def claimed_by(senior: Key, service: Key) -> Refusal:
    """The refusal for a request that is not the oldest of those that want one Service."""
    return Refusal(
        Reason.SERVICE_CONFLICT,
        f'ExposeRequest "{senior.name}" asked for Service "{service.name}" before; set '
        "spec.serviceName to a free name",
    )


def taken(claim: int | str, holder: Key, service: Key) -> Refusal:
    """The refusal for a replacement that asks for a ClusterIP or a node port of another Service."""
    reason, what = (
        (Reason.NODE_PORT_TAKEN, f"node port {claim}")
        if isinstance(claim, int)
        else (Reason.CLUSTER_IP_TAKEN, f"ClusterIP {claim}")
    )
    return Refusal(
        reason,
        f'{what} is held by Service "{holder}"; Service "{service.name}" stays as it is until '
        "that lets go of it",
        held_by=holder,
    )


def wait_for(record: ObjectRecord) -> Refusal:
    """The refusal while an object that is being deleted has the needed name."""
    return Refusal(
        Reason.PENDING,
        f'{record.kind} "{record.key.name}" is being deleted; a new one takes its place then',
    )


def _whose(record: ObjectRecord) -> str:
    if record.owner is not None:
        return f'{record.owner.kind} "{record.owner.name}"'
    return f'nobody we know (it was made by "{record.made_by}")' if record.made_by else "others"
