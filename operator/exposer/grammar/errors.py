"""What is wrong with port strings, and how it is told.

    PortStringError            one fault; a ValueError
    ├── InvalidPortStringError one string can't be read
    ├── MixedKindsError        two strings of one request are of different kinds
    └── DuplicatePortError     two strings claim the same name, port or node port
    PortStringErrors           all faults of one request; a ValueError

Every text that a user reads about a string is drawn here, and nowhere else.
"""

from dataclasses import dataclass

_WINDOW = 60  # how many characters of a long string are shown on either side of the fault


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a fault is and what to do about it.

    Attributes:
        index: Which string of the request, from 0.
        text: That string.
        start: The offset of the first wrong character, 0 to ``len(text)``.
        end: The offset behind the last wrong character; a caret stands under each of them.
        problem: What is wrong.
        remedy: What would be right.
    """

    index: int
    text: str
    start: int
    end: int
    problem: str
    remedy: str


class PortStringError(ValueError):
    """One fault in the port strings of a request."""

    def __init__(self, fault: Fault) -> None:
        """Keep the facts; ``str()`` draws them."""
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        """Four lines: which string and what is wrong, the string, the carets, what is right."""
        fault = self.fault
        shown, marks = _underlined(fault.text, fault.start, fault.end)
        return f"spec.ports[{fault.index}]: {fault.problem}\n  {shown}\n  {marks}\n{fault.remedy}"


class InvalidPortStringError(PortStringError):
    """The string does not follow the grammar."""


class MixedKindsError(PortStringError):
    """The strings of one request are of more than one kind."""


class DuplicatePortError(PortStringError):
    """Two strings of one request claim the same thing."""


class PortStringErrors(ValueError):  # noqa: N818 - the plural of one
    """All faults of one request, at least one, all of one class."""

    def __init__(self, errors: tuple[PortStringError, ...]) -> None:
        """Keep the errors in the order of their strings."""
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        """The errors, an empty line between them."""
        return "\n\n".join(str(error) for error in self.errors)


def quoted(text: str) -> str:
    """What a user wrote, for use within a sentence: on one line, and not too long."""
    cut = text[:_WINDOW] + ("..." if len(text) > _WINDOW else "")
    return f'"{_printable(cut)}"'


def _underlined(text: str, start: int, end: int) -> tuple[str, str]:
    """The string as it can be printed, and carets under the characters start to end."""
    low, high = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    before = ("…" if low else "") + _printable(text[low:start])
    wrong = _printable(text[start:end])
    behind = _printable(text[end:high]) + ("…" if high < len(text) else "")
    return before + wrong + behind, " " * len(before) + "^" * max(1, len(wrong))


def _printable(text: str) -> str:
    """The text with everything that would not stand on the line as one column written out."""
    return "".join(
        char if char.isascii() and char.isprintable() else _escaped(char) for char in text
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
