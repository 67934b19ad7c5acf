"""What the documents show works."""

import re
from pathlib import Path

import pytest

from exposer.grammar import parse_all

ROOT = Path(__file__).parents[1]


def _strings_of_the_table() -> list[str]:
    """The strings in the first column of the README's table of port strings."""
    section = (ROOT / "README.md").read_text().partition("## Port strings")[2]
    table = section.partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return [string for cell in cells for string in re.findall(r"`([^`]+)`", cell)]


def test_the_table_has_all_kinds() -> None:
    assert {string[0] for string in _strings_of_the_table()} >= set("!#^@8h")


@pytest.mark.parametrize("string", _strings_of_the_table())
def test_each_string_of_the_readme_is_valid(string: str) -> None:
    assert len(parse_all([string])) == 1
