"""Ours, free, or somebody else's, and whose: answered before anything is written."""

from collections.abc import Mapping
from typing import Any

from exposer.api import Reason
from exposer.api.identity import FIELD_MANAGER, KIND
from exposer.observed import Key, ObjectRecord, Snapshot, is_owned_by
from exposer.plan.outcome import Refusal
from exposer.printable import one_line

_ENDPOINTSLICE_CONTROLLER = "endpointslice-controller.k8s.io"
_CONTROLLER_MANAGER = "kube-controller-manager"
_LONGEST = 253  # characters of a name (apimachinery, NameIsDNSSubdomain)


def is_left_over(record: ObjectRecord, uid: str, snapshot: Snapshot) -> bool:
    """Whether the cluster made these endpoints for our Service while it had a selector.

    Its controllers neither update nor remove them once the selector is gone (endpointslice and
    endpoints controller, syncService). They name themselves: on an EndpointSlice by the label
    ``endpointslice.kubernetes.io/managed-by``, on Endpoints, which have no owner, as the field
    manager. What another controller made stays, whatever labels it has.
    """
    service = snapshot.find("Service", record.service_key.name)
    if service is None or not is_owned_by(service, uid):
        return False
    if record.kind == "EndpointSlice":
        made_by_cluster = record.body.get("managedBy") == _ENDPOINTSLICE_CONTROLLER
        return made_by_cluster and is_owned_by(record, service.uid)
    return (
        record.kind == "Endpoints"
        and record.owner is None
        and record.made_by == _CONTROLLER_MANAGER
    )


def is_made_by(record: ObjectRecord, uid: str) -> bool:
    """Whether the request with that uid owns the object, and the operator made it.

    Another controller may have endpoints of its own that the request owns. A Service may be handed
    over to a request, which is its owner then whoever made it.
    """
    return is_owned_by(record, uid) and (record.kind == "Service" or bool(record.applied))


def conflict(record: ObjectRecord, wanted: Mapping[str, Any]) -> Refusal:
    """The refusal for an object that the request does not own.

    Args:
        record: The object.
        wanted: What the request wants in its place.
    """
    what = f'{record.kind} "{record.key.name}"'
    owner, woken = record.owner, record.kind == "Service"  # of others' endpoints nobody tells
    if owner is None:
        return Refusal(Reason.SERVICE_CONFLICT, f"{what} {_unowned(record)}", woken=woken)
    if (owner.kind, owner.name) == (KIND, wanted["metadata"]["ownerReferences"][0]["name"]):
        return Refusal(
            Reason.PENDING,
            f"{what} belongs to an earlier {KIND} of this name, which was deleted; waiting for the "
            "garbage collector to delete it, too",
            woken=woken,
        )
    # The API server takes any texts for these.
    kind, name = one_line(owner.kind, _LONGEST), one_line(owner.name, _LONGEST)
    return Refusal(
        Reason.SERVICE_CONFLICT,
        f'{what} belongs to {kind} "{name}"; set spec.serviceName to a free name',
        woken=woken,
    )


def claimed_by(older: Key, service: Key) -> Refusal:
    """The refusal for a request that is not the oldest of those that want one Service.

    Args:
        older: The request right before it in line.
        service: What both want.
    """
    return Refusal(
        Reason.SERVICE_CONFLICT,
        f'ExposeRequest "{older.name}" asked for Service "{service.name}" before; set '
        "spec.serviceName to a free name",
        woken=True,
    )


def taken(claim: int | str, holder: Key, service: Key) -> Refusal:
    """The refusal for a replacement that asks for a ClusterIP or a node port of another Service."""
    stays = f'Service "{service.name}" stays as it is until that lets go of it'
    how = f"is held by {told_holder(holder, service.namespace)}; {stays}"
    return _taken(claim, how, holder)


def waits_behind(older: Key, request: Key, claim: int | str) -> Refusal:
    """The refusal for a request that is not the oldest of those that wait for what is taken.

    It does not say who has that: the request is woken when the one before it goes, and not each
    time when another has it.

    Args:
        older: The request right before it in line.
        request: The request.
        claim: The node port or the ClusterIP.
    """
    who = (
        f'ExposeRequest "{older.name}"'
        if older.namespace == request.namespace
        else "an ExposeRequest in another namespace"
    )
    return _taken(claim, f"is taken, and {who}, which is older, waits for it, too")


def told_holder(holder: Key, namespace: str) -> str:
    """Who has what is asked for in a namespace, which may not know the names in others."""
    if holder.namespace == namespace:
        return f'Service "{holder.name}"'
    return "a Service in another namespace"


def wait_for(record: ObjectRecord) -> Refusal:
    """The refusal while an object that is being deleted has the needed name."""
    return Refusal(
        Reason.PENDING,
        f'{record.kind} "{record.key.name}" is being deleted; a new one takes its place then',
        woken=record.kind == "Service",
    )


def _taken(claim: int | str, how: str, holder: Key | None = None) -> Refusal:
    reason, what = (
        (Reason.NODE_PORT_TAKEN, f"node port {claim}")
        if isinstance(claim, int)
        else (Reason.CLUSTER_IP_TAKEN, f"ClusterIP {claim}")
    )
    return Refusal(reason, f"{what} {how}", claim=claim, held_by=holder, woken=True)


def _unowned(record: ObjectRecord) -> str:
    """What is to be done about an object that no controller owns: not to delete it, if possible."""
    if record.made_by == FIELD_MANAGER:
        exists = "was created by exposer, but its owner reference was removed"
    else:
        made_by = f' (it was created by "{record.made_by}")' if record.made_by else ""
        exists = f"exists and is not managed by exposer{made_by}"
    if record.kind == "Service":
        command = f"exposer convert svc/{record.key.name} -n {record.key.namespace}"
        return (
            f'{exists}; "{command}" prints how this request can take it over without an '
            "interruption, or set spec.serviceName to a free name"
        )
    return f"{exists}; delete it, or set spec.serviceName to a free name"
