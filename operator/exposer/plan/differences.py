"""Does an object stand as desired? Field by field, as server-side apply sees fields (KEP-555)."""

from collections.abc import Container, Iterator, Mapping
from itertools import chain
from typing import Any

from exposer.observed import ObjectRecord
from exposer.observed.packed import told_apart
from exposer.plan.fields import (
    ATOMIC_MAPS,
    MERGED_LISTS,
    below,
    compact_json,
    item_key,
    item_step,
    users_name,
)
from exposer.plan.foreign import foreign_fields

_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
"""What names the object, and so belongs to nobody."""


def differing_fields(desired: Mapping[str, Any], record: ObjectRecord) -> list[str]:
    """The fields of an object that are not as desired, as users know them; each once.

    A desired field with another value, one that we own and desire no more, and one that others
    put there and may not stay. Such as ``spec.selector``, ``spec.ports[80/TCP].targetPort`` or
    ``metadata.labels.app.kubernetes.io/managed-by``. An item of a list that isn't there, or is to
    go, is told as a whole: ``spec.ports[80/TCP]``.
    """
    undesired = *sorted(record.applied - set(_leaves(desired))), *foreign_fields(desired, record)
    wanted = set(_item_keys(desired))
    changed = (name for name, _ in _changed(record.body, desired))
    names = chain(changed, (users_name(path, wanted) for path in undesired))
    return list(dict.fromkeys(names))


def missing_fields(desired: Mapping[str, Any], record: ObjectRecord) -> list[str]:
    """Those of the differing fields that the object doesn't have at all."""
    return [name for name, found in _changed(record.body, desired) if found is None]


def owned_fields(desired: Mapping[str, Any], record: ObjectRecord) -> set[str]:
    """The fields that our own applies own, as users know them."""
    wanted = set(_item_keys(desired))
    return {users_name(path, wanted) for path in record.applied}


def managers_of(
    fields: Container[str], desired: Mapping[str, Any], record: ObjectRecord
) -> list[str]:
    """The field managers that own the fields, sorted.

    Args:
        fields: As ``differing_fields`` names them.
        desired: What is to stand.
        record: What stands.
    """
    wanted = set(_item_keys(desired))
    found = record.others.items()
    return sorted({manager for path, manager in found if users_name(path, wanted) in fields})


def _changed(
    observed: Any, desired: Any, path: str = "", name: str = ""
) -> Iterator[tuple[str, Any]]:
    """The names of what is desired and isn't so, and what is there instead; None if nothing is.

    What else is there belongs to others.
    """
    if path in _IDENTITY:
        return
    if path in MERGED_LISTS:
        present = {item_key(path, item): item for item in observed or ()}
        for item in desired:
            key = item_key(path, item)
            item_name = f"{name}[{key}]"
            if key in present:
                yield from _changed(present[key], item, below(path, "*"), item_name)
            else:
                yield item_name, None
    elif isinstance(desired, Mapping) and path not in ATOMIC_MAPS:
        for field, value in desired.items():
            ways = below(path, field), below(name, field)
            yield from _changed((observed or {}).get(field), value, *ways)
    elif path == "subsets":
        if _canonical_subsets(observed or ()) != _canonical_subsets(desired):
            yield name, observed
    elif observed != told_apart(desired) and (observed or desired):  # an empty field is left out
        yield name, observed


def _item_keys(desired: Mapping[str, Any]) -> Iterator[str]:
    """The keys of all items of the lists that merge."""
    for path in MERGED_LISTS:
        root, field = path.split(".")
        for item in desired.get(root, {}).get(field) or ():
            yield item_key(path, item)


def _canonical_subsets(subsets: Any) -> list[str]:
    """The API server sorts the addresses and ports of Endpoints (core/v1 RepackSubsets)."""
    return sorted(
        compact_json({field: sorted(map(compact_json, items)) for field, items in subset.items()})
        for subset in subsets
    )


def _leaves(desired: Any, path: str = "", prefix: str = "") -> Iterator[str]:
    """The leaves of ``desired`` in FieldsV1's names, as ``ObjectRecord.applied`` has them."""
    if path in _IDENTITY:
        return
    if path in MERGED_LISTS:
        for item in desired:
            yield from _leaves(item, below(path, "*"), f"{prefix} {item_step(path, item)}")
    elif isinstance(desired, Mapping) and desired and path not in ATOMIC_MAPS:
        for name, value in desired.items():
            yield from _leaves(value, below(path, name), f"{prefix} f:{name}".strip())
    else:
        yield prefix
