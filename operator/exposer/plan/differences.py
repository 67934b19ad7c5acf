"""Does an object stand as desired? Field by field, as server-side apply sees fields (KEP-555)."""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from exposer.observed import ObjectRecord

_MERGED_LISTS = {"spec.ports": ("port", "protocol"), "metadata.ownerReferences": ("uid",)}
"""The lists that merge item by item, and by which of an item's fields (listMapKey)."""

_ATOMIC_MAPS = ("spec.selector", "metadata.ownerReferences.*")
"""The maps that are one value (mapType=atomic)."""

_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
"""What names the object, and so belongs to nobody."""


def differs(desired: Mapping[str, Any], record: ObjectRecord) -> bool:
    """Whether applying ``desired`` would change the object.

    It would if a desired field has another value, or if we own a field that is desired no more.
    """
    return bool(differing_fields(desired, record))


def differing_fields(desired: Mapping[str, Any], record: ObjectRecord) -> list[str]:
    """The fields that applying ``desired`` would change, as users know them.

    Such as ``spec.selector``, ``spec.ports[80/TCP].targetPort`` or
    ``metadata.labels.app.kubernetes.io/managed-by``; each once, those that are desired first. An
    item of a list that isn't there, or is to go, is told as a whole: ``spec.ports[80/TCP]``.
    """
    taken_back = sorted(record.applied - set(_leaves(desired)))
    wanted = {key for _, key in _items_of(desired)}
    names = chain(_changed(record.body, desired), (_name_of(path, wanted) for path in taken_back))
    return list(dict.fromkeys(names))


def surplus_ports(desired: Mapping[str, Any], record: ObjectRecord) -> dict[int, Mapping[str, Any]]:
    """The ports of an owned Service that others added, by their index."""
    keys = _MERGED_LISTS["spec.ports"]
    wanted = {tuple(port[key] for key in keys) for port in ports_of(desired)}
    return {
        index: port
        for index, port in enumerate(ports_of(record.body))
        if tuple(port[key] for key in keys) not in wanted
    }


def ports_of(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ports of a Service, desired or observed; of somebody else's, those that are known."""
    ports: Sequence[Mapping[str, Any]] = body.get("spec", {}).get("ports") or ()
    return ports


def _changed(observed: Any, desired: Any, path: str = "", name: str = "") -> Iterator[str]:
    """The names of what is desired and isn't so; what else is there belongs to others."""
    if path in _IDENTITY:
        return
    if path in _MERGED_LISTS:
        present = {_key(path, item): item for item in observed or ()}
        for item in desired:
            key = _key(path, item)
            item_name = f"{name}[{key}]"
            if key in present:
                yield from _changed(present[key], item, _below(path, "*"), item_name)
            else:
                yield item_name
    elif isinstance(desired, Mapping) and path not in _ATOMIC_MAPS:
        for field, value in desired.items():
            below = _below(path, field), _below(name, field)
            yield from _changed((observed or {}).get(field), value, *below)
    elif path == "subsets":
        if _canonical_subsets(observed or ()) != _canonical_subsets(desired):
            yield name
    elif observed != desired and (observed or desired):  # an empty field is left out
        yield name


def _items_of(desired: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The items of the lists that merge: where the list is, and the item's key."""
    for path in _MERGED_LISTS:
        root, field = path.split(".")
        for item in desired.get(root, {}).get(field) or ():
            yield path, _key(path, item)


def _name_of(leaf: str, wanted: Container[str]) -> str:
    """A leaf of FieldsV1 as users know it; of an item that isn't wanted, the item."""
    name = ""
    for step in leaf.split(" "):
        sort, text = step[0], step[2:]
        if sort != "k":
            name = _below(name, text)
            continue
        key = _key(name, json.loads(text))
        name += f"[{key}]"
        if key not in wanted:
            break
    return name


def _key(path: str, item: Mapping[str, Any]) -> str:
    """What tells an item of a list from the others, as users write it: ``80/TCP``."""
    return "/".join(str(item.get(field)) for field in _MERGED_LISTS[path])


def _canonical_subsets(subsets: Any) -> list[str]:
    """The API server sorts the addresses and ports of Endpoints (core/v1 RepackSubsets)."""
    return sorted(
        _json({field: sorted(map(_json, items)) for field, items in subset.items()})
        for subset in subsets
    )


def _leaves(desired: Any, path: str = "", prefix: str = "") -> Iterator[str]:
    """The leaves of ``desired`` in FieldsV1's names, as ``ObjectRecord.applied`` has them."""
    if path in _IDENTITY:
        return
    if path in _MERGED_LISTS:
        for item in desired:
            key = _json({name: item[name] for name in _MERGED_LISTS[path]})
            yield from _leaves(item, _below(path, "*"), f"{prefix} k:{key}")
    elif isinstance(desired, Mapping) and desired and path not in _ATOMIC_MAPS:
        for name, value in desired.items():
            yield from _leaves(value, _below(path, name), f"{prefix} f:{name}".strip())
    else:
        yield prefix


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
