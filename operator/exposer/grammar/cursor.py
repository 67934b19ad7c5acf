"""A string and a place in it: what the parser reads with."""

import re
import unicodedata
from typing import NamedTuple, NoReturn

from exposer.grammar.errors import Fault, InvalidPortStringError

_WORD = re.compile(r"[^:=/]*")


class Word(NamedTuple):
    """A stretch of the string between two separators, and where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.text)


class Cursor:
    """Reads a string from left to right, and knows where it is when something is wrong."""

    __slots__ = ("index", "position", "text")

    def __init__(self, text: str, index: int) -> None:
        """Start at the first character of the request's string number ``index``."""
        self.text = text
        self.index = index
        self.position = 0

    def take(self, char: str) -> bool:
        """Step over ``char`` if it comes next."""
        if self.text.startswith(char, self.position):
            self.position += 1
            return True
        return False

    def word(self) -> Word:
        """Everything up to the next separator or the end; may be empty."""
        match = _WORD.match(self.text, self.position)
        assert match is not None  # the pattern matches the empty string
        word = Word(match.group(), self.position)
        self.position = match.end()
        return word

    def rest(self) -> Word:
        """Everything that is left."""
        word = Word(self.text[self.position :], self.position)
        self.position = len(self.text)
        return word

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.position : self.position + 1]

    def end(self, remedy: str) -> None:
        """Expect that nothing is left."""
        char = self.next
        if char:
            self.fail(f"unexpected {described(char)}", remedy, Word(char, self.position))

    def fail(self, problem: str, remedy: str, where: Word) -> NoReturn:
        """Raise the error that points at ``where``; an empty word points behind itself."""
        raise InvalidPortStringError(
            Fault(self.index, self.text, where.start, where.end, problem, remedy)
        )


def described(char: str) -> str:
    """The character so that it can be told from one that looks alike."""
    if char == " ":
        return "space"
    if char.isascii() and char.isprintable():
        return f'"{char}"'
    name = unicodedata.name(char, "control character")
    return f"U+{ord(char):04X} ({name})"
