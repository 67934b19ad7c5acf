"""What a user reads about a string that does not follow the grammar, whole."""

import pytest

from tests.grammar.refused import BOUNDS, DIGITS, FOUR, NUMBER, ONE_LENGTH, TARGET_NAME, refused


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "",
            "^",
            "empty port string",
            'write a port, such as "80" or "80:8080"; in quotes, as a "!80:8080" without them is '
            "empty in YAML",
            id="empty",
        ),
        pytest.param("!", " ^", "no port", f'{NUMBER}, such as "80"', id="sign alone"),
        pytest.param("^", " ^", "no port", f'{NUMBER}, such as "80"', id="caret alone"),
        pytest.param(":80", "^", "no port", f'{NUMBER}, such as "80"', id="no port"),
        pytest.param("/udp", "^", "no port", f'{NUMBER}, such as "80"', id="protocol alone"),
        pytest.param("web=", "    ^", "no port", f'{NUMBER}, such as "80"', id="name alone"),
        pytest.param("!:80:80", " ^", "no node port", f'{NUMBER}, such as "80"', id="no node port"),
        pytest.param(
            "!30080::80", "       ^", "no port", f'{NUMBER}, such as "80"', id="no middle part"
        ),
        pytest.param("0", "^", "port 0 is too small", BOUNDS, id="zero"),
        pytest.param("00", "^^", "port 00 is too small", BOUNDS, id="zeros"),
        pytest.param("70000", "^^^^^", "port 70000 is too large", BOUNDS, id="too large"),
        pytest.param("65536", "^^^^^", "port 65536 is too large", BOUNDS, id="one too large"),
        pytest.param(
            "1000000", "^^^^^^^", "port 1000000 is too large", BOUNDS, id="much too large"
        ),
        pytest.param(
            "80:70000", "   ^^^^^", "target port 70000 is too large", BOUNDS, id="large target"
        ),
        pytest.param("!0:80:80", " ^", "node port 0 is too small", BOUNDS, id="node port zero"),
        pytest.param("080", "^^^", 'leading zero in port "080"', 'write "80"', id="leading zero"),
        pytest.param(
            "80:08080",
            "   ^^^^^",
            'leading zero in target port "08080"',
            'write "8080"',
            id="leading zero in the target",
        ),
        pytest.param("+80", "^", 'unexpected "+" in a port', DIGITS, id="plus sign"),
        pytest.param(" 80", "^", "unexpected space in a port", DIGITS, id="leading space"),
        pytest.param("80 ", "  ^", "unexpected space in a port", DIGITS, id="trailing space"),
        pytest.param(
            "80: 8080",
            "   ^",
            "unexpected space in a target port",
            DIGITS,
            id="space in the middle",
        ),
        pytest.param("8_0", " ^", 'unexpected "_" in a port', DIGITS, id="underscore"),
        pytest.param("80.0", "  ^", 'unexpected "." in a port', DIGITS, id="decimal point"),
        pytest.param(
            "http",
            "^",
            'unexpected "h" in a port',
            f'{NUMBER}; only a target may be a name, as in "80:http"',
            id="name as port",
        ),
        pytest.param(
            "0x50",
            " ^",
            'unexpected "x" in a port',
            f'{NUMBER}; only a target may be a name, as in "80:http"',
            id="hexadecimal",
        ),
        pytest.param(
            "#80,90",
            "   ^",
            'unexpected "," in a port',
            f"{NUMBER}; one string a port: separate them in the list, not in the string",
            id="comma",
        ),
        pytest.param(
            "!!80",
            " ^",
            'unexpected "!" in a port',
            'the sign "!" is the first character of the string, as in "!web=80"',
            id="two signs",
        ),
        pytest.param(
            "web=!80",
            "    ^",
            'unexpected "!" in a port',
            'the sign "!" is the first character of the string, as in "!web=80"',
            id="sign behind the name",
        ),
    ],
)
def test_a_wrong_port_is_refused(text: str, carets: str, problem: str, remedy: str) -> None:
    refused(text, carets, problem, remedy)


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "80-", "   ^", "no number at this end of the range of ports", NUMBER, id="no last"
        ),
        pytest.param(
            "-80", "^", "no number at this end of the range of ports", NUMBER, id="no first"
        ),
        pytest.param("80-90-100", "     ^", 'unexpected "-" in a port', DIGITS, id="three ends"),
        pytest.param(
            "90-80", "^^^^^", "the range 90-80 runs backwards", 'write "80-90"', id="backwards"
        ),
        pytest.param(
            "80-70000", "   ^^^^^", "port 70000 is too large", BOUNDS, id="last too large"
        ),
        pytest.param("0-80", "^", "port 0 is too small", BOUNDS, id="first too small"),
        pytest.param(
            "80-090", "   ^^^", 'leading zero in port "090"', 'write "90"', id="leading zero"
        ),
        pytest.param(
            "80-81:90-92",
            "      ^^^^^",
            "90-92 and 80-81 are not equally long: 3 and 2 ports",
            ONE_LENGTH,
            id="long target",
        ),
        pytest.param(
            "80-81:90",
            "      ^^",
            "90 and 80-81 are not equally long: 1 and 2 ports",
            ONE_LENGTH,
            id="one target",
        ),
        pytest.param(
            "!30000-30002:80-81:90-91",
            " ^^^^^^^^^^^^^^^^^",
            "30000-30002 and 80-81 are not equally long: 3 and 2 ports",
            ONE_LENGTH,
            id="long node ports",
        ),
        pytest.param(
            "a" * 62 + "=80-81",
            "^" * 62,
            f'each port of a range is named "{"a" * 62}-PORT", which is 65 characters long',
            "a port's name has at most 63 characters",
            id="name too long with the port",
        ),
    ],
)
def test_a_wrong_range_is_refused(text: str, carets: str, problem: str, remedy: str) -> None:
    refused(text, carets, problem, remedy)


