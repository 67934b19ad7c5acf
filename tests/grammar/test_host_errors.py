"""What a user reads about a host that is none, and about text that can't be printed as it is."""

import pytest

from exposer.grammar import parse
from tests.grammar.refused import (
    AN_ADDRESS,
    ANOTHER_MACHINE,
    DIGITS,
    HOST_PART,
    NOT_AN_ADDRESS,
    refused,
)


@pytest.mark.parametrize(
    ("text", "carets", "problem", "remedy"),
    [
        pytest.param(
            "@",
            " ^",
            'no host behind "@"',
            'write a DNS name, such as "@db.example.com"',
            id="no host",
        ),
        pytest.param(
            "@2001:db8::1",
            " ^^^^^^^^^^^",
            '"2001:db8::1" is not a DNS name',
            NOT_AN_ADDRESS,
            id="IPv6",
        ),
        pytest.param(
            "@db:5432", " ^^^^^^^", '"db:5432" is not a DNS name', NOT_AN_ADDRESS, id="port"
        ),
        pytest.param(
            "@Db", " ^", 'unexpected "D" in a part of a DNS name', HOST_PART, id="upper case"
        ),
        pytest.param(
            "@db/udp", "   ^", 'unexpected "/" in a part of a DNS name', HOST_PART, id="protocol"
        ),
        pytest.param(
            "@*.example.com",
            " ^",
            'unexpected "*" in a part of a DNS name',
            HOST_PART,
            id="wildcard",
        ),
        pytest.param(
            "@db..com", "    ^", "a part of a DNS name is empty", HOST_PART, id="two dots"
        ),
        pytest.param(
            "@.",
            " ^",
            'no host behind "@"',
            'write a DNS name, such as "@db.example.com"',
            id="dot alone",
        ),
        pytest.param("@db..", "    ^", "a part of a DNS name is empty", HOST_PART, id="dots last"),
        pytest.param(
            "@db.-a.com",
            "    ^^",
            '"-a" can\'t be a part of a DNS name',
            HOST_PART,
            id="dash first",
        ),
        pytest.param(
            "@db." + "a" * 64,
            "    " + "^" * 64,
            "a part of a DNS name is 64 characters long",
            HOST_PART,
            id="part too long",
        ),
        pytest.param(
            "@" + "a." * 126 + "aa.",
            " " + "^" * 255,
            "the host is 254 characters long",
            "a DNS name has at most 253",
            id="host too long",
        ),
    ],
)
def test_a_wrong_host_is_refused(text: str, carets: str, problem: str, remedy: str) -> None:
    refused(text, carets, problem, remedy)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("192.0.2.1", id="IPv4"),
        pytest.param("127.1", id="two parts"),
        pytest.param("2130706433", id="one part"),
        pytest.param("0x7f000001", id="hexadecimal"),
        pytest.param("0x7f.0x1", id="hexadecimal parts"),
        pytest.param("127.1.", id="dot last"),
        pytest.param("db.5", id="a name before the number"),
    ],
)
def test_a_host_that_programs_read_as_an_address_is_refused(host: str) -> None:
    problem = f'"{host}" ends in a number, and is taken for an IP address'
    refused(f"@{host}", " " + "^" * len(host), problem, AN_ADDRESS)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "www.localhost"])
def test_the_names_of_the_machine_itself_are_refused(host: str) -> None:
    problem = f'"{host}" is each client\'s own machine'
    refused(f"@{host}", " " + "^" * len(host), problem, ANOTHER_MACHINE)


@pytest.mark.parametrize(
    ("text", "shown", "carets", "character"),
    [
        pytest.param(
            "8\u0660", r"8\u0660", " ^^^^^^", "U+0660 (ARABIC-INDIC DIGIT ZERO)", id="digit"
        ),
        pytest.param(
            "\uff180", r"\uff180", "^^^^^^", "U+FF18 (FULLWIDTH DIGIT EIGHT)", id="fullwidth"
        ),
        pytest.param("8\xb2", r"8\xb2", " ^^^^", "U+00B2 (SUPERSCRIPT TWO)", id="superscript"),
        pytest.param("80\n", r"80\n", "  ^^", "U+000A (control character)", id="line feed"),
        pytest.param("80\t", r"80\t", "  ^^", "U+0009 (control character)", id="tab"),
        pytest.param("80\0", r"80\x00", "  ^^^^", "U+0000 (control character)", id="null"),
        pytest.param("80\u00a0", r"80\xa0", "  ^^^^", "U+00A0 (NO-BREAK SPACE)", id="space"),
        pytest.param("80\u2013", r"80\u2013", "  ^^^^^^", "U+2013 (EN DASH)", id="dash"),
    ],
)
def test_a_character_that_looks_alike_is_told_by_its_name(
    text: str, shown: str, carets: str, character: str
) -> None:
    refused(text, carets, f"unexpected {character} in a port", DIGITS, shown)


def test_of_a_very_long_string_the_part_around_the_fault_is_shown() -> None:
    text = "9" * 100 + " " + "8" * 100
    shown = "…" + "9" * 60 + " " + "8" * 60 + "…"
    refused(text, " " * 61 + "^", "unexpected space in a port", DIGITS, shown)


def test_the_error_names_the_strings_index() -> None:
    with pytest.raises(ValueError, match=r"^spec\.ports\[7\]: port 0 is too small\n"):
        parse("0", 7)
