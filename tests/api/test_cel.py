"""The rules of the CRD are made from the grammar, each says what is right, and all are tested."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposer.api.cel import ITEMS, RULES, Rule
from exposer.api.crd import custom_resource_definition
from exposer.grammar import InvalidPortStringError, PortStringErrors, parse, parse_all
from exposer.grammar.hosts import MAX_HOST, MAX_NAME
from exposer.grammar.nodes import APP_PROTOCOLS, SIGNS
from exposer.grammar.parse import MAX_LENGTH, MAX_PORT, MAX_TARGET
from exposer.grammar.protocols import TRANSPORTS
from tests.property.specs import long_strings
from tests.property.strategies import any_text, port_strings
from tests.support.cel import holds

STRING_RULES = RULES["spec", "ports", ITEMS]
VALID = ["80", "!30080:80:http", "https=443:8443", "8000-8003:9000-9003", "#", "@db.example.com"]
INVALID = [
    *("", "0", "80:", "80:8080:90:1", "080", "80 ", "@", "@a..b", "a=b=80", "!!80", "80:a--b"),
    *("80:8080:90", "65536", "1-65536", "80:0-1", "a=070", "80,81", "80\n", "@a\n", "80/tcp\n"),
]
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


def follows(text: str) -> bool:
    """Whether all rules on one string hold for it."""
    return all(holds(rule.holds, text) for rule in STRING_RULES)


def told(text: str) -> list[str]:
    """What the rules say of it."""
    return [rule.message for rule in STRING_RULES if not holds(rule.holds, text)]


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


@pytest.mark.parametrize("sign", set(SIGNS) - {"@"})
def test_each_sign_of_the_grammar_follows_the_rules(sign: str) -> None:
    assert follows(f"{sign}80")


@pytest.mark.parametrize(
    "protocol", [*TRANSPORTS, *APP_PROTOCOLS, "tcp+TCP", "sctp+example.com/a_b"]
)
def test_each_protocol_of_the_grammar_follows_the_rules(protocol: str) -> None:
    assert follows(f"80/{protocol}")


@pytest.mark.parametrize(
    "protocol", ["TCP", "icmp", "", "tcpx", "http+x", "tcp+", "tcp+-a", "tcp+A.com/x", "tcp+a/b/c"]
)
def test_no_other_protocol_does(protocol: str) -> None:
    assert not follows(f"80/{protocol}")


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_can_be_read_in_the_crd(rule: Rule) -> None:
    assert max(len(rule.holds), len(rule.message), len(rule.details or "")) <= 400


@pytest.mark.parametrize("limit", [MAX_PORT, MAX_NAME, MAX_TARGET, MAX_HOST])
def test_each_limit_of_the_grammar_is_in_a_message(limit: int) -> None:
    assert any(re.search(rf"\b{limit}\b", rule.message) for rule in STRING_RULES)


@pytest.mark.parametrize("text", VALID)
def test_what_the_parser_reads_follows_the_rules(text: str) -> None:
    assert parse_all([text])
    assert told(text) == []


@pytest.mark.parametrize("text", INVALID)
def test_what_does_not_follow_the_rules_is_not_read_by_the_parser(text: str) -> None:
    assert len(told(text)) >= 1
    with pytest.raises(PortStringErrors):
        parse_all([text])


@given(st.one_of(port_strings, any_text, long_strings()))
@settings(max_examples=1000, derandomize=True, database=None, deadline=None)
def test_the_rules_on_a_string_say_what_the_parser_says(text: str) -> None:
    """All but what the policy calculates."""
    try:
        parse(text)
    except InvalidPortStringError as error:
        calculated = "runs backwards|equally long|a name is one port|each port of a range is named"
        said = error.fault.problem
        too_long = len(text) > MAX_LENGTH
        assert not follows(text) or too_long or re.search(calculated, said), said
    else:
        assert told(text) == []


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_that_looks_at_what_is_stored_takes_a_request_that_is_new(rule: Rule) -> None:
    assert rule.compares == ("oldSelf" in rule.holds) == ("oldSelf.hasValue()" in rule.holds)
