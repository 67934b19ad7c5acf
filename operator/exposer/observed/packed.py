"""What is large is kept packed: a request has a few lines, or a thousand ports, or 256 KiB of text.

As dicts and strings of Python it would be some ten times as large as the API server has it. And
anybody who may write requests may write thousands of them.
"""

import marshal
import zlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import Any

LARGE = 8192  # bytes; of requests that people write, and of their Services, nothing is
_LONG = 128  # characters


def is_large(value: Any) -> bool:
    """Whether plain data, as JSON has it, is much more than a request needs."""
    return len(marshal.dumps(value)) > LARGE


class PackedFields(Mapping[str, Any]):
    """A mapping of which the large values are unpacked each time they are read."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """Pack the values that are large."""
        self._fields = {
            name: _Packed(value) if is_large(value) else value for name, value in fields.items()
        }

    def __getitem__(self, name: str) -> Any:
        """The value as it was."""
        value = self._fields[name]
        return value.unpacked() if isinstance(value, _Packed) else value

    def __iter__(self) -> Iterator[str]:
        """All names."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._fields)


class PackedNames(AbstractSet[str]):
    """A set of names that is unpacked each time it is read."""

    __slots__ = ("_names",)

    def __init__(self, names: Iterable[str]) -> None:
        """Pack them."""
        self._names = _Packed(sorted(names))  # alike things side by side pack best

    def __contains__(self, name: object) -> bool:
        """Whether it is one of them."""
        return name in self._names.unpacked()

    def __iter__(self) -> Iterator[str]:
        """All of them."""
        return iter(self._names.unpacked())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._names.unpacked())

    @classmethod
    def _from_iterable(cls, names: Iterable[Any]) -> AbstractSet[Any]:
        return frozenset(names)


def told_apart(value: Any) -> Any:
    """A text; of a long one no more than tells it from any other: no text is equal to that."""
    if not isinstance(value, str) or len(value) <= _LONG:
        return value
    return "sha256", sha256(value.encode(errors="surrogatepass")).hexdigest()


def packed_fields(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, in less memory if it is large."""
    return PackedFields(fields) if is_large(fields) else fields


def packed_names(names: Iterable[str]) -> AbstractSet[str]:
    """The set of them, in less memory if it is large."""
    found = frozenset(names)
    return PackedNames(found) if sum(map(len, found)) > LARGE else found


class _Packed:
    __slots__ = ("_content",)

    def __init__(self, value: Any) -> None:
        self._content = zlib.compress(marshal.dumps(value), 1)

    def unpacked(self) -> Any:
        return marshal.loads(zlib.decompress(self._content))
