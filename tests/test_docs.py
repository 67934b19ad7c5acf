"""What the documents show works."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from docs import generate_conditions
from exposer.commands import main
from exposer.grammar import InvalidPortStringError, parse

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PORT_STRINGS = ROOT / "docs" / "port-strings.md"
PARSER = [
    ROOT / "operator" / "exposer" / "grammar" / f"{name}.py"
    for name in ("parse", "protocols", "hosts")
]
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]


def _requests(text: str) -> Iterator[list[str]]:
    """The port strings of a document, those of one request together.

    These are the strings in the first column of a table under a heading with "strings" in it, each
    for itself, and those of each ``ports: [...]``, as YAML has it.
    """
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE):
        if "strings" in section.partition("\n")[0].lower():
            for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
                yield from ([string] for string in re.findall(r"`([^`]+)`", cell))
    for found in re.findall(r"\bports: (\[.*?\])", text):
        strings = yaml.safe_load(found)
        if all(isinstance(string, str) for string in strings):  # and not a status
            yield strings


def _transcripts(text: str) -> Iterator[tuple[list[str], str]]:
    """Each ``exposer parse`` that a console shows: the arguments, and the output up to the next."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE):
            command, _, output = shown.partition("\n")
            if command.startswith("exposer parse "):
                yield shlex.split(command)[1:], output.rstrip("\n")


REQUESTS = {
    " ".join(strings): strings
    for document in DOCUMENTS
    for strings in _requests(document.read_text())
}
TRANSCRIPTS = {
    f"{document.name}: {' '.join(arguments)}": (arguments, output)
    for document in DOCUMENTS
    for arguments, output in _transcripts(document.read_text())
}


@pytest.mark.parametrize("document", [README, PORT_STRINGS], ids=lambda document: document.name)
def test_the_document_shows_all_kinds(document: Path) -> None:
    strings = [string for request in _requests(document.read_text()) for string in request]
    assert {string[0] for string in strings} >= set("!#^@8h")


@pytest.mark.parametrize("strings", REQUESTS.values(), ids=REQUESTS)
def test_each_string_of_the_documents_is_explained(
    strings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["parse", "--", *strings])
    assert (status, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize(("arguments", "output"), TRANSCRIPTS.values(), ids=TRANSCRIPTS)
def test_each_exposer_parse_prints_what_is_shown(
    arguments: list[str], output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments)
    printed = "".join(capsys.readouterr()).rstrip("\n")
    assert [line.rstrip() for line in printed.split("\n")] == output.split("\n")


def test_the_page_about_port_strings_is_what_is_generated() -> None:
    command = [sys.executable, str(ROOT / "docs" / "generate.py")]
    page = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert PORT_STRINGS.read_text(encoding="utf-8") == page


def test_the_page_about_conditions_is_what_is_generated() -> None:
    page = subprocess.run(CONDITIONS, capture_output=True, check=True).stdout.decode()
    assert (ROOT / "docs" / "conditions.md").read_text(encoding="utf-8") == page


CONDITIONS = [sys.executable, str(ROOT / "docs" / "generate_conditions.py")]


class _Reason(NamedTuple):
    remedy: str
    name: str = "NEW"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(
            _Reason(""),
            "Reason.NEW has no remedy: add a sentence that says what to do, as its third value in "
            "exposer/api/conditions.py",
            id="without a remedy",
        ),
        pytest.param(
            _Reason("do it"),
            "Reason.NEW belongs to no condition: add it to CONDITIONS in "
            "docs/generate_conditions.py",
            id="of no condition",
        ),
    ],
)
def test_a_reason_that_is_not_explained_makes_no_page(reason: Any, told: str) -> None:
    with pytest.raises(generate_conditions.IncompleteError) as caught:
        generate_conditions.check([reason])
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("Refusal(Reason.PENDING, 'wait for it')", ["wait for it"], id="a text"),
        pytest.param("Refusal(Reason.PENDING, f'wait for {it}')", ["wait for …"], id="a gap"),
        pytest.param(
            "Refusal(Reason.PENDING, message='a b' + (c if c else ' d'))",
            ["a b…", "a b d"],
            id="a choice",
        ),
        pytest.param(
            "Refusal(Reason.PENDING, error.message)", ["what the API server answers"], id="an error"
        ),
        pytest.param("Refusal(Reason.PENDING, verdict.message)", [], id="no words of its own"),
        pytest.param(
            "text = f'the old {a}'\n    text = f'the new {a}'\n    Refusal(Reason.PENDING, text)",
            ["the new …"],
            id="a variable",
        ),
        pytest.param("Refusal(Reason.PENDING, other())", ["one text", "or two …"], id="a function"),
        pytest.param("taken(Reason.PENDING, 'a port')", ["a port is taken"], id="a parameter"),
    ],
)
def test_the_page_about_conditions_finds_messages(
    source: str, found: list[str], tmp_path: Path
) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        f"def asked():\n    {source}\n"
        "def taken(reason, what):\n    return Refusal(reason, f'{what} is taken')\n"
        "def other():\n    if x:\n        return 'one text'\n    return f'or two {x}'\n",
        encoding="utf-8",
    )
    told = sorted(generate_conditions.Module(module).messages())
    assert told == sorted(("PENDING", text) for text in found)


def test_the_page_about_port_strings_shows_each_way_to_be_wrong() -> None:
    """Each call of ``cursor.fail`` in the parser is made by a string that the page shows."""
    calls = [
        (file, range(node.lineno, (node.end_lineno or 0) + 1))
        for file in PARSER
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "fail"
    ]
    texts = [text for shown, _ in _transcripts(PORT_STRINGS.read_text()) for text in shown[1:]]
    lines = {place for text in texts for place in _failing_lines(text)}
    missing = [
        f"{file.name}:{place[0]}"
        for file, place in calls
        if lines.isdisjoint((file, line) for line in place)
    ]
    assert (len(calls) > 30, missing) == (True, [])


def _failing_lines(text: str) -> set[tuple[Path, int]]:
    """The lines of the parser on the way to the error, if there is one."""
    try:
        parse(text)
    except InvalidPortStringError as error:
        lines = set()
        step = error.__traceback__
        while step is not None:
            lines.add((Path(step.tb_frame.f_code.co_filename), step.tb_lineno))
            step = step.tb_next
        return lines
    return set()
