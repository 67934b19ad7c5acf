"""The little of CEL that the rules on port strings are written in, read as Python."""

import re
from functools import cache
from types import CodeType

_LITERAL = re.compile(r"('(?:[^'\\]|\\.)*')")
_OPERATORS = (("||", " or "), ("&&", " and "), ("!=", " <> "), ("!", " not "), ("<>", "!="))


class _Text(str):
    """A string with CEL's functions."""

    def matches(self, pattern: str) -> bool:
        # RE2's "$" is the end of the text, and Python's also the line break before it.
        pattern = pattern.replace("[[:space:]]", r"[ \t\n\v\f\r]")
        pattern = re.sub(r"(?<!\\)\$", r"\\Z", pattern)
        return re.search(pattern, self, re.ASCII) is not None

    def contains(self, part: str) -> bool:
        return part in self

    def startsWith(self, part: str) -> bool:  # noqa: N802 - CEL's name
        return self.startswith(part)


def holds(rule: str, text: str) -> bool:
    """Whether a rule on a string holds for the text."""
    return bool(eval(_compiled(rule), {"__builtins__": {}}, {"self": _Text(text)}))


@cache
def _compiled(rule: str) -> CodeType:
    parts = _LITERAL.split(rule)
    parts[::2] = [_in_python(part) for part in parts[::2]]
    return compile("".join(parts).strip(), "rule", "eval")


def _in_python(part: str) -> str:
    for operator, python in _OPERATORS:
        part = part.replace(operator, python)
    return part
