"""What is watched: the kinds, and the collections that they are listed and watched in."""

from collections.abc import Sequence
from typing import NamedTuple

from yarl import URL

from exposer.api.identity import GROUP, KIND, PLURAL, VERSION
from exposer.api.target import WORKLOADS


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

    @property
    def is_a_targets(self) -> bool:
        """Whether it is watched from when a targetRef names such a kind; else from the start."""
        return self.kind in WORKLOADS


RESOURCES = (
    Resource(GROUP, VERSION, PLURAL, KIND),
    Resource("", "v1", "services", "Service"),
    Resource("", "v1", "endpoints", "Endpoints"),
    Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
)
"""What is watched from the start."""

WORKLOAD_RESOURCES = {
    kind: Resource("apps", "v1", f"{kind.lower()}s", kind) for kind in sorted(WORKLOADS)
}
"""What is watched once a targetRef names the kind."""


def collections_in(namespaces: Sequence[str], server: str) -> dict[str, Collection]:
    """The collections by the paths of their URLs.

    Args:
        namespaces: Where they are; everywhere if empty.
        server: The API server's URL; one that is behind a proxy may have a path itself.
    """
    base = URL(server).path.rstrip("/")
    return {
        base + path_of(resource, namespace): Collection(resource.kind, namespace)
        for resource in (*RESOURCES, *WORKLOAD_RESOURCES.values())
        for namespace in namespaces or (None,)
    }


def path_of(resource: Resource, namespace: str | None) -> str:
    """Where the API server has a kind in a namespace, or everywhere."""
    prefix = f"/apis/{resource.group}" if resource.group else "/api"
    place = f"/namespaces/{namespace}" if namespace else ""
    return f"{prefix}/{resource.version}{place}/{resource.plural}"
