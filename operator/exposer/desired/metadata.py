"""What the metadata of every owned object has in common."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from exposer.api.identity import API_VERSION, KIND, MANAGED_BY, MANAGED_BY_LABEL


class Owner(NamedTuple):
    """The request that owns the objects."""

    namespace: str
    name: str
    uid: str


def owned_metadata(owner: Owner, name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Metadata of an object called ``name`` that lives and dies with ``owner``."""
    return {
        "name": name,
        "namespace": owner.namespace,
        "labels": {**labels, MANAGED_BY_LABEL: MANAGED_BY},
        "ownerReferences": [
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "name": owner.name,
                "uid": owner.uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
