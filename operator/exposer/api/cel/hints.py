"""What a user may have meant by a string that does not follow the grammar."""

from exposer.api.cel import words
from exposer.api.cel.rule import quoted
from exposer.grammar.nodes import APP_PROTOCOLS, SIGNS
from exposer.grammar.parse import MAX_PORT
from exposer.grammar.protocols import TRANSPORTS

_SIGN = words.sign_class(*SIGNS.values())
_HOST = words.HOST_SIGN
_WORDS = ", ".join((*TRANSPORTS, *APP_PROTOCOLS))

OTHERWISE = (
    'not a port string: write "port", "port:target" or "nodePort:port:target", before it a sign '
    'and a name if need be ("!web=80:8080"), behind it a protocol ("53/udp"); or '
    f'"{_HOST}host"; or "{words.HEADLESS_SIGN}"'
)


def _matches(pattern: str) -> str:
    return f"self.matches({quoted(pattern)})"


HINTS = (
    (
        "self == ''",
        'the string is empty: write a port, such as "80:8080", in quotes, as a "!80:8080" without '
        "them is empty in YAML",
    ),
    (
        _matches(f"^{_HOST}.*:"),
        "a host has no port, and an address is no host: write a DNS name",
    ),
    (
        _matches(f"^{_HOST}"),
        'not a DNS name: write one whose parts are of a-z, 0-9 and "-", with no "-" at an end, '
        f'such as "{_HOST}db.example.com"',
    ),
    (_matches("[,;]"), "one string a port: separate them in the list, not in the string"),
    (_matches("[[:space:]]"), "a space has no place in a port string: leave it out"),
    (
        _matches(f".{_SIGN}"),
        "a sign is the first character of a string, and only one: write one there",
    ),
    (
        _matches(":.*:.*:"),
        'at most three parts between colons are possible: "nodePort:port:target"',
    ),
    (
        _matches(":(:|/|$)"),
        'nothing behind ":": write a port or the name of a container port, or leave out the ":"',
    ),
    (
        f"self.contains('/') && !{_matches(f'^[^/]*{words.PROTOCOL}$')}",
        f"a port string ends behind its protocol, which is one of {_WORDS}; or tcp+ and any other "
        'appProtocol, as in "80/tcp+example.com/custom"',
    ),
    (
        _matches("=.*=|^.?=|_.*="),
        'a name stands before "=", of a-z, 0-9 and "-": write "web=80:8080"',
    ),
    (
        _matches(f"^(?:[^/]*[=:-]|{_SIGN})?0|^[^/]*[0-9]{{{len(str(MAX_PORT)) + 1}}}"),
        f"a port is a number from 1 to {MAX_PORT} without leading zeros",
    ),
)
"""Conditions in CEL, of which the first that holds tells; none has to."""
