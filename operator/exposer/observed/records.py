"""Trimmed copies of what stands: no more than a reconcile reads."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, NamedTuple

from exposer.api import ConditionType, Refused
from exposer.api.identity import KIND


class Key(NamedTuple):
    """Where an object is, among those of its kind."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """As users write it."""
        return f"{self.namespace}/{self.name}"


Claim = int | str | Key
"""What one request at a time can have: a node port, a ClusterIP, or the name of a Service."""


class News(Enum):
    """What touches a request: it decides how soon it is reconciled."""

    CHANGE = "what it asks for, what stands or what it waits for is not as it was"
    STATUS = "nothing but its status depends on it: the cluster's endpoints come in storms"
    PLACE = "another one is right before it in line: those before it may go one after the other"


class Reference(NamedTuple):
    """The controller that an object belongs to (metav1.OwnerReference)."""

    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """An ExposeRequest.

    Attributes:
        version: The resource version; a larger one is newer (KEP-5504).
        created: When it was created, as the API server writes it; such texts sort by time.
        spec: If it is cut, no more than the Service and the target.
        deleting: It has a deletion timestamp.
        is_cut: The spec is so large that it is not kept: who needs it must read it.
        refused: Why a spec that is cut can't be carried out; None if it can.
    """

    key: Key
    uid: str
    version: int
    created: str
    generation: int
    spec: Mapping[str, Any]
    status: Mapping[str, Any]
    deleting: bool
    is_cut: bool = False
    refused: Refused | None = None

    @property
    def seniority(self) -> tuple[str, str]:
        """The smaller one goes first where two want one Service."""
        return self.created, self.uid

    def unpacked(self) -> "RequestRecord":
        """The same for a reconcile, which reads it more than once."""
        return replace(self, status=dict(self.status))

    @property
    def is_told_invalid(self) -> bool:
        """Whether its status says that its spec can't be carried out."""
        conditions = self.status.get("conditions")
        return isinstance(conditions, list) and any(
            isinstance(each, Mapping)
            and (each.get("type"), each.get("status")) == (ConditionType.ACCEPTED, "False")
            for each in conditions
        )

    @property
    def service_key(self) -> Key:
        """The Service that it asks for, right or wrong."""
        return Key(self.key.namespace, str(self.spec.get("serviceName") or self.key.name))

    @property
    def target(self) -> tuple[str, Key] | None:
        """The kind and the place of what its targetRef names."""
        named = self.spec.get("targetRef")
        if not isinstance(named, Mapping):
            return None
        return str(named.get("kind")), Key(self.key.namespace, str(named.get("name")))


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """A Service, Endpoints or EndpointSlice, or a workload that a targetRef names.

    Attributes:
        owner: Its controller, if it has one.
        made_by: The field manager that wrote it first, for people to recognize it by.
        applied: The fields that the operator's own applies own, as paths of FieldsV1.
        others: The fields that others own in an object of a request, likewise, each with its
            manager, the first few; without those of the status.
        body: Labels, annotations, owner references and the content; of a Service that is not an
            ExposeRequest's, its selector and what no other can have; of a workload nothing, or,
            once it was read, its selector.
    """

    kind: str
    key: Key
    uid: str
    version: int
    owner: Reference | None
    made_by: str
    deleting: bool
    applied: AbstractSet[str]
    others: Mapping[str, str]
    body: Mapping[str, Any]

    def unpacked(self) -> "ObjectRecord":
        """The same for a reconcile, which reads it more than once."""
        return replace(self, applied=frozenset(self.applied), body=dict(self.body))

    @property
    def service_key(self) -> Key:
        """The Service that it is, or that it holds endpoints of."""
        return Key(self.key.namespace, self.body.get("serviceName") or self.key.name)

    @property
    def held(self) -> frozenset[int | str]:
        """The node ports and ClusterIPs that no other Service can have at the same time."""
        if self.kind != "Service":
            return frozenset()
        spec = self.body.get("spec", {})
        ports = (port.get("nodePort") for port in spec.get("ports") or ())
        claims = {*ports, *(spec.get("clusterIPs") or ()), spec.get("healthCheckNodePort")}
        return frozenset(claims - {None, 0, "", "None"})

    @property
    def is_the_clusters(self) -> bool:
        """Whether these are endpoints that no request owns: nothing but a status shows them."""
        return self.kind != "Service" and (self.owner is None or self.owner.kind != KIND)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stands for one request, as one reconcile sees it.

    Attributes:
        objects: All that bears a name the request wants, and all that it owns.
    """

    objects: tuple[ObjectRecord, ...] = ()

    def find(self, kind: str, name: str) -> ObjectRecord | None:
        """The object of that kind and name, whoever owns it."""
        for record in self.objects:
            if record.kind == kind and record.key.name == name:
                return record
        return None

    def service_of(self, request: RequestRecord) -> ObjectRecord | None:
        """The Service that the request asks for, if it is its own."""
        service = self.find("Service", request.service_key.name)
        return service if service is not None and is_owned_by(service, request.uid) else None

    def is_served(self, request: RequestRecord) -> bool:
        """Whether the request's own Service stands, and stays."""
        service = self.service_of(request)
        return service is not None and not service.deleting

    def selector_of(self, request: RequestRecord) -> Mapping[str, str]:
        """The labels that the request's own Service selects by.

        Empty if there is none, or if the cluster hasn't looked for its endpoints yet.
        """
        service = self.service_of(request)
        if service is None or not self.slices_of(service):
            return {}
        return service.body["spec"].get("selector") or {}

    def owned_by(self, uid: str) -> list[ObjectRecord]:
        """The objects that belong to the request with that uid."""
        return [record for record in self.objects if is_owned_by(record, uid)]

    def slices_of(self, service: ObjectRecord) -> list[ObjectRecord]:
        """The EndpointSlices of the Service, whoever writes them.

        Without those of an earlier Service of its name, which the cluster is about to delete.
        """
        return [
            record
            for record in self.objects
            if record.kind == "EndpointSlice"
            and record.service_key == service.key
            and not is_of_an_earlier(record, service.uid)
        ]


def is_of_an_earlier(record: ObjectRecord, service_uid: str) -> bool:
    """Whether the EndpointSlice belongs to another Service than the one of that uid."""
    owner = record.owner
    return owner is not None and owner.kind == "Service" and owner.uid != service_uid


def is_owned_by(record: ObjectRecord, uid: str) -> bool:
    """Whether the controller of the object is the request with that uid."""
    return record.owner is not None and record.owner.uid == uid
