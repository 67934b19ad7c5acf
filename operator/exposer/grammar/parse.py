"""One function a rule of the grammar; the rule is its docstring.

port-string = "@" host | "#" | [ kind ] [ name "=" ] mapping [ "/" protocol ]
kind        = "!" | "#" | "^"
mapping     = ports | ports ":" target | nodePorts ":" ports ":" target
target      = ports | IANA service name
ports       = 1..65535 [ "-" 1..65535 ]
protocol    = transport [ "+" appProtocol ] | "http" | "https" | "grpc" | "h2c" | "ws" | "wss"
transport   = "tcp" | "udp" | "sctp"
appProtocol = [ DNS name "/" ] 1..63 of a-z A-Z 0-9 "-" "_" ".", a letter or digit at both ends
name        = DNS label (RFC 1123)
host        = DNS name (RFC 1123) [ "." ] that does not end in a number or in "localhost"
"""

import re
from typing import NoReturn

from exposer.grammar.cursor import Cursor, Word, described
from exposer.grammar.errors import InvalidPortStringError, quoted
from exposer.grammar.hosts import LABEL, MAX_NAME, fail_label, read_host
from exposer.grammar.nodes import (
    SIGN_OF,
    SIGNS,
    WITH_NODE_PORTS,
    Kind,
    Ports,
    PortString,
    Protocol,
    default_name,
)
from exposer.grammar.protocols import read_protocol

MAX_LENGTH = 427  # of a string: the longest name, ranges of one, target and appProtocol
MAX_PORT = 65535
MAX_TARGET = 15  # characters of an IANA service name, RFC 6335 section 5.1

