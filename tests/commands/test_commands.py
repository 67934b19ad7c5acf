"""The command line: output and exit status."""

from pathlib import Path

import pytest

from exposer.commands import main

ROOT = Path(__file__).parent.parent.parent


def test_crd_prints_what_crds_holds(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["crd"])
    assert (status, *capsys.readouterr()) == (
        0,
        (ROOT / "crds" / "exposerequests.yaml").read_text(),
        "",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no command"),
        pytest.param(["nonsense"], id="unknown command"),
        pytest.param(["crd", "nonsense"], id="unknown argument"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    output, errors = capsys.readouterr()
    assert (caught.value.code, output, errors.partition(" ")[0]) == (2, "", "usage:")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    words = capsys.readouterr().out.split()
    assert (caught.value.code, {"run", "crd"} <= set(words)) == (0, True)
