"""What a newcomer sees: `make demo` and `make down`, without make."""

import contextlib
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import commands
from localcluster.containers import requirements
from localcluster.system.locks import holder
from tests.support.operator_process import ROOT
from tests.support.traffic import connections, skip_if_impossible

TABLE = [
    ("db", "ClusterIP", "2/2", "True"),
    ("docs", "ExternalName", "<none>", "True"),
    ("web", "ClusterIP", "2/2", "True"),
    ("web-headless", "Headless", "2/2", "True"),
    ("web-named", "ClusterIP", "2/2", "True"),
    ("web-outside", "NodePort", "2/2", "True"),
    ("web-outside-30080", "NodePort", "2/2", "True"),
    ("web-sticky", "ClusterIP", "2/2", "True"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the demo has its files; it is down again after the test."""
    # A kind cluster would be the user's own: its name is the same for all checkouts.
    monkeypatch.setattr(commands, "_has_kind", lambda: False)
    yield tmp_path
    commands.main(["down"], tmp_path)


@pytest.mark.traffic
def test_each_sample_is_shown_with_a_line_that_is_answered_and_nothing_is_left(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    skip_if_impossible()
    assert commands.main(["up"], folder) == 0
    shown = capfd.readouterr().out
    assert _table(shown) == TABLE
    lines = [line.strip() for line in shown.splitlines() if " -s http://" in line]
    urls = [line.rpartition("http://")[2] for line in lines]
    (node,) = {url.partition(":")[0] for url in urls if url.startswith("10.")}
    (port,) = (url.partition(":")[2] for url in urls[5:6])
    assert urls == [
        "db:5432",
        "web",
        "docs",
        "web-headless:8080",
        "web-named",
        f"{node}:{port}",
        f"{node}:30080",
        "web-sticky",
    ]
    answers = [_answer(line) for line in lines]
    connections.made += len(answers)
    kubectl = f"{folder}/kubectl --kubeconfig {folder}/kubeconfig"
    pods = json.loads(_answer(f"{kubectl} get pods --selector=app=web --output=json"))["items"]
    assert answers[0] == "db"
    assert set(answers[1:]) <= {pod["metadata"]["name"] for pod in pods}

    interface = Path(f"/sys/class/net/localcluster{node.split('.')[2]}/ifindex")
    number = interface.read_text()
    cgroup = f"**/localcluster-{holder(folder / 'supervisor.lock')}"
    assert list(Path("/sys/fs/cgroup").glob(cgroup))
    servers = holder(folder / "outside.pid")
    assert commands.main(["up"], folder) == 0
    assert holder(folder / "outside.pid") == servers
    assert set(lines) <= {line.strip() for line in capfd.readouterr().out.splitlines()}

    assert commands.main(["down"], folder) == 0
    assert [line for line in _command_lines() if str(folder) in line] == []
    assert list(Path("/sys/fs/cgroup").glob(cgroup)) == []
    # Another cluster may come by the interface's name, but not by its number.
    assert not interface.exists() or interface.read_text() != number


@pytest.mark.cluster
@pytest.mark.slow
def test_a_second_time_only_applies_and_down_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where no container can run, which the demo says."""
    monkeypatch.setattr(requirements, "missing", lambda: "Because.")
    assert commands.main(["up"], folder) == 0
    shown = capfd.readouterr().out
    assert _table(shown) == TABLE
    assert "\nNo pod really runs, so that none answers. Because.\n" in shown
    assert "curl" not in shown
    operator = holder(folder / "operator.pid")
    before = _writes(folder)
    assert commands.main(["up"], folder) == 0
    assert holder(folder / "operator.pid") == operator
    # Nothing has changed, so kubectl writes nothing, and the operator neither.
    assert _writes(folder) == before
    asked = _calls(folder)
    time.sleep(_REST)  # that is what is measured
    assert _calls(folder) - asked <= Counter(_AT_REST)
    assert commands.main(["down"], folder) == 0
    assert commands.main(["down"], folder) == 0
    assert [line for line in _command_lines() if str(folder) in line] == []
    assert holder(folder / "operator.pid") is None


def _table(shown: str) -> list[tuple[str, ...]]:
    """Names, types, endpoints and whether they are ready, of the table that kubectl prints."""
    table = shown.partition("\nNAME ")[2].partition("\n\n")[0].splitlines()
    rows = [re.split(r" {2,}", line) for line in table[1:]]
    return [(row[0], row[1], row[4], row[5]) for row in rows]


def _answer(line: str) -> str:
    """What a line prints that a user copies into a shell."""
    done = subprocess.run(
        line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, ""), line
    return done.stdout.strip()


def _command_lines() -> list[str]:
    """Of all processes; one that ends meanwhile is not missed."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            lines.append(path.read_text().replace("\0", " "))
    return lines


# Of the kinds that the operator reads. The controller manager watches some of them, too, each for
# some minutes at a time.
_REST = 10  # seconds
_AT_REST = {
    f"WATCH {kind}": 3
    for kind in ("deployments", "services", "endpoints", "endpointslices", "exposerequests")
}


def _calls(folder: Path) -> Counter[str]:
    """What the API server was asked of these kinds until now, reads and writes."""
    command = [str(folder / "kubectl"), f"--kubeconfig={folder / 'kubeconfig'}"]
    page = subprocess.check_output([*command, "get", "--raw", "/metrics"], text=True)
    counted: Counter[str] = Counter()
    for labels, value in re.findall(r"^apiserver_request_total\{(.*)\} (\S+)$", page, re.MULTILINE):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if f"WATCH {label['resource']}" in _AT_REST:
            counted[f"{label['verb']} {label['resource']}"] += int(float(value))
    # These are not the operator's, which may list and watch requests, but not get one.
    del counted["GET exposerequests"]
    return counted


def _writes(folder: Path) -> list[str]:
    """The lines of the audit log but for what the cluster itself does all the time."""
    lines = (folder / "audit.log").read_text().splitlines()
    return [line for line in lines if "exposer" in line]


@pytest.mark.cluster
def test_a_wrong_command_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert commands.main(["sideways"], tmp_path) == 2
    assert capsys.readouterr().err == "usage: python -m demo up|down\n"