def test_a_range_with_a_named_target_is_refused() -> None:
    problem = "a name is one port, but 80-82 are 3 ports"
    remedy = "write a range of 3 target ports, or a string for each port"
    refused("80-82:http", "      ^^^^", problem, remedy)


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "80:",
            "   ^",
            'no target behind ":"',
            'write a port or the name of a container port, such as "80:8080" or "80:http", '
            'or leave out the ":"',
            id="no target",
        ),
        pytest.param(
            "80:HTTP", "   ^", 'unexpected "H" in a target\'s name', TARGET_NAME, id="upper case"
        ),
        pytest.param(
            "80:my_web",
            "     ^",
            'unexpected "_" in a target\'s name',
            TARGET_NAME,
            id="underscore",
        ),
        pytest.param(
            "80:abcdefghijklmnop",
            "   " + "^" * 16,
            "the target's name is 16 characters long",
            TARGET_NAME,
            id="too long",
        ),
        pytest.param(
            "80:-http",
            "   ^^^^^",
            '"-http" is not the name of a container port',
            TARGET_NAME,
            id="dash first",
        ),
        pytest.param(
            "80:http-",
            "   ^^^^^",
            '"http-" is not the name of a container port',
            TARGET_NAME,
            id="dash last",
        ),
        pytest.param(
            "80:my--web",
            "   ^^^^^^^",
            '"my--web" is not the name of a container port',
            TARGET_NAME,
            id="two dashes",
        ),
        pytest.param(
            "80:8080:90",
            "^^",
            "a ClusterIP string has no node port, so at most two parts",
            'write "8080:90", or "!80:8080:90" for a NodePort',
            id="node port without a sign",
        ),
        pytest.param(
            "#web=80:8080:90/udp",
            "     ^^",
            "a Headless string has no node port, so at most two parts",
            'write "#web=8080:90/udp", or "!web=80:8080:90/udp" for a NodePort',
            id="node port of a name without a sign",
        ),
        pytest.param(
            "#80:8080:90",
            " ^^",
            "a Headless string has no node port, so at most two parts",
            'write "#8080:90", or "!80:8080:90" for a NodePort',
            id="headless with a node port",
        ),
        pytest.param(
            "127.0.0.1:8080:80",
            "^^^^^^^^^",
            "a ClusterIP string has no node port, so at most two parts",
            'write "8080:80"',
            id="as Docker's users write it",
        ),
        pytest.param(
            "80:http:http",
            "^^",
            "a ClusterIP string has no node port, so at most two parts",
            'write a port and a target: "80:8080"',
            id="nothing that it could be but for one part",
        ),
        pytest.param(
            "80:8080:90:1",
            "          ^^",
            "4 parts between colons, at most three are possible",
            FOUR,
            id="four parts",
        ),
        pytest.param(
            "!1:2:3::",
            "      ^^",
            "5 parts between colons, at most three are possible",
            FOUR,
            id="five parts",
        ),
    ],
)
def test_a_wrong_target_is_refused(text: str, carets: str, problem: str, remedy: str) -> None:
    refused(text, carets, problem, remedy)
