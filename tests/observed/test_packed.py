"""What is large takes less memory, and reads as before."""

from copy import deepcopy
from typing import Any

import pytest

from exposer.observed.packed import (
    PackedFields,
    PackedNames,
    is_large,
    packed_fields,
    packed_names,
    told_apart,
)

PORTS = [{"port": number, "protocol": "TCP", "name": f"{number}-http"} for number in range(1000)]
LARGE: dict[str, Any] = {"type": "ClusterIP", "ports": PORTS}
NAMES = {f"f:spec f:ports k:{number}" for number in range(1000)}


def test_what_is_small_is_left_as_it_is() -> None:
    assert not is_large({"type": "ClusterIP"})
    assert packed_fields({"type": "ClusterIP"}) == {"type": "ClusterIP"}
    assert type(packed_fields({})) is dict
    assert type(packed_names(["a"])) is frozenset


def test_large_fields_read_as_before() -> None:
    packed = packed_fields(LARGE)
    assert isinstance(packed, PackedFields)
    assert (packed["ports"], packed.get("type"), packed.get("name")) == (PORTS, "ClusterIP", None)
    assert (dict(packed), [*packed], len(packed)) == (LARGE, ["type", "ports"], 2)
    assert packed == packed_fields(deepcopy(LARGE))
    assert packed != packed_fields({**LARGE, "ports": PORTS[1:]})


def test_large_fields_are_packed_and_small_ones_beside_them_are_not() -> None:
    packed = PackedFields(LARGE)
    assert packed["type"] is packed["type"]
    assert packed["ports"] is not packed["ports"]


def test_names_read_as_before() -> None:
    packed = packed_names(NAMES)
    assert isinstance(packed, PackedNames)
    assert (len(packed), frozenset(packed)) == (1000, frozenset(NAMES))
    assert ("f:spec f:ports k:7" in packed, "f:spec" in packed) == (True, False)
    assert packed - NAMES == frozenset()
    assert packed - (NAMES - {"f:spec f:ports k:7"}) == {"f:spec f:ports k:7"}


@pytest.mark.parametrize("value", ["", "x" * 128, None, 5, ["x" * 200]])
def test_a_short_text_is_told_apart_by_itself(value: object) -> None:
    assert told_apart(value) is value


def test_a_long_text_is_equal_to_none_but_itself() -> None:
    assert told_apart("x" * 129) == told_apart("x" * 129)
    assert told_apart("x" * 129) != told_apart("x" * 128 + "y")
    assert not isinstance(told_apart("x" * 129), str)
    assert told_apart("\ud83d" * 129) != told_apart("x" * 129)
