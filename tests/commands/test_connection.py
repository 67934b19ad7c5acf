"""No way to a cluster: one line on stderr, and status 1."""

from pathlib import Path

import pytest

from exposer.commands import main

NOWHERE = """\
apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
users: [{name: nobody, user: {}}]
"""


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """The kubeconfig of a cluster that isn't there."""
    path = tmp_path / "kubeconfig"
    path.write_text(NOWHERE)
    return path


@pytest.mark.parametrize("command", ["url", "trace", "convert"])
def test_a_server_that_does_not_answer_is_told(
    command: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([command, "web", "--kubeconfig", str(nowhere)])
    output, errors = capsys.readouterr()
    assert (status, output, errors) == (
        1,
        "",
        "error: the API server at 127.0.0.1:1 can't be reached: connection refused\n",
    )


def test_a_context_that_is_not_there_is_told(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["url", "web", "--kubeconfig", str(nowhere), "--context", "moon"])
    output, errors = capsys.readouterr()
    assert (status, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(f"error: the kubeconfig at {nowhere} can't be used: ")
    assert "moon" in errors


@pytest.mark.parametrize("content", ["", "a: b: c", "[]"])
def test_a_kubeconfig_that_is_none_is_told(
    nowhere: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere.write_text(content)
    status = main(["url", "web", "--kubeconfig", str(nowhere)])
    output, errors = capsys.readouterr()
    assert (status, output) == (1, "")
    assert errors.startswith(f"error: the kubeconfig at {nowhere} can't be used: ")


def test_without_any_kubeconfig_the_ways_to_name_one_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    monkeypatch.setenv("KUBECONFIG", str(missing))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert main(["url", "web"]) == 1
    assert capsys.readouterr().err == (
        f"error: there is no kubeconfig at {missing}, which KUBECONFIG names\n"
    )
    assert main(["url", "web", "--kubeconfig", str(missing)]) == 1
    assert capsys.readouterr().err == f"error: there is no kubeconfig at {missing}\n"
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["url", "web"]) == 1
    assert capsys.readouterr().err == (
        f"error: can't connect to a cluster: there is no kubeconfig at {tmp_path}/.kube/config, "
        "and this is not a Pod; name one with --kubeconfig or KUBECONFIG\n"
    )
