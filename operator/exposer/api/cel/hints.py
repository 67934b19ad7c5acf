"""What a user may have meant by a string that does not follow the grammar."""

from exposer.api.cel import words
from exposer.grammar.nodes import SIGNS
from exposer.grammar.parse import MAX_PORT, PROTOCOLS

_ANY_SIGN = words.sign_class(*SIGNS.values())
_HOST = words.HOST_SIGN

OTHERWISE = (
    'not a port string: write "port", "port:target" or "nodePort:port:target", before it a sign '
    'and a name if need be ("!web=80:8080"), behind it a protocol ("53/udp"); or '
    f'"{_HOST}host"; or "{words.HEADLESS_SIGN}"'
)
HINTS = (
    ("^$", 'the string is empty: write a port, such as "80" or "80:8080"'),
    (f"^{_HOST}.*:", "a host has no port, and an address is no host: write a DNS name"),
    (
        f"^{_HOST}",
        'not a DNS name: write one whose parts are of a-z, 0-9 and "-", with no "-" at an end, '
        f'such as "{_HOST}db.example.com"',
    ),
    ("[,;]", "one string a port: separate them in the list, not in the string"),
    ("[[:space:]]", "a space has no place in a port string: leave it out"),
    (f".{_ANY_SIGN}", "a sign is the first character of a string, and only one: write one there"),
    (":.*:.*:", 'at most three parts between colons are possible: "nodePort:port:target"'),
    (
        ":(:|/|$)",
        'nothing behind ":": write a port or the name of a container port, or leave out the ":"',
    ),
    (
        f"/(?:{'|'.join(PROTOCOLS)})?.|/$",
        f"a port string ends behind its protocol, which is one of {', '.join(PROTOCOLS)}",
    ),
    ("=.*=|^.?=|_.*=", 'a name stands before "=", of a-z, 0-9 and "-": write "web=80:8080"'),
    (
        f"(^|[=:-]|{_ANY_SIGN})0|[0-9]{{{len(str(MAX_PORT)) + 1}}}",
        f"a port is a number from 1 to {MAX_PORT} without leading zeros",
    ),
)
"""Regular expressions, of which the first that matches tells; none has to."""
