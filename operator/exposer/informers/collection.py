"""What is listed and watched: a kind in a namespace or everywhere, and which of its objects."""

from collections.abc import Sequence
from typing import NamedTuple

from exposer.api.identity import KIND, MANAGED_BY, MANAGED_BY_LABEL
from exposer.api.target import WORKLOADS
from exposer.kube.paths import RESOURCES, collection_path

KINDS = (KIND, "Service", "Endpoints", "EndpointSlice")
"""What is watched from the start."""

WATCHED_ON_DEMAND = tuple(sorted(WORKLOADS))
"""What is watched once a targetRef names the kind: who names none pays for none."""

# The cluster copies the label of our Services to the endpoints it makes for them, so that the
# endpoints of everybody else never reach us.
_OURS = {"labelSelector": f"{MANAGED_BY_LABEL}={MANAGED_BY}"}
_SELECTORS = {"Endpoints": _OURS, "EndpointSlice": _OURS}


class Collection(NamedTuple):
    """The objects of a kind in one namespace, or everywhere."""

    kind: str
    namespace: str | None

    @property
    def path(self) -> str:
        """Where the API server has it."""
        return collection_path(self.kind, self.namespace)

    @property
    def plural(self) -> str:
        """What the API server calls the kind."""
        return RESOURCES[self.kind].plural

    @property
    def query(self) -> dict[str, str]:
        """What selects the objects that count."""
        return dict(_SELECTORS.get(self.kind, {}))

    @property
    def is_on_demand(self) -> bool:
        """Whether it is watched only once it is asked for."""
        return self.kind in WORKLOADS

    def accept(self, what: str) -> str:
        """The media type to ask for: of workloads the metadata will do (KEP-2334).

        Args:
            what: ``PartialObjectMetadataList`` for a list; ``PartialObjectMetadata`` for a watch,
                which the API server ends at its first event if it is asked for lists.
        """
        if not self.is_on_demand:
            return "application/json"
        return metadata_only(what)

    def __str__(self) -> str:
        """As people write it."""
        return self.plural if self.namespace is None else f"{self.plural} in {self.namespace}"


def metadata_only(what: str) -> str:
    """The media type of objects without their contents (metav1)."""
    return f"application/json;as={what};g=meta.k8s.io;v=v1"


def collections_in(namespaces: Sequence[str]) -> list[Collection]:
    """All that may be watched in these namespaces, or everywhere if there are none."""
    return [
        Collection(kind, namespace)
        for kind in (*KINDS, *WATCHED_ON_DEMAND)
        for namespace in namespaces or (None,)
    ]
