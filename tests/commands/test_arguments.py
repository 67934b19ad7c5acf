"""Wrong arguments: what is said about them, and status 2."""

import pytest

from exposer.commands import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "the following arguments are required: STRING", id="no string"),
        pytest.param(
            ["-80:http"],
            "the following arguments are required: STRING",
            id="an option that none is",
        ),
        pytest.param(
            ["80", "--name", "8080"],
            'argument --name: "8080" is not the name of a Service: write at most 63 characters of '
            'a-z, 0-9 and "-", with a letter at the beginning and no "-" at the end',
            id="name",
        ),
        pytest.param(
            ["80", "--selector", "app"],
            'argument --selector: "app" is not a label: write key=value, as in '
            '"app=web,tier=front"',
            id="selector without a value",
        ),
        pytest.param(
            ["80", "--selector", "app=web,"],
            'argument --selector: "" is not a label: write key=value, as in "app=web,tier=front"',
            id="selector with a comma at its end",
        ),
        pytest.param(
            ["80", "--selector", "app=web,app=shop"],
            'argument --selector: "app" is there twice: leave one out',
            id="selector with a key twice",
        ),
    ],
)
def test_wrong_arguments_are_told_with_the_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["parse", *arguments])
    output, errors = capsys.readouterr()
    assert (caught.value.code, output, errors.startswith("usage: exposer parse ")) == (2, "", True)
    assert errors.splitlines()[-1] == f"exposer parse: error: {message}"


def test_an_unknown_output_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["parse", "80", "-o", "xml"])
    output, errors = capsys.readouterr()
    assert (caught.value.code, output, "invalid choice: 'xml'" in errors) == (2, "", True)
