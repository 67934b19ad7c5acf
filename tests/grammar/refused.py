"""The whole message about a string, and the remedies that are in many of them."""

import pytest

from exposer.grammar import InvalidPortStringError, parse

NUMBER = "write a number from 1 to 65535"
DIGITS = f"{NUMBER}, in the digits 0 to 9 only"
BOUNDS = "a port is 1 to 65535"
TARGET_NAME = (
    'the name of a container port has 1 to 15 characters of a-z, 0-9 and "-", with a letter '
    'among them, no "-" at an end and no two in a row'
)
PORT_NAME = 'a port\'s name has 1 to 63 characters of a-z, 0-9 and "-", no "-" at an end'
HOST_PART = 'a part of a DNS name has 1 to 63 characters of a-z, 0-9 and "-", no "-" at an end'
NOT_AN_ADDRESS = (
    "an IP address can't be a CNAME: put addresses into spec.addresses; "
    "a port has no place behind a host"
)
PROTOCOL = (
    'write one of "tcp", "udp", "sctp", "http", "https", "grpc", "h2c", "ws", "wss"; any other '
    'appProtocol stands behind "tcp+", as in "tcp+example.com/custom"'
)
APP_PROTOCOL = (
    'an appProtocol has 1 to 63 characters of a-z, A-Z, 0-9, "-", "_" and ".", a letter or digit '
    'at both ends, and may have a DNS name before it, as in "example.com/custom"'
)
AN_ADDRESS = "an IP address can't be a CNAME: put addresses into spec.addresses"
ANOTHER_MACHINE = "write the DNS name of the other machine"
ENDS = 'a port string ends behind its protocol, as in "53/udp"'
NAME_FIRST = 'a name stands before the ports, as in "web=80:8080"'
ONE_LENGTH = "ranges in one string are of one length"
FOUR = 'write "!nodePort:port:target", "port:target" or "port"'


def refused(text: str, carets: str, problem: str, remedy: str, shown: str | None = None) -> None:
    """Check the whole message; ``shown`` is the text unless it can't be printed as it is."""
    with pytest.raises(InvalidPortStringError) as caught:
        parse(text)
    line = text if shown is None else shown
    assert str(caught.value) == f"spec.ports[0]: {problem}\n  {line}\n  {carets}\n{remedy}"
