"""JSON is read however deep it is nested, without what nobody needs."""

import json
from typing import Any

import pytest

from exposer.kube.decoding import DEEPEST, decoded, shallow

DEEP = '{"a":' * 9000 + '["}", "{\\"["]' + "}" * 9000


def test_what_is_not_deep_stays_as_it_is() -> None:
    text = json.dumps({"a": [{"b": 1}] * 200, "c": "{[" * 500})
    assert decoded(text) == json.loads(text)


def test_what_is_nested_too_deep_is_left_out_and_nothing_beside_it() -> None:
    found = decoded(f'{{"before": 1, "deep": {DEEP}, "list": [{DEEP}, 2], "after": 3}}')
    assert (found["before"], found["after"], found["list"][1]) == (1, 3, 2)
    assert (depth_of(found["deep"]), depth_of(found["list"])) == (DEEPEST - 1, DEEPEST - 1)


@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST, DEEPEST + 1])
def test_the_limit(levels: int) -> None:
    text = "[" * levels + "]" * levels
    assert shallow(text) == (text if levels <= DEEPEST else "[" * DEEPEST + "null" + "]" * DEEPEST)


def test_what_is_cut_off_in_the_middle_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        decoded(DEEP[:-1])


def depth_of(value: Any) -> int:
    depth = 0
    while value is not None:
        depth, value = depth + 1, value["a"] if isinstance(value, dict) else value[0]
    return depth
