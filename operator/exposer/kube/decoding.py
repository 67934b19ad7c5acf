"""JSON -> objects of Python, however deep it is nested.

Python's decoder and whatever walks through what it returns end at some thousand levels. The API
server takes ten thousand in managedFields, from anybody who may change an object's labels.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

DEEPEST = 100
"""Levels; what is nested deeper is left out. Nothing that is read here is as deep."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)


def decoded(text: str) -> Any:
    """The value; ``null`` stands for what is nested too deep.

    Raises:
        ValueError: It isn't JSON.
    """
    return json.loads(shallow(text))


def shallow(text: str) -> str:
    """The same JSON, with ``null`` for what is nested too deep."""
    if text.count("{") + text.count("[") <= DEEPEST:  # the usual case, at once
        return text
    return "".join(_pieces(text))


def end_of(text: str, at: int) -> int | None:
    """Where the object or list that begins there ends; None if it doesn't, yet."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        depth += _step(token[0])
        if depth == 0:
            return token.end()
    return None


def _pieces(text: str) -> Iterator[str]:
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        step = _step(token[0])
        if step > 0 and depth == DEEPEST:
            yield text[begin : token.start()]
            yield "null"
        depth += step
        if step < 0 and depth == DEEPEST:
            begin = token.end()
    yield text[begin:]


def _step(token: str) -> int:
    """How many levels deeper what follows the token is."""
    return (token in ("{", "[")) - (token in ("}", "]"))
