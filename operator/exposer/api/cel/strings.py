"""The rules for each port string by itself; the API server tells them with the string's index."""

from exposer.api.cel import words
from exposer.api.cel.hints import HINTS, OTHERWISE
from exposer.api.cel.rule import Rule, quoted
from exposer.grammar.hosts import MAX_HOST, MAX_NAME
from exposer.grammar.nodes import WITH_NODE_PORTS, told_signs
from exposer.grammar.parse import MAX_PORT, MAX_TARGET
from exposer.grammar.protocols import MAX_APP_PROTOCOL

_PLAIN = words.plain("self")
_PORTS, _NODE_PORTS = words.ports(_PLAIN), words.node_ports(_PLAIN)
_TARGET_PORTS = words.target_ports(_PLAIN)
_ALL_PORTS = (_NODE_PORTS, _PORTS, _TARGET_PORTS)


def _first_hint() -> str:
    """The hint for the string as it is, as a CEL expression."""
    hint = quoted(OTHERWISE)
    for condition, text in reversed(HINTS):
        hint = f"{condition} ? {quoted(text)} : {hint}"
    return hint


def _all(condition: str) -> str:
    """The condition on the first and the last port holds for all three words."""
    return " && ".join(
        condition.format(first=words.first(word), last=words.last(word)) for word in _ALL_PORTS
    )


STRING_RULES = (
    Rule(f"self.matches({quoted(words.SHAPE)})", OTHERWISE, _first_hint()),
    Rule(
        f"!self.matches({quoted(words.NUMERIC)})",
        "a host that ends in a number is taken for an IP address, which can't be a CNAME: put "
        "addresses into spec.addresses",
    ),
    Rule(
        f"!self.matches({quoted(words.LOCAL)})",
        '"localhost" is each client\'s own machine: write the DNS name of the other machine',
    ),
    Rule(
        f"!self.startsWith({quoted(words.HOST_SIGN)}) || "
        f"self.size() <= {len(words.HOST_SIGN) + MAX_HOST} + (self.endsWith('.') ? 1 : 0)",
        f"a DNS name has at most {MAX_HOST} characters",
    ),
    Rule(
        f"!self.matches('[+](?:[^/]{{{MAX_HOST + 1}}}|(?:.*/)?[^/]{{{MAX_APP_PROTOCOL + 1},}}$)')",
        f"an appProtocol has at most {MAX_APP_PROTOCOL} characters, and the DNS name before it at "
        f"most {MAX_HOST}",
    ),
    Rule(
        f"!self.matches('^[^/]*{words.LABEL_CHARACTER}{{{MAX_NAME + 1}}}')",
        f"a name, or a part of a DNS name, has at most {MAX_NAME} characters",
    ),
    Rule(
        f"!self.matches(':{words.LABEL_CHARACTER}{{{MAX_TARGET + 1},}}(/|$)')",
        f"the name of a container port has at most {MAX_TARGET} characters",
    ),
    Rule(
        _all(f"{{first}} <= {MAX_PORT} && {{last}} <= {MAX_PORT}"),
        f"a port is 1 to {MAX_PORT}",
    ),
    Rule(
        _all("{first} <= {last}"),
        'a range runs from its lower port to its higher one, as in "8000-8003"',
    ),
    Rule(
        f"({_NODE_PORTS} == '' || {words.width(_NODE_PORTS)} == {words.width(_PORTS)}) && "
        f"(!self.contains(':') || {words.width(_TARGET_PORTS)} == {words.width(_PORTS)})",
        "the ranges in one string are of one length, and a name is one port: write as many ports "
        'on either side, as in "8000-8003:9000-9003"',
    ),
    Rule(
        f"self.matches({quoted(words.NODE_PORTED)}) || {_NODE_PORTS} == ''",
        f"only {told_signs(WITH_NODE_PORTS)} strings have a node port: write "
        '"port:target", or another sign',
    ),
    Rule(
        f"{words.first(_PORTS)} == {words.last(_PORTS)} || "
        f"{words.name('self')}.size() + {words.find(_PORTS, '[0-9]+$')}.size() <= {MAX_NAME}",
        f'each port of a range is named "name-port", which has at most {MAX_NAME} characters: '
        "write a shorter name",
    ),
)
"""Rules on the items of ``spec.ports``."""
