"""How the fields of an object are named: by server-side apply (KEP-555), and by users.

FieldsV1 writes the way to a field in steps. ``ObjectRecord.applied`` has them joined by spaces, as
in ``f:spec f:ports k:{"port":80,"protocol":"TCP"} f:name``; users know that as
``spec.ports[80/TCP].name``.
"""

import json
from collections.abc import Container, Mapping, Sequence
from typing import Any

MERGED_LISTS = {"spec.ports": ("port", "protocol"), "metadata.ownerReferences": ("uid",)}
"""The lists that merge item by item, and by which of an item's fields (listMapKey)."""

ATOMIC_MAPS = ("spec.selector", "metadata.ownerReferences.*")
"""The maps that are one value (mapType=atomic)."""


def ports_of(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ports of a Service, desired or observed; of somebody else's, those that are known."""
    ports: Sequence[Mapping[str, Any]] = body.get("spec", {}).get("ports") or ()
    return ports


def item_key(path: str, item: Mapping[str, Any]) -> str:
    """What tells an item of a merged list from the others, as users write it: ``80/TCP``."""
    return "/".join(str(item.get(field)) for field in MERGED_LISTS[path])


def item_step(path: str, item: Mapping[str, Any]) -> str:
    """The step of FieldsV1 to an item of a merged list."""
    return f"k:{compact_json({field: item[field] for field in MERGED_LISTS[path]})}"


def users_name(leaf: str, wanted: Container[str]) -> str:
    """A field of FieldsV1 as users know it.

    Args:
        leaf: The way to it, as in ``ObjectRecord.applied``.
        wanted: The keys of the items that are desired; of any other only the item is named.
    """
    name = ""
    for step in leaf.split(" "):
        sort, text = step[0], step[2:]
        if sort != "k":
            name = below(name, text)
            continue
        key = item_key(name, json.loads(text))
        name += f"[{key}]"
        if key not in wanted:
            break
    return name


def below(path: str, name: str) -> str:
    """The path of a field in what another path leads to."""
    return f"{path}.{name}" if path else name


def compact_json(value: Any) -> str:
    """JSON as FieldsV1 writes it; equal values are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
