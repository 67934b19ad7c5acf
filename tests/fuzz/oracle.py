"""Which strings are right, told in another way than the parser's: one pattern, then sums.

It tells no more than yes or no, and shares nothing with the parser, so that a mistake in one shows.
"""

import re

_PORTS = r"[1-9][0-9]{0,4}(?:-[1-9][0-9]{0,4})?"
_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SERVICE_NAME = r"(?=[-0-9]*[a-z])(?![-a-z0-9]{16})[a-z0-9]+(?:-[a-z0-9]+)*"
_SUBDOMAIN = r"(?![^/]{254})(?:(?!-)[-a-z0-9]+(?<!-)\.)*(?!-)[-a-z0-9]+(?<!-)"
_APP_PROTOCOL = rf"(?:{_SUBDOMAIN}/)?(?![-._])(?:[-._A-Za-z0-9]{{1,63}})(?<![-._])"

GRAMMAR = re.compile(
    rf"""
    @(?P<host>{_LABEL}(?:\.{_LABEL})*)\.?
    | \#
    | (?P<kind>[!\#^]?)
      (?:(?P<name>{_LABEL})=)?
      (?:(?P<node_ports>{_PORTS}):(?=[^:]*:))?
      (?P<ports>{_PORTS})
      (?::(?:(?P<targets>{_PORTS})|(?P<target>{_SERVICE_NAME})))?
      (?:/(?:https?|grpc|h2c|wss?|(?:tcp|udp|sctp)(?:\+{_APP_PROTOCOL})?))?
    """,
    re.ASCII | re.VERBOSE,
)


def is_right(text: str) -> bool:
    """Whether the string is right by itself."""
    match = GRAMMAR.fullmatch(text)
    if match is None:
        return False
    if match["host"]:
        last = match["host"].split(".")[-1]
        number = last.isdigit() or (last[:2] == "0x" and set(last[2:]) <= set("0123456789abcdef"))
        return len(match["host"]) <= 253 and not number and last != "localhost"
    if match["ports"] is None:
        return True
    if match["node_ports"] and match["kind"] not in ("!", "^"):
        return False
    ends = [_ends(match[part]) for part in ("node_ports", "ports", "targets") if match[part]]
    lengths = {last - first for first, last in ends}
    if len(lengths) > 1 or min(lengths) < 0 or max(last for _, last in ends) > 65535:
        return False
    is_range = lengths != {0}
    if is_range and match["name"]:
        last_port = _ends(match["ports"])[1]
        return not match["target"] and len(f"{match['name']}-{last_port}") <= 63
    return not (is_range and match["target"])


def _ends(ports: str) -> tuple[int, int]:
    first, _, last = ports.partition("-")
    return int(first), int(last or first)
