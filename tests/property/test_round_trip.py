"""What holds for every string, and for every request."""

from hypothesis import example, given
from hypothesis import strategies as st

from exposer.grammar import (
    InvalidPortStringError,
    PortString,
    PortStringErrors,
    canonical,
    parse,
    parse_all,
)
from tests.property.strategies import any_text, mapped_strings, port_strings


@st.composite
def requests(draw: st.DrawFn) -> list[str]:
    """Strings that go together: of those drawn, each that goes with the ones before it."""
    together: list[str] = []
    for text in draw(st.lists(port_strings, min_size=1, max_size=12)):
        try:
            parse_all([*together, text])
        except PortStringErrors:
            continue
        together.append(text)
    return together


def read(text: str) -> PortString | InvalidPortStringError:
    try:
        return parse(text)
    except InvalidPortStringError as error:
        return error


@given(port_strings)
def test_a_valid_string_survives_the_round_trip(text: str) -> None:
    once = parse(text)
    assert parse(canonical(once)) == once


@given(port_strings)
def test_the_canonical_spelling_is_its_own(text: str) -> None:
    spelling = canonical(parse(text))
    assert (canonical(parse(spelling)), len(spelling) <= len(text)) == (spelling, True)


@given(requests())
def test_a_request_survives_the_round_trip(texts: list[str]) -> None:
    strings = parse_all(texts)
    assert parse_all([canonical(string) for string in strings]) == strings


@given(requests())
def test_the_canonical_spellings_of_a_request_are_their_own(texts: list[str]) -> None:
    spellings = [canonical(string) for string in parse_all(texts)]
    assert [canonical(string) for string in parse_all(spellings)] == spellings


@given(requests())
def test_no_two_ports_of_a_request_claim_the_same(texts: list[str]) -> None:
    ports = [mapping for string in parse_all(texts) for mapping in string.mappings]
    names = {mapping.name for mapping in ports}
    numbers = {(mapping.port, mapping.protocol) for mapping in ports}
    picked = [mapping for mapping in ports if mapping.node_port is None]
    asked = {(mapping.node_port, mapping.protocol) for mapping in ports if mapping.node_port}
    assert (len(names), len(numbers), len(picked) + len(asked)) == (len(ports),) * 3


@given(mapped_strings())
def test_each_port_has_a_name_of_its_own_that_kubernetes_takes(text: str) -> None:
    names = [mapping.name for mapping in parse(text).mappings]
    assert (len(set(names)), max(map(len, names)) <= 63) == (len(names), True)


@given(mapped_strings())
def test_a_string_never_contradicts_itself(text: str) -> None:
    assert parse_all([text]) == (parse(text),)


@example("\ud800")
@example("80:\ud800")
@given(any_text)
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    result = read(text)
    if isinstance(result, PortString):
        spelling = canonical(result)
        assert (parse(spelling), canonical(parse(spelling))) == (result, spelling)
    else:
        fault = result.fault
        assert (fault.text, 0 <= fault.start <= fault.end <= len(text)) == (text, True)


@given(any_text)
def test_a_refusal_is_told_with_the_caret_within_the_line(text: str) -> None:
    result = read(text)
    if isinstance(result, InvalidPortStringError):
        shown, carets, _ = str(result).split("\n")[-3:]
        assert (len(carets) <= len(shown) + 1, set(carets.strip())) == (True, {"^"})


@given(any_text, any_text)
def test_a_request_is_read_whole_or_refused_by_the_grammar(one: str, other: str) -> None:
    try:
        result = parse_all([one, other])
    except PortStringErrors as errors:
        wrong = {error.fault.index for error in errors.errors}
    else:
        wrong = set()
        assert result == (parse(one), parse(other))
    assert wrong <= {0, 1}
