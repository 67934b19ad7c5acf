"""What stands behind the slash: the transport protocol, and what is spoken over it."""

import re
from typing import NoReturn

from exposer.grammar.cursor import Cursor, Word, described
from exposer.grammar.errors import quoted
from exposer.grammar.hosts import LABEL, MAX_HOST
from exposer.grammar.nodes import APP_PROTOCOLS, WORD_OF, Protocol

MAX_APP_PROTOCOL = 63  # characters of a qualified name, its prefix not counted

TRANSPORTS = {protocol.lower(): protocol for protocol in Protocol}
PREFIX = re.compile(rf"{LABEL.pattern}(?:\.{LABEL.pattern})*", re.ASCII)
"""A DNS subdomain, as core/v1 has it: the length of a part is not limited."""
APP_PROTOCOL = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?", re.ASCII)
"""A qualified name without its prefix."""

_RIGHT = (
    f'an appProtocol has 1 to {MAX_APP_PROTOCOL} characters of a-z, A-Z, 0-9, "-", "_" and ".", a '
    'letter or digit at both ends, and may have a DNS name before it, as in "example.com/custom"'
)


def read_protocol(cursor: Cursor) -> tuple[Protocol, str | None]:
    """``transport [ "+" appProtocol ] | "http" | ...``; the appProtocol as core/v1 has it."""
    word = cursor.word()
    if word.text in APP_PROTOCOLS:
        return Protocol.TCP, APP_PROTOCOLS[word.text]
    transport, plus, _ = word.text.partition("+")
    protocol = TRANSPORTS.get(transport)
    if protocol is None:
        _fail_protocol(cursor, Word(transport, word.start))
    if not plus:
        return protocol, None
    cursor.position = word.start + len(transport) + len(plus)
    return protocol, _app_protocol(cursor, cursor.rest())


def _app_protocol(cursor: Cursor, word: Word) -> str:
    """A qualified name (core/v1 ServicePort.appProtocol; ValidateQualifiedName)."""
    prefix, slash, name = word.text.rpartition("/")
    if slash:
        _expect(cursor, Word(prefix, word.start), PREFIX, MAX_HOST, "appProtocol's prefix")
    at = word.start + len(prefix) + len(slash)
    _expect(cursor, Word(name, at), APP_PROTOCOL, MAX_APP_PROTOCOL, "appProtocol")
    return word.text


def _expect(cursor: Cursor, word: Word, pattern: re.Pattern[str], longest: int, what: str) -> None:
    if len(word.text) <= longest and pattern.fullmatch(word.text):
        return
    if not word.text:
        cursor.fail(f"the {what} is empty", _RIGHT, word)
    for offset, char in enumerate(word.text):
        if not pattern.fullmatch(f"a{char}a"):
            at = Word(char, word.start + offset)
            cursor.fail(f"unexpected {described(char)} in an {what}", _RIGHT, at)
    if len(word.text) > longest:
        cursor.fail(f"the {what} is {len(word.text)} characters long", _RIGHT, word)
    cursor.fail(f'"{word.text}" can\'t be an {what}', _RIGHT, word)


def _fail_protocol(cursor: Cursor, word: Word) -> NoReturn:
    problem = f"unknown protocol {quoted(word.text)}" if word.text else 'no protocol behind "/"'
    meant = cursor.text[word.start :]
    prefix, _, name = meant.rpartition("/")
    if PREFIX.fullmatch(prefix) and APP_PROTOCOL.fullmatch(name):
        right = f'write "{WORD_OF.get(meant, f"tcp+{meant}")}"'
        cursor.fail(problem, right, Word(meant, word.start))
    if word.text in APP_PROTOCOLS:
        right = 'any other appProtocol stands behind "tcp+", "udp+" or "sctp+"'
        cursor.fail(f'unexpected "+" behind "{word.text}"', right, Word("+", word.end))
    lower = word.text.lower()
    if lower in (*TRANSPORTS, *APP_PROTOCOLS):
        right = f'write "{lower}", or "tcp+{word.text}" for the appProtocol "{word.text}"'
        cursor.fail(problem, right, word)
    words = ", ".join(f'"{word}"' for word in (*TRANSPORTS, *APP_PROTOCOLS))
    cursor.fail(
        problem,
        f'write one of {words}; any other appProtocol stands behind "tcp+", as in '
        '"tcp+example.com/custom"',
        word,
    )
