"""The items of a list come one by one, however its bytes are cut, and cost no more than one."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from exposer.kube.decoding import DEEPEST
from exposer.kube.list_stream import ListStream, NotAListError

Item = dict[str, Any]
TYPED = b'{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":%s}\n'
SORTED = b'{"apiVersion":"v1","items":%s,"kind":"List","metadata":{"resourceVersion":"9"}}'
SPACED = b'{ "metadata" :\n{"resourceVersion": "9"} , "items" : %s }\r\n'


def read(content: bytes, size: int) -> tuple[list[Item], object]:
    """The items and the metadata of a list that comes in chunks of so many bytes."""
    stream = ListStream()
    items = [item for chunk in cut(content, size) for item in stream.feed(chunk)]
    items += stream.close()
    assert stream.size == len(content)
    return items, stream.metadata


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("form", [TYPED, SORTED, SPACED])
@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
@pytest.mark.parametrize(
    ("text", "items"),
    [
        pytest.param("[]", [], id="none"),
        pytest.param("null", [], id="null"),
        pytest.param('[{"a":1}]', [{"a": 1}], id="one"),
        pytest.param('[{"a":1}, {"b":[{}]}]', [{"a": 1}, {"b": [{}]}], id="two"),
        pytest.param('[{"a":"},{]\\"\\\\"}]', [{"a": '},{]"\\'}], id="brackets within strings"),
        pytest.param('[{"ü":"🚀"},{"a":"\\u0007"}]', [{"ü": "🚀"}, {"a": "\7"}], id="characters"),
        pytest.param("[{},null,{}]", [{}, {}], id="null among them"),
    ],
)
def test_items_come_however_the_bytes_are_cut(
    form: bytes, size: int, text: str, items: list[Item]
) -> None:
    assert read(form % text.encode(), size) == (items, {"resourceVersion": "9"})


def test_an_item_comes_as_soon_as_it_is_complete() -> None:
    stream = ListStream()
    assert [*stream.feed(b'{"items":[{"a":1},{"b"')] == [{"a": 1}]
    assert [*stream.feed(b':2},{"c":3}')] == [{"b": 2}, {"c": 3}]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b'["items"]', id="no object"),
        pytest.param(TYPED % b"[1]", id="an item that is no object"),
        pytest.param(TYPED % b"[{} {}]", id="no comma"),
        pytest.param((TYPED % b'[{"a":1}]')[:-3], id="broken off after the items"),
        pytest.param((TYPED % b'[{"a":1}]')[:-6], id="broken off within an item"),
        pytest.param((TYPED % b"[{]"), id="no JSON within an item"),
    ],
)
def test_what_is_no_list_or_not_all_of_one_is_an_error(content: bytes) -> None:
    with pytest.raises(NotAListError):
        read(content, 7)


def test_an_item_that_is_nested_too_deep_takes_no_other_along() -> None:
    deep = b'{"a":' * 5000 + b'"}"' + b"}" * 5000
    stream = ListStream()
    content = TYPED % (b'[{"b":1},' + deep + b',{"c":2}]')
    items = [item for chunk in cut(content, 999) for item in stream.feed(chunk)]
    items += stream.close()
    assert [items[0], items[2]] == [{"b": 1}, {"c": 2}]
    depth, inner = 0, items[1]
    while inner is not None:
        depth, inner = depth + 1, inner["a"]
    assert depth == DEEPEST


def test_memory_is_that_of_one_item() -> None:
    item = json.dumps({"metadata": {"annotations": {"a": "x" * 1_000_000}}}).encode()
    head, _, tail = TYPED.partition(b"%s")
    stream, count = ListStream(), 0
    tracemalloc.start()
    try:
        for content in (head + b"[", *[item + b","] * 30, item + b"]" + tail):
            for chunk in cut(content, 65536):
                count += sum(1 for _ in stream.feed(chunk))
        count += sum(1 for _ in stream.close())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 31
    assert peak < 10_000_000  # of 31 million bytes
