"""The host of an ExternalName, and the labels that DNS names and ports' names are made of."""

import re
from typing import NoReturn

from exposer.grammar.cursor import Cursor, Word, described
from exposer.grammar.errors import quoted

MAX_NAME = 63  # characters of a DNS label, RFC 1123
MAX_HOST = 253  # characters of a DNS name, RFC 1123

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
"""A name that ends in a number: inet_aton, and so most programs, take it for an IPv4 address."""
_ADDRESS = re.compile(r"\[?[0-9a-fA-F.]*:[0-9a-fA-F.:]*\]?(?:%.*)?", re.ASCII)
_ADDRESS_OR_PORT = (
    "an IP address can't be a CNAME: put addresses into spec.addresses; "
    "a port has no place behind a host"
)
LOCALHOST = re.compile(r"(?:.*\.)?localhost", re.ASCII)
"""The names that every machine has for itself, RFC 6761 section 6.3."""


def read_host(cursor: Cursor, word: Word) -> str:
    """DNS name (RFC 1123; core/v1 ServiceSpec.externalName) that leads to another machine.

    A dot at its end is taken, as core/v1 takes it, and left out, as it means nothing in a CNAME.
    """
    host = word.text.removesuffix(".")
    if not host:
        cursor.fail('no host behind "@"', 'write a DNS name, such as "@db.example.com"', word)
    if ":" in host:
        cursor.fail(
            f"{quoted(word.text)} is not a DNS name",
            _ADDRESS_OR_PORT
            if _ADDRESS.fullmatch(host)
            else 'write the name alone: "@db.example.com"',
            word,
        )
    if len(host) > MAX_HOST:
        cursor.fail(
            f"the host is {len(host)} characters long", f"a DNS name has at most {MAX_HOST}", word
        )
    start = word.start
    for label in host.split("."):
        part = Word(label, start)
        if len(label) > MAX_NAME or not LABEL.fullmatch(label):
            fail_label(cursor, part, "a part of a DNS name")
        start = part.end + 1
    if NUMERIC_HOST.fullmatch(host):
        cursor.fail(
            f"{quoted(word.text)} ends in a number, and is taken for an IP address",
            "an IP address can't be a CNAME: put addresses into spec.addresses",
            word,
        )
    if LOCALHOST.fullmatch(host):
        cursor.fail(
            f"{quoted(word.text)} is each client's own machine",
            "write the DNS name of the other machine",
            word,
        )
    return host


def fail_label(cursor: Cursor, word: Word, what: str) -> NoReturn:
    """Say why the word is not a DNS label (RFC 1123)."""
    right = f'{what} has 1 to {MAX_NAME} characters of a-z, 0-9 and "-", no "-" at an end'
    for offset, char in enumerate(word.text):
        if not (char.isascii() and (char.islower() or char.isdigit() or char == "-")):
            at = Word(char, word.start + offset)
            cursor.fail(f"unexpected {described(char)} in {what}", right, at)
    if len(word.text) > MAX_NAME:
        cursor.fail(f"{what} is {len(word.text)} characters long", right, word)
    cursor.fail(f'"{word.text}" can\'t be {what}' if word.text else f"{what} is empty", right, word)
