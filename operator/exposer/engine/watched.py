"""What is watched: the kinds, and the collections that they are listed and watched in."""

from collections.abc import Sequence
from typing import NamedTuple

from yarl import URL

from exposer.api.identity import GROUP, KIND, PLURAL, VERSION


class Resource(NamedTuple):
    """A kind, and how the API server calls it."""

    group: str
    version: str
    plural: str
    kind: str


class Collection(NamedTuple):
    """The objects of a kind in one namespace, or everywhere."""

    kind: str
    namespace: str | None


RESOURCES = (
    Resource(GROUP, VERSION, PLURAL, KIND),
    Resource("", "v1", "services", "Service"),
    Resource("", "v1", "endpoints", "Endpoints"),
    Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
)


def collections_in(namespaces: Sequence[str], server: str) -> dict[str, Collection]:
    """The collections by the paths of their URLs.

    Args:
        namespaces: Where they are; everywhere if empty.
        server: The API server's URL; one that is behind a proxy may have a path itself.
    """
    base = URL(server).path.rstrip("/")
    return {
        base + _path(resource, namespace): Collection(resource.kind, namespace)
        for resource in RESOURCES
        for namespace in namespaces or (None,)
    }


def _path(resource: Resource, namespace: str | None) -> str:
    prefix = f"/apis/{resource.group}" if resource.group else "/api"
    place = f"/namespaces/{namespace}" if namespace else ""
    return f"{prefix}/{resource.version}{place}/{resource.plural}"
