"""Does an object stand as desired? Field by field, as server-side apply sees fields (KEP-555)."""

import json
from collections.abc import Iterator, Mapping, Sequence
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
    if not _includes(record.body, desired):
        return True
    return not record.applied <= set(_leaves(desired))


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


def _includes(observed: Any, desired: Any, path: str = "") -> bool:
    """Whether all that is desired is there; what else is there belongs to others."""
    if path in _IDENTITY:
        return True
    if path in _MERGED_LISTS:
        return _list_includes(observed or (), desired, path)
    if isinstance(desired, Mapping) and path not in _ATOMIC_MAPS:
        return all(
            _includes((observed or {}).get(key), value, _below(path, key))
            for key, value in desired.items()
        )
    if path == "subsets":
        return _canonical_subsets(observed or ()) == _canonical_subsets(desired)
    return bool(observed == desired) or not (observed or desired)  # an empty field is left out


def _list_includes(observed: Any, desired: Any, path: str) -> bool:
    keys = _MERGED_LISTS[path]
    present = {tuple(item.get(key) for key in keys): item for item in observed}
    return all(
        _includes(present.get(tuple(item[key] for key in keys)), item, _below(path, "*"))
        for item in desired
    )


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
