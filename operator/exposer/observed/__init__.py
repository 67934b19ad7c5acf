"""Stage 4: what stands, as trimmed records in memory. Pure: API objects in, records out."""

from exposer.observed.records import (
    Claim,
    Key,
    News,
    ObjectRecord,
    RequestRecord,
    Snapshot,
    is_owned_by,
)
from exposer.observed.store import Store
from exposer.observed.trim import trimmed_object, trimmed_request

__all__ = [
    "Claim",
    "Key",
    "News",
    "ObjectRecord",
    "RequestRecord",
    "Snapshot",
    "Store",
    "is_owned_by",
    "trimmed_object",
    "trimmed_request",
]
