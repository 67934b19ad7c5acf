"""The rules of the CRD are made from the grammar, each says what is right, and all are tested."""

import re
from typing import Any

import pytest

from exposer.api.cel import ITEMS, RULES, Rule
from exposer.api.crd import custom_resource_definition
from exposer.api.request import MAX_ADDRESSES, MAX_STRINGS
from exposer.grammar import PortStringErrors, parse_all
from exposer.grammar.hosts import MAX_HOST, MAX_NAME
from exposer.grammar.nodes import APP_PROTOCOLS, SIGNS
from exposer.grammar.parse import MAX_PORT, MAX_TARGET
from exposer.grammar.protocols import TRANSPORTS
from exposer.grammar.rules import MAX_PORTS

STRING_RULES = RULES["spec", "ports", ITEMS]
LIST_RULES = RULES["spec", "ports"]
ALL = [
    pytest.param(rule, id=f"{'.'.join(path) or 'root'}-{index}")
    for path, rules in RULES.items()
    for index, rule in enumerate(rules)
]


def schema(path: tuple[str, ...]) -> dict[str, Any]:
    (version,) = custom_resource_definition()["spec"]["versions"]
    found: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    for step in path:
        found = found["items"] if step == ITEMS else found["properties"][step]
    return found


def shape() -> str:
    """The regular expression of the first rule."""
    match = re.search(r"matches\('(.*)'\)", STRING_RULES[0].holds)
    assert match is not None
    return match[1].replace("\\\\", "\\")


@pytest.mark.parametrize("path", RULES, ids=lambda path: ".".join(path) or "root")
def test_the_schema_has_the_rules_of_each_place(path: tuple[str, ...]) -> None:
    assert schema(path)["x-kubernetes-validations"] == [rule.schema for rule in RULES[path]]


@pytest.mark.parametrize("rule", ALL)
def test_every_rule_has_a_message_on_one_line(rule: Rule) -> None:
    assert (rule.message.strip() == rule.message, "\n" in rule.message) == (True, False)
    assert rule.message


@pytest.mark.parametrize("rule", ALL)
def test_every_rule_is_ascii(rule: Rule) -> None:
    assert all(str(part).isascii() for part in rule.schema.values())


@pytest.mark.parametrize("rule", ALL)
def test_no_regular_expression_looks_around(rule: Rule) -> None:
    """Go's have no lookahead and no lookbehind."""
    assert re.search(r"\(\?[=!<]", rule.holds) is None


@pytest.mark.parametrize(
    ("path", "rule"),
    [(path, rule) for path, rules in RULES.items() for rule in rules if rule.field],
    ids=str,
)
def test_a_rule_blames_a_field_that_the_schema_has(path: tuple[str, ...], rule: Rule) -> None:
    assert rule.field is not None
    assert schema((*path, *rule.field.removeprefix(".").split(".")))["type"]


@pytest.mark.parametrize("sign", SIGNS)
def test_each_sign_of_the_grammar_has_the_shape(sign: str) -> None:
    assert re.fullmatch(shape(), f"{sign}80")


@pytest.mark.parametrize(
    "protocol", [*TRANSPORTS, *APP_PROTOCOLS, "tcp+TCP", "sctp+example.com/a_b"]
)
def test_each_protocol_of_the_grammar_has_the_shape(protocol: str) -> None:
    assert re.fullmatch(shape(), f"80/{protocol}")


@pytest.mark.parametrize(
    "protocol", ["TCP", "icmp", "", "tcpx", "http+x", "tcp+", "tcp+-a", "tcp+A.com/x", "tcp+a/b/c"]
)
def test_no_other_protocol_has_the_shape(protocol: str) -> None:
    assert not re.fullmatch(shape(), f"80/{protocol}")


@pytest.mark.parametrize("limit", [MAX_PORT, MAX_NAME, MAX_TARGET, MAX_HOST])
def test_each_limit_of_the_grammar_is_in_a_message(limit: int) -> None:
    assert any(re.search(rf"\b{limit}\b", rule.message) for rule in STRING_RULES)


def test_the_limit_of_a_request_is_in_a_rule_on_the_list() -> None:
    assert any(f"<= {MAX_PORTS}" in rule.holds for rule in LIST_RULES)


def test_an_index_in_a_message_has_two_digits_at_most() -> None:
    assert max(MAX_STRINGS, MAX_ADDRESSES) <= 100


@pytest.mark.parametrize(
    "text",
    ["80", "!30080:80:http", "https=443:8443", "8000-8003:9000-9003", "#", "@db.example.com"],
)
def test_what_the_parser_reads_has_the_shape(text: str) -> None:
    assert parse_all([text])
    assert re.fullmatch(shape(), text)


@pytest.mark.parametrize(
    "text",
    ["", "0", "80:", "80:8080:90:1", "080", "80 ", "@", "@a..b", "a=b=80", "!!80", "80:a--b"],
)
def test_what_has_not_the_shape_is_not_read_by_the_parser(text: str) -> None:
    assert not re.fullmatch(shape(), text)
    with pytest.raises(PortStringErrors):
        parse_all([text])


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_that_looks_at_what_is_stored_takes_a_request_that_is_new(rule: Rule) -> None:
    assert rule.compares == ("oldSelf" in rule.holds) == ("oldSelf.hasValue()" in rule.holds)
