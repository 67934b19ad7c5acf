"""Where the API server has what: the paths of collections and of objects."""

from urllib.parse import quote

from exposer.api.identity import GROUP, KIND, PLURAL, VERSION

_COLLECTIONS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "Service": "/api/v1/namespaces/{}/services",
    "Endpoints": "/api/v1/namespaces/{}/endpoints",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
    "Event": "/apis/events.k8s.io/v1/namespaces/{}/events",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
    KIND: f"/apis/{GROUP}/{VERSION}/namespaces/{{}}/{PLURAL}",
}


def collection_path(kind: str, namespace: str) -> str:
    """The path of all objects of a kind in a namespace."""
    return _COLLECTIONS[kind].format(namespace)


def object_path(kind: str, namespace: str, name: str) -> str:
    """The path of one object.

    Raises:
        ValueError: The name is not one step of a path, so that the path would lead elsewhere.
    """
    if not is_path_segment(name):
        raise ValueError(f"{name!r} is not the name of an object")
    return f"{collection_path(kind, namespace)}/{quote(name, safe='')}"


def is_path_segment(name: str) -> bool:
    """Whether a name can be one step of a path (apimachinery IsValidPathSegmentName)."""
    return name not in ("", ".", "..") and not {"/", "%"} & set(name)
