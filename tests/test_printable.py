"""What comes from the cluster moves no cursor and forges no line where it is shown."""

import pytest

from exposer.printable import one_line, same_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Gateway", "Gateway", id="plain"),
        pytest.param("Café ☕ 日本", "Café ☕ 日本", id="letters and signs of others"),
        pytest.param("a\nb\r\nc", "a\\nb\\r\\nc", id="line breaks"),
        pytest.param("a\x0bb\x85c\u2028d", "a\\x0bb\\x85c\\u2028d", id="rarer line breaks"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="a terminal's command"),
        pytest.param("\x9b31mred", "\\x9b31mred", id="the same in one character"),
        pytest.param("\u202egnp", "\\u202egnp", id="from right to left"),
        pytest.param("a\u200bb", "a\\u200bb", id="nothing to be seen"),
        pytest.param("a\tb", "a\\tb", id="tab"),
    ],
)
def test_what_is_not_printable_is_written_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_long_text_is_cut() -> None:
    assert (one_line("abcde", 4), one_line("abcd", 4)) == ("abcd…", "abcd")


def test_line_feeds_stay_where_lines_are_meant() -> None:
    assert same_lines("a\n\x1b[2Jb\r\n") == "a\n\\x1b[2Jb\\r\n"
