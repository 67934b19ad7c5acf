"""A list as its bytes come in -> its items, one by one.

A page may hold hundreds of objects of more than a megabyte each, and a text of Python takes four
bytes for each character once one of them is an emoji. So no more than one item is in memory as text
and as objects at a time, and the bytes of none but those that just came.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from typing import Any

from exposer.kube.decoding import decoded, end_of

LONGEST = 64 * 1024 * 1024
"""Characters of JSON that one object may be: 1.5 MB in etcd, each byte "\\u0001" at worst."""

_SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode
_utf8 = getincrementaldecoder("utf-8")


class NotAListError(Exception):
    """What came is no list in JSON, or not all of one."""


class _IncompleteError(Exception):
    """There is more to come."""


class ListStream:
    """Reads one list (metav1.List); its metadata may come before or after its items."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.size = 0
        """How many bytes have come."""
        self._fields: dict[str, Any] = {}
        self._text, self._at = "", 0
        self._pieces: list[str] = []
        self._pending = self._enough = 0
        self._decoder = _utf8("replace")
        self._next = self._begin

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        """The items that are complete with this chunk.

        Raises:
            NotAListError: This is none.
        """
        self.size += len(chunk)
        piece = self._decoder.decode(chunk)
        self._pieces.append(piece)
        self._pending += len(piece)
        # A large item is not tried at each chunk: it must have doubled.
        if self._pending >= self._enough:
            yield from self._items()

    def close(self) -> Iterator[dict[str, Any]]:
        """The items that are left, now that nothing comes any more.

        Raises:
            NotAListError: It isn't complete, or is none.
        """
        self._decoder.decode(b"", final=True)
        yield from self._items()
        if self._next != self._end:
            raise NotAListError("it ends too soon")

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The list's own (metav1.ListMeta), once it was closed."""
        found = self._fields.get("metadata")
        return found if isinstance(found, dict) else {}

    def _items(self) -> Iterator[dict[str, Any]]:
        self._text = "".join((self._text[self._at :], *self._pieces))
        self._at, self._pieces = 0, []
        try:
            while True:
                item = self._next()
                if item is not None:
                    yield item
        except _IncompleteError:
            rest = len(self._text) - self._at
            if rest > LONGEST:
                raise NotAListError("it has no end") from None
            self._text, self._at = self._text[self._at :], 0
            self._pending, self._enough = rest, 2 * rest

    # What is read next; each returns an item, or nothing, and says what comes after it.

    def _begin(self) -> dict[str, Any] | None:
        self._take("{")
        self._next = self._field
        return None

    def _field(self) -> dict[str, Any] | None:
        start = self._at
        try:
            name = self._value()
            self._take(":")
            if name == "items" and self._peek() == "[":
                self._take("[")
                self._next = self._after_item if self._peek() == "]" else self._item
                return None
            self._fields[name] = self._value()
        except _IncompleteError:
            self._at = start
            raise
        self._next = self._after_field
        return None

    def _after_field(self) -> dict[str, Any] | None:
        self._next = self._field if self._take(",}") == "," else self._end
        return None

    def _item(self) -> dict[str, Any] | None:
        item = self._value()
        self._next = self._after_item
        if not isinstance(item, dict | None):
            raise NotAListError("an item is no object")
        return item

    def _after_item(self) -> dict[str, Any] | None:
        self._next = self._item if self._take(",]") == "," else self._after_field
        return None

    def _end(self) -> dict[str, Any] | None:
        raise _IncompleteError

    def _value(self) -> Any:
        self._peek()
        try:
            value, self._at = _decode(self._text, self._at)
        except RecursionError:
            end = end_of(self._text, self._at)
            if end is None:
                raise _IncompleteError from None
            value, self._at = decoded(self._text[self._at : end]), end
        except json.JSONDecodeError:
            raise _IncompleteError from None
        return value

    def _take(self, expected: str) -> str:
        found = self._peek()
        if found not in expected:
            raise NotAListError(f"{found!r} is not expected")
        self._at += 1
        return found

    def _peek(self) -> str:
        """The next character that is no space."""
        space = _SPACE.match(self._text, self._at)
        assert space is not None
        self._at = space.end()
        if self._at == len(self._text):
            raise _IncompleteError
        return self._text[self._at]
