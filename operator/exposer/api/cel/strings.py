"""The rules for each port string by itself; the API server tells them with the string's index.

Each tells one fault, and together they are the grammar, but for what has to be calculated: the
ValidatingAdmissionPolicy (``policy``) compares the ends and the lengths of ranges.
"""

from exposer.api.cel import words
from exposer.api.cel.rule import Rule, quoted
from exposer.grammar.hosts import MAX_HOST, MAX_NAME
from exposer.grammar.nodes import APP_PROTOCOLS, WITH_NODE_PORTS, told_signs
from exposer.grammar.parse import MAX_PORT, MAX_TARGET
from exposer.grammar.protocols import MAX_APP_PROTOCOL, TRANSPORTS

_SEPARATOR, _SPACE = "[,;]", "[[:space:]]"
_SIGN_INSIDE = f".{words.ANY_SIGN}"
_FOUR_PARTS, _NOTHING = ":.*:.*:", ":(?::|/|$)"
_SAID_ALREADY = "|".join((_SEPARATOR, _SPACE, _SIGN_INSIDE, _FOUR_PARTS, _NOTHING))


def _matches(pattern: str) -> str:
    return f"self.matches({quoted(pattern)})"


STRING_RULES = (
    Rule(
        "self != ''",
        'the string is empty: write a port, such as "80:8080", in quotes, as a "!80:8080" without '
        "them is empty in YAML",
    ),
    Rule(
        f"!{_matches(_SEPARATOR)}",
        "one string a port: separate them in the list, not in the string",
    ),
    Rule(f"!{_matches(_SPACE)}", "a space has no place in a port string: leave it out"),
    Rule(
        f"!{_matches(_SIGN_INSIDE)}",
        "a sign is the first character of a string, and only one: write one there",
    ),
    Rule(
        f"!{_matches(_FOUR_PARTS)}",
        'at most three parts between colons are possible: "nodePort:port:target"',
    ),
    Rule(
        f"!{_matches(_NOTHING)}",
        'nothing behind ":": write a port or the name of a container port, or leave out the ":"',
    ),
    Rule(
        f"{_matches(_SAID_ALREADY)} || {_matches(words.MAPPING)}",
        'not a port string: write "port", "port:target" or "nodePort:port:target", before it a '
        'sign and a name if need be ("!web=80:8080"), behind it a protocol ("53/udp"); or '
        f'"{words.HOST_SIGN}host"; or "{words.HEADLESS_SIGN}"',
    ),
    Rule(
        f"!self.contains('=') || {_matches(words.NAMED)}",
        'a name stands before "=", of a-z, 0-9 and "-", with no "-" at an end: write "web=80:8080"',
    ),
    Rule(
        _matches(words.PROTOCOL),
        "a port string ends behind its protocol, which is one of "
        f"{', '.join((*TRANSPORTS, *APP_PROTOCOLS))}; or tcp+ and any other appProtocol, as in "
        '"80/tcp+example.com/custom"',
    ),
    Rule(
        f"!{_matches(words.WITH_APP_PROTOCOL)} || {_matches(f'^[^+]*[+]{words.QUALIFIED_NAME}$')}",
        'an appProtocol is of a-z, A-Z, 0-9, "-", "_" and ".", with a letter or digit at both '
        'ends, and may have a DNS name before it: write "80/tcp+example.com/custom"',
    ),
    Rule(
        f"!{_matches(f'[+](?:[^/]{{{MAX_HOST + 1}}}|(?:.*/)?[^/]{{{MAX_APP_PROTOCOL + 1},}}$)')}",
        f"an appProtocol has at most {MAX_APP_PROTOCOL} characters, and the DNS name before it at "
        f"most {MAX_HOST}",
    ),
    Rule(
        f"!{_matches(words.NO_PORT)}",
        f"a port is a number from 1 to {MAX_PORT} without leading zeros",
    ),
    Rule(
        f"!{_matches(words.THREE_PARTS)}",
        f"only {told_signs(WITH_NODE_PORTS)} strings have a node port: write "
        '"port:target", or another sign',
    ),
    Rule(
        f"!{_matches(f'^[^/]*{words.LABEL_CHARACTER}{{{MAX_NAME + 1}}}')}",
        f"a name, or a part of a DNS name, has at most {MAX_NAME} characters",
    ),
    Rule(
        f"!{_matches(f':{words.LABEL_CHARACTER}{{{MAX_TARGET + 1},}}(?:/|$)')}",
        f"the name of a container port has at most {MAX_TARGET} characters",
    ),
    Rule(
        f"!{_matches(f'^{words.HOST_SIGN}.*:')}",
        "a host has no port, and an address is no host: write a DNS name",
    ),
    Rule(
        f"!self.startsWith({quoted(words.HOST_SIGN)}) || self.contains(':') || "
        f"{_matches(words.HOST)}",
        'not a DNS name: write one whose parts are of a-z, 0-9 and "-", with no "-" at an end, '
        f'such as "{words.HOST_SIGN}db.example.com"',
    ),
    Rule(
        f"!{_matches(words.NUMERIC)}",
        "a host that ends in a number is taken for an IP address, which can't be a CNAME: put "
        "addresses into spec.addresses",
    ),
    Rule(
        f"!{_matches(words.LOCAL)}",
        '"localhost" is each client\'s own machine: write the DNS name of the other machine',
    ),
    Rule(
        # A dot at its end doesn't count.
        f"!{_matches(f'^{words.HOST_SIGN}.{{{MAX_HOST}}}(?:[^.]|..)')}",
        f"a DNS name has at most {MAX_HOST} characters",
    ),
)
"""Rules on the items of ``spec.ports``."""
