"""API object -> record."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from sys import intern
from typing import Any

from exposer.api import Refused, accept
from exposer.api.identity import (
    FIELD_MANAGER,
    GROUP,
    KIND,
    SERVICE_NAME_LABEL,
    SLICE_MANAGED_BY_LABEL,
)
from exposer.api.report import MAX_MESSAGE
from exposer.api.request import MAX_SELECTOR
from exposer.api.target import WORKLOADS
from exposer.observed.endpoints import LONGER_THAN_A_NAME, trimmed_endpoints
from exposer.observed.packed import is_large, packed_fields, packed_names, told_apart
from exposer.observed.records import Key, ObjectRecord, Reference, RequestRecord

Body = Mapping[str, Any]

_MOST_PORTS = 1000  # of a slice; no request has more
_MOST_OF_OTHERS = 200  # fields; they only tell people who changes what


def trimmed_request(body: Body) -> RequestRecord:
    """An ExposeRequest as it came from the API server."""
    metadata, spec = body["metadata"], body.get("spec") or {}
    refused, is_cut = None, is_large(spec)
    if is_cut:
        verdict = accept(metadata["name"], spec)
        if isinstance(verdict, Refused):
            refused = replace(verdict, message=verdict.message[:MAX_MESSAGE])
        spec = _whom_it_concerns(spec)
    return RequestRecord(
        key=Key(metadata["namespace"], metadata["name"]),
        uid=metadata["uid"],
        version=int(metadata["resourceVersion"]),
        created=metadata["creationTimestamp"],
        generation=metadata["generation"],
        spec=spec,
        status=packed_fields(_told(body.get("status") or {})),
        deleting="deletionTimestamp" in metadata,
        is_cut=is_cut,
        refused=refused,
    )


def _whom_it_concerns(spec: Body) -> Body:
    """The Service and the target, each cut to a length that no name has."""
    names: dict[str, Any] = {}
    if isinstance(spec.get("serviceName"), str):
        names["serviceName"] = spec["serviceName"][:LONGER_THAN_A_NAME]
    target = spec.get("targetRef")
    if isinstance(target, Mapping):
        fields = ("kind", "name")
        names["targetRef"] = {each: str(target.get(each))[:LONGER_THAN_A_NAME] for each in fields}
    return names


def _told(status: Body) -> Body:
    """Nothing, as long as it is what the CustomResourceDefinition has for a status by default."""
    return {} if status.get("observedGeneration") == -1 else status


def trimmed_object(kind: str, body: Body) -> ObjectRecord:
    """A Service, Endpoints, EndpointSlice or workload as it came from the API server.

    Args:
        kind: The object's kind; items of a list come without it.
        body: The whole object; of a workload its metadata will do.
    """
    metadata = body["metadata"]
    managers = metadata.get("managedFields") or ()
    owner = _controller(metadata)
    ours = owner is not None and _is_a_request(owner)
    return ObjectRecord(
        kind=kind,
        key=Key(metadata["namespace"], metadata["name"]),
        uid=metadata["uid"],
        version=int(metadata["resourceVersion"]),
        owner=None if owner is None else _reference(owner),
        made_by=intern(managers[0].get("manager", "")) if managers else "",
        deleting="deletionTimestamp" in metadata,
        applied=packed_names(_applied(managers)) if ours else frozenset(),
        others=dict(islice(_of_others(managers), _MOST_OF_OTHERS)) if ours else {},
        body=_kept(kind, _CONTENTS[kind](body, ours)),
    )


def _kept(kind: str, content: Body) -> Body:
    """Endpoints are many, and are read far too often to be unpacked each time."""
    return content if kind == "EndpointSlice" else packed_fields(content)


def _controller(metadata: Body) -> Body | None:
    """The owner that is the controller; else a request, if somebody took that mark off it."""
    references = metadata.get("ownerReferences") or ()
    return next((each for each in references if each.get("controller")), None) or next(
        (each for each in references if each["kind"] == KIND), None
    )


def _is_a_request(owner: Body) -> bool:
    """Whether the owner is a request, by its kind and API group; anybody can write these."""
    return bool(owner["kind"] == KIND and owner["apiVersion"].rpartition("/")[0] == GROUP)


def _reference(owner: Body) -> Reference:
    """The API server takes any text here."""
    return Reference(*(owner[field][:LONGER_THAN_A_NAME] for field in ("kind", "name", "uid")))


def _service(body: Body, ours: bool) -> Body:
    spec = body.get("spec") or {}
    if not ours:
        return {"spec": dict(_foreign(spec))}
    status = body.get("status") or {}
    return {
        "metadata": _metadata(body),
        "spec": spec,
        "loadBalancer": status.get("loadBalancer") or {},
        "conditions": [
            {field: condition.get(field, "") for field in ("type", "status", "reason", "message")}
            for condition in status.get("conditions") or ()
        ],
    }


def _foreign(spec: Body) -> Iterator[tuple[str, Any]]:
    """What no other Service can have at the same time, and what a targetRef takes."""
    ports = [port for port in spec.get("ports") or () if port.get("nodePort")]
    if ports:
        fields = ("nodePort", "protocol")
        yield "ports", [{field: port[field] for field in fields} for port in ports]
    for field in ("clusterIPs", "healthCheckNodePort"):
        if spec.get(field):
            yield field, spec[field]
    if spec.get("selector"):
        # Core/v1 sets no limit; one label too many shows that no request can have it.
        yield "selector", dict(islice(spec["selector"].items(), MAX_SELECTOR + 1))


def _endpoints(body: Body, ours: bool) -> Body:
    return {"metadata": _metadata(body), "subsets": body.get("subsets") or []} if ours else {}


def _slice(body: Body, ours: bool) -> Body:
    labels = body["metadata"].get("labels") or {}
    content = {
        "serviceName": labels.get(SERVICE_NAME_LABEL),
        "addressType": body["addressType"],
        "ports": (body.get("ports") or [])[:_MOST_PORTS],
        "managedBy": labels.get(SLICE_MANAGED_BY_LABEL),
        "seen": trimmed_endpoints(body["addressType"], body.get("endpoints") or ()),
    }
    if not ours:
        return content
    # All there is, as hints decide on traffic, too.
    return content | {"metadata": _metadata(body), "endpoints": body.get("endpoints") or []}


def _workload(body: Body, _ours: bool) -> Body:
    """Its selector, where more than its metadata was asked for."""
    return {"spec": {"selector": body["spec"].get("selector") or {}}} if "spec" in body else {}


_CONTENTS = {
    "Service": _service,
    "Endpoints": _endpoints,
    "EndpointSlice": _slice,
    **dict.fromkeys(WORKLOADS, _workload),
}


def _metadata(body: Body) -> Body:
    metadata = body["metadata"]
    annotations, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    owner = _controller(metadata) or {}
    return {
        "labels": {key: told_apart(value) for key, value in labels.items()},
        "annotations": {key: told_apart(value) for key, value in annotations.items()},
        # That of the request; the others are not ours to compare, and may say anything.
        "ownerReferences": [{field: told_apart(value) for field, value in owner.items()}],
    }


def _applied(managers: Any) -> Iterator[str]:
    """The paths that our applies own: the leaves of FieldsV1, joined by spaces."""
    for entry in managers:
        if _is_ours(entry):
            yield from _leaves(entry.get("fieldsV1") or {}, "")


def _of_others(managers: Any) -> Iterator[tuple[str, str]]:
    for entry in managers:
        if not _is_ours(entry) and not entry.get("subresource"):
            manager = intern(entry.get("manager") or "")
            for path in _leaves(entry.get("fieldsV1") or {}, ""):
                yield path, manager


def _is_ours(entry: Body) -> bool:
    return (
        entry.get("manager") == FIELD_MANAGER
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _leaves(fields: Body, prefix: str) -> Iterator[str]:
    for name, inner in fields.items():
        if name == ".":
            continue
        path = f"{prefix} {name}" if prefix else name
        if inner:
            yield from _leaves(inner, path)
        else:
            yield intern(path)
