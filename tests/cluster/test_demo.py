"""What a newcomer sees: `make demo` and `make down`, without make."""

import contextlib
import re
from pathlib import Path

import pytest

import demo
from localcluster.locks import holder

pytestmark = pytest.mark.cluster


def test_the_demo_shows_every_sample_ready_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # A kind cluster would be the user's own: its name is the same for all checkouts.
    monkeypatch.setattr(demo, "_has_kind", lambda: False)
    assert demo.main(["up"], tmp_path) == 0
    table = capfd.readouterr().out.partition("\nNAME ")[2].partition("\n\n")[0].splitlines()
    rows = [re.split(r" {2,}", line)[:6] for line in table[1:]]
    assert [(name, kind, ready) for name, kind, _, _, _, ready in rows] == [
        ("db", "ClusterIP", "True"),
        ("docs", "ExternalName", "True"),
        ("web", "ClusterIP", "True"),
        ("web-headless", "Headless", "True"),
        ("web-named", "ClusterIP", "True"),
        ("web-outside", "NodePort", "True"),
        ("web-outside-30080", "NodePort", "True"),
        ("web-sticky", "ClusterIP", "True"),
    ]
    assert [row[4] for row in rows] == ["2/2", "<none>", *["2/2"] * 6]
    operator = holder(tmp_path / "operator.pid")
    before = _writes(tmp_path)
    assert demo.main(["up"], tmp_path) == 0
    assert holder(tmp_path / "operator.pid") == operator
    # Nothing has changed, so kubectl writes nothing, and the operator neither.
    assert _writes(tmp_path) == before
    assert demo.main(["down"], tmp_path) == 0
    assert demo.main(["down"], tmp_path) == 0
    assert [line for line in _command_lines() if str(tmp_path) in line] == []
    assert holder(tmp_path / "operator.pid") is None


def _command_lines() -> list[str]:
    """Of all processes; one that ends meanwhile is not missed."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            lines.append(path.read_text().replace("\0", " "))
    return lines


def _writes(folder: Path) -> list[str]:
    """The lines of the audit log but for what the cluster itself does all the time."""
    lines = (folder / "audit.log").read_text().splitlines()
    return [line for line in lines if "exposer" in line]


def test_a_wrong_command_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert demo.main(["sideways"], tmp_path) == 2
    assert capsys.readouterr().err == "usage: python -m demo up|down\n"
