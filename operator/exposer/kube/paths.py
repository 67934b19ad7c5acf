"""The one table of what the API server has, and where: paths of collections and of objects."""

from typing import NamedTuple
from urllib.parse import quote

from exposer.api.identity import GROUP, KIND, PLURAL, VERSION


class Resource(NamedTuple):
    """A kind, and how the API server calls it."""

    group: str
    version: str
    plural: str
    kind: str


RESOURCES = {
    resource.kind: resource
    for resource in (
        Resource(GROUP, VERSION, PLURAL, KIND),
        Resource("", "v1", "services", "Service"),
        Resource("", "v1", "endpoints", "Endpoints"),
        Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
        Resource("", "v1", "pods", "Pod"),
        Resource("apps", "v1", "deployments", "Deployment"),
        Resource("apps", "v1", "statefulsets", "StatefulSet"),
        Resource("apps", "v1", "daemonsets", "DaemonSet"),
        Resource("apps", "v1", "replicasets", "ReplicaSet"),
        Resource("events.k8s.io", "v1", "events", "Event"),
        Resource("coordination.k8s.io", "v1", "leases", "Lease"),
    )
}
"""All kinds that are read, watched or written; each lives in namespaces."""


def collection_path(kind: str, namespace: str | None) -> str:
    """The path of all objects of a kind in a namespace, or everywhere if that is None.

    Raises:
        ValueError: The namespace is not one step of a path.
    """
    resource = RESOURCES[kind]
    prefix = f"/apis/{resource.group}" if resource.group else "/api"
    place = f"/namespaces/{_segment(namespace)}" if namespace is not None else ""
    return f"{prefix}/{resource.version}{place}/{resource.plural}"


def object_path(kind: str, namespace: str, name: str) -> str:
    """The path of one object.

    Raises:
        ValueError: The name or the namespace is not one step of a path.
    """
    return f"{collection_path(kind, namespace)}/{_segment(name)}"


def _segment(name: str) -> str:
    """A name as one step of a path, which it can't lead away from."""
    if not is_path_segment(name):
        raise ValueError(f"{name!r} is not the name of an object")
    return quote(name, safe="")


def is_path_segment(name: str) -> bool:
    """Whether a name can be one step of a path (apimachinery IsValidPathSegmentName)."""
    return name not in ("", ".", "..") and not {"/", "%"} & set(name)