PORTS = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", re.ASCII)
SERVICE_NAME = re.compile(r"(?:[0-9]+-)*[0-9]*[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_NAME_FIRST = 'a name stands before the ports, as in "web=80:8080"'
_ENDS_THERE = 'a port string ends behind its protocol, as in "53/udp"'


def parse(text: str, index: int = 0) -> PortString:
    """Read one port string.

    Args:
        text: The string, such as ``!30080:80:http``.
        index: Which string of the request it is, from 0; for the error's text.

    Raises:
        InvalidPortStringError: The string does not follow the grammar.
    """
    return _port_string(Cursor(text, index))


def _port_string(cursor: Cursor) -> PortString:
    """``"@" host | "#" | [ kind ] [ name "=" ] mapping [ "/" protocol ]``."""
    if not cursor.text:
        cursor.fail(
            "empty port string",
            'write a port, such as "80" or "80:8080"; in quotes, as a "!80:8080" without them is '
            "empty in YAML",
            Word("", 0),
        )
    if len(cursor.text) > MAX_LENGTH:
        cursor.fail(
            f"the string is {len(cursor.text)} characters long",
            f"a port string has at most {MAX_LENGTH}",
            Word(cursor.text[MAX_LENGTH], MAX_LENGTH),
        )
    kind = SIGNS.get(cursor.text[0], Kind.CLUSTER_IP)
    cursor.position = 0 if kind is Kind.CLUSTER_IP else 1
    if kind is Kind.EXTERNAL_NAME:
        return PortString(kind, host=read_host(cursor, cursor.rest()))
    if cursor.text == "#":
        return PortString(kind)
    word = cursor.word()
    name = None
    if cursor.take("="):
        name = _name(cursor, word)
        word = cursor.word()
    ports, target, node_ports = _mapping(cursor, kind, word)
    protocol, app_protocol = Protocol.TCP, None
    if cursor.take("/"):
        protocol, app_protocol = read_protocol(cursor)
    cursor.end(_NAME_FIRST if cursor.next == "=" else _ENDS_THERE)
    if name is not None:
        name = _port_name(cursor, name, ports, target, protocol)
    return PortString(kind, ports, target, node_ports, protocol, name, app_protocol=app_protocol)


def _mapping(cursor: Cursor, kind: Kind, first: Word) -> tuple[Ports, Ports | str, Ports | None]:
    """``ports | ports ":" target | nodePorts ":" ports ":" target``."""
    words = [first]
    while cursor.take(":"):
        words.append(cursor.word())
    if len(words) == 1:
        ports = _ports(cursor, first, "port")
        return ports, ports, None
    if len(words) == 2:
        ports = _ports(cursor, first, "port")
        return ports, _target(cursor, words[1], ports), None
    if len(words) > 3:
        cursor.fail(
            f"{len(words)} parts between colons, at most three are possible",
            'write "!nodePort:port:target", "port:target" or "port"',
            Word(cursor.text[words[3].start - 1 : words[-1].end], words[3].start - 1),
        )
    if kind not in WITH_NODE_PORTS:
        _fail_three_parts(cursor, kind, words)
    node_ports = _ports(cursor, first, "node port")
    ports = _ports(cursor, words[1], "port")
    _expect_equally_long(cursor, first, node_ports, words[1], ports)
    return ports, _target(cursor, words[2], ports), node_ports


def _target(cursor: Cursor, word: Word, ports: Ports) -> Ports | str:
    """``ports | IANA service name`` (RFC 6335 section 5.1; core/v1 IsValidPortName)."""
    if not word.text:
        cursor.fail(
            'no target behind ":"',
            f'write a port or the name of a container port, such as "{ports}:8080" '
            f'or "{ports}:http", or leave out the ":"',
            word,
        )
    if not any(char.isalpha() and char.isascii() for char in word.text):
        target = _ports(cursor, word, "target port")
        _expect_equally_long(cursor, word, target, None, ports)
        return target
    if len(word.text) > MAX_TARGET or not SERVICE_NAME.fullmatch(word.text):
        _fail_target_name(cursor, word)
    if len(ports.numbers) > 1:
        cursor.fail(
            f"a name is one port, but {ports} are {len(ports.numbers)} ports",
            f"write a range of {len(ports.numbers)} target ports, or a string for each port",
            word,
        )
    return word.text


def _ports(cursor: Cursor, word: Word, what: str) -> Ports:
    """``1..65535 [ "-" 1..65535 ]``."""
    match = PORTS.fullmatch(word.text)
    if match is None:
        _fail_ports(cursor, word, what)
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    for number, group in ((first, 1), (last, 2)):
        if number > MAX_PORT:
            at = Word(match[group], word.start + match.start(group))
            cursor.fail(f"{what} {number} is too large", f"a port is 1 to {MAX_PORT}", at)
    if last < first:
        cursor.fail(f"the range {word.text} runs backwards", f'write "{last}-{first}"', word)
    return Ports(first, last)


def _name(cursor: Cursor, word: Word) -> str:
    """DNS label (RFC 1123; core/v1 ServicePort.name)."""
    if not word.text:
        cursor.fail('no name before "="', 'write a name, such as "https=443", or no "="', word)
    if len(word.text) > MAX_NAME or not LABEL.fullmatch(word.text):
        fail_label(cursor, word, "a port's name")
    return word.text


def _port_name(
    cursor: Cursor, name: str, ports: Ports, target: Ports | str, protocol: Protocol
) -> str | None:
    """The name, or None where it says what the default name says."""
    if ports.first == ports.last:
        first = target if isinstance(target, str) else target.first
        return None if name == default_name(ports.first, first, protocol) else name
    longest = f"{name}-{ports.last}"
    if len(longest) > MAX_NAME:
        cursor.fail(
            f'each port of a range is named "{name}-PORT", which is {len(longest)} characters long',
            f"a port's name has at most {MAX_NAME} characters",
            Word(name, cursor.text.index(name)),
        )
    return name


def _expect_equally_long(
    cursor: Cursor, word: Word, these: Ports, other: Word | None, those: Ports
) -> None:
    lengths = len(these.numbers), len(those.numbers)
    if lengths[0] != lengths[1]:
        cursor.fail(
            f"{these} and {those} are not equally long: {lengths[0]} and {lengths[1]} ports",
            "ranges in one string are of one length",
            Word(cursor.text[word.start : (other or word).end], word.start),
        )


def _fail_three_parts(cursor: Cursor, kind: Kind, words: list[Word]) -> NoReturn:
    sign, text = SIGN_OF[kind], cursor.text
    without = text[: words[0].start] + text[words[1].start :]
    with_node_port = "!" + text.removeprefix(sign)
    advice = [quoted(without)] if _is_right(without) else []
    if _is_right(with_node_port):
        advice.append(f"{quoted(with_node_port)} for a NodePort")
    cursor.fail(
        f"a {kind} string has no node port, so at most two parts",
        f"write {', or '.join(advice)}" if advice else 'write a port and a target: "80:8080"',
        words[0],
    )


def _is_right(text: str) -> bool:
    """Whether it may be advised."""
    try:
        parse(text)
    except InvalidPortStringError:
        return False
    return True


def _fail_ports(cursor: Cursor, word: Word, what: str) -> NoReturn:
    """Say why the word is neither a port nor a range of ports."""
    right = f"write a number from 1 to {MAX_PORT}"
    if not word.text:
        cursor.fail(f"no {what}", f'{right}, such as "80"', word)
    start = word.start
    for number in word.text.split("-", 1):
        for offset, char in enumerate(number):
            if not ("0" <= char <= "9"):
                problem = f"unexpected {described(char)} in a {what}"
                cursor.fail(problem, _digits_only(right, char), Word(char, start + offset))
        part = Word(number, start)
        if not number:
            cursor.fail(f"no number at this end of the range of {what}s", right, part)
        if set(number) == {"0"}:
            cursor.fail(f"{what} {number} is too small", f"a port is 1 to {MAX_PORT}", part)
        if number.startswith("0"):
            fixed = number.lstrip("0")
            cursor.fail(f'leading zero in {what} "{number}"', f'write "{fixed}"', part)
        if int(number[:6]) > MAX_PORT:
            cursor.fail(f"{what} {number} is too large", f"a port is 1 to {MAX_PORT}", part)
        start = part.end + 1
    raise AssertionError(word)  # one of the above, or the pattern would have matched


def _digits_only(right: str, char: str) -> str:
    if char == "@":
        return 'a host stands alone, as in "@db.example.com"'
    if char in SIGNS:
        return f'the sign "{char}" is the first character of the string, as in "{char}web=80"'
    if char.isascii() and char.isalpha():
        return f'{right}; only a target may be a name, as in "80:http"'
    if char in ",;":
        return f"{right}; one string a port: separate them in the list, not in the string"
    return f"{right}, in the digits 0 to 9 only"


def _fail_target_name(cursor: Cursor, word: Word) -> NoReturn:
    right = (
        f"the name of a container port has 1 to {MAX_TARGET} characters of a-z, 0-9 and "
        '"-", with a letter among them, no "-" at an end and no two in a row'
    )
    for offset, char in enumerate(word.text):
        if not (char.isascii() and (char.islower() or char.isdigit() or char == "-")):
            at = Word(char, word.start + offset)
            cursor.fail(f"unexpected {described(char)} in a target's name", right, at)
    if len(word.text) > MAX_TARGET:
        cursor.fail(f"the target's name is {len(word.text)} characters long", right, word)
    cursor.fail(f'"{word.text}" is not the name of a container port', right, word)
