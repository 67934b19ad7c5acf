"""What a user reads about a wrong name or protocol, whole."""

import pytest

from tests.grammar.refused import (
    APP_PROTOCOL,
    ENDS,
    NAME_FIRST,
    PORT_NAME,
    PROTOCOL,
    refused,
)


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "=80",
            "^",
            'no name before "="',
            'write a name, such as "https=443", or no "="',
            id="no name",
        ),
        pytest.param("Web=80", "^", 'unexpected "W" in a port\'s name', PORT_NAME, id="upper case"),
        pytest.param(
            "a_b=80", " ^", 'unexpected "_" in a port\'s name', PORT_NAME, id="underscore"
        ),
        pytest.param("a.b=80", " ^", 'unexpected "." in a port\'s name', PORT_NAME, id="dot"),
        pytest.param("-a=80", "^^", "\"-a\" can't be a port's name", PORT_NAME, id="dash first"),
        pytest.param("!a-=80", " ^^", "\"a-\" can't be a port's name", PORT_NAME, id="dash last"),
        pytest.param(
            "a" * 64 + "=80",
            "^" * 64,
            "a port's name is 64 characters long",
            PORT_NAME,
            id="too long",
        ),
        pytest.param("80/", "   ^", 'no protocol behind "/"', PROTOCOL, id="no protocol"),
        pytest.param(
            "80/TCP",
            "   ^^^",
            'unknown protocol "TCP"',
            'write "tcp", or "tcp+TCP" for the appProtocol "TCP"',
            id="upper protocol",
        ),
        pytest.param(
            "443/Https",
            "    ^^^^^",
            'unknown protocol "Https"',
            'write "https", or "tcp+Https" for the appProtocol "Https"',
            id="upper appProtocol",
        ),
        pytest.param("80/icmp", "   ^^^^", 'unknown protocol "icmp"', PROTOCOL, id="icmp"),
        pytest.param("80:web=8080", "      ^", 'unexpected "="', NAME_FIRST, id="name last"),
        pytest.param("80/udp/tcp", "      ^", 'unexpected "/"', ENDS, id="two protocols"),
        pytest.param("80/http/h2c", "       ^", 'unexpected "/"', ENDS, id="two appProtocols"),
        pytest.param("53/udp:5353", "      ^", 'unexpected ":"', ENDS, id="target last"),
    ],
)
def test_a_wrong_name_or_protocol_is_refused(
    text: str, carets: str, problem: str, remedy: str
) -> None:
    refused(text, carets, problem, remedy)


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "80/kubernetes.io/h2c",
            "   ^^^^^^^^^^^^^^^^^",
            'unknown protocol "kubernetes.io"',
            'write "h2c"',
            id="one that there is a word for",
        ),
        pytest.param(
            "80/example.com/custom",
            "   ^^^^^^^^^^^^^^^^^^",
            'unknown protocol "example.com"',
            'write "tcp+example.com/custom"',
            id="without its transport",
        ),
        pytest.param(
            "80/http+x",
            "       ^",
            'unexpected "+" behind "http"',
            'any other appProtocol stands behind "tcp+", "udp+" or "sctp+"',
            id="two",
        ),
        pytest.param("80/icmp+x", "   ^^^^", 'unknown protocol "icmp"', PROTOCOL, id="transport"),
        pytest.param("80/tcp+", "       ^", "the appProtocol is empty", APP_PROTOCOL, id="none"),
        pytest.param(
            "80/tcp+a.b/",
            "           ^",
            "the appProtocol is empty",
            APP_PROTOCOL,
            id="prefix only",
        ),
        pytest.param(
            "80/tcp+/a",
            "       ^",
            "the appProtocol's prefix is empty",
            APP_PROTOCOL,
            id="no prefix",
        ),
        pytest.param(
            "80/tcp+a/b/c",
            "        ^",
            'unexpected "/" in an appProtocol\'s prefix',
            APP_PROTOCOL,
            id="two slashes",
        ),
        pytest.param(
            "80/tcp+Example.com/a",
            "       ^",
            'unexpected "E" in an appProtocol\'s prefix',
            APP_PROTOCOL,
            id="upper prefix",
        ),
        pytest.param(
            "80/udp+a..b/c",
            "       ^^^^",
            "\"a..b\" can't be an appProtocol's prefix",
            APP_PROTOCOL,
            id="empty part",
        ),
        pytest.param(
            f"80/udp+{'a' * 254}/c",
            "       " + "^" * 254,
            "the appProtocol's prefix is 254 characters long",
            APP_PROTOCOL,
            id="long prefix",
        ),
        pytest.param(
            "80/tcp+a+b",
            "        ^",
            'unexpected "+" in an appProtocol',
            APP_PROTOCOL,
            id="plus",
        ),
        pytest.param(
            "80/tcp+a_", "       ^^", '"a_" can\'t be an appProtocol', APP_PROTOCOL, id="last"
        ),
        pytest.param(
            f"80/tcp+{'a' * 64}",
            "       " + "^" * 64,
            "the appProtocol is 64 characters long",
            APP_PROTOCOL,
            id="too long",
        ),
    ],
)
def test_a_wrong_app_protocol_is_refused(text: str, carets: str, problem: str, remedy: str) -> None:
    refused(text, carets, problem, remedy)


def test_a_line_break_does_not_break_the_message() -> None:
    problem = 'unknown protocol "\\nudp"'
    refused("80/\nudp", "   ^^^^^", problem, PROTOCOL, shown="80/\\nudp")
