"""What a user reads about a wrong name or protocol, whole."""

import pytest

from tests.grammar.refused import ENDS, NAME_FIRST, PORT_NAME, PROTOCOL, refused


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
        pytest.param("80/TCP", "   ^^^", 'unknown protocol "TCP"', PROTOCOL, id="upper protocol"),
        pytest.param("80/icmp", "   ^^^^", 'unknown protocol "icmp"', PROTOCOL, id="icmp"),
        pytest.param("80:web=8080", "      ^", 'unexpected "="', NAME_FIRST, id="name last"),
        pytest.param("80/udp/tcp", "      ^", 'unexpected "/"', ENDS, id="two protocols"),
        pytest.param("53/udp:5353", "      ^", 'unexpected ":"', ENDS, id="target last"),
    ],
)
def test_a_wrong_name_or_protocol_is_refused(
    text: str, carets: str, problem: str, remedy: str
) -> None:
    refused(text, carets, problem, remedy)


def test_a_line_break_does_not_break_the_message() -> None:
    problem = 'unknown protocol "\\nudp"'
    refused("80/\nudp", "   ^^^^^", problem, PROTOCOL, shown="80/\\nudp")
