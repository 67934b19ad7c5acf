"""Building the cluster's programs, with a stand-in for Go: the real build takes minutes."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cluster.tests.processes import Followed
from cluster.tests.starting import Announcements, python
from localcluster import Cluster, ClusterError, build

ADVICE = (
    "The embedded Kubernetes cluster is built from source, which needs Go 1.26.0 or later. Install "
    "it from the Go project's download page, or, where that is recent enough, with your system's "
    "package manager (golang-go on Debian and Ubuntu, go with Homebrew), and put it on PATH."
)

FakeGo = Callable[[str, str], Path]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "localcluster" / "controlplane"


@pytest.fixture
def fake_go(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    """Puts a script called go on PATH: its version, and what it does to build."""

    def put(version: str, script: str) -> Path:
        go = tmp_path / "bin" / "go"
        go.parent.mkdir()
        go.write_text(f'#!/bin/sh\nif [ "$1" = env ]; then echo {version}; exit; fi\n{script}\n')
        go.chmod(0o755)
        monkeypatch.setenv("PATH", str(go.parent), prepend=os.pathsep)
        return go

    return put


def test_without_go_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError) as raised:
        Cluster.start()
    assert str(raised.value) == f"There is no 'go' on PATH. {ADVICE}"


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "go1.26rc1", "go1.25-X:nodwarf5"])
def test_a_go_that_is_too_old_is_named(version: str, fake_go: FakeGo) -> None:
    go = fake_go(version, "exit 1")
    with pytest.raises(ClusterError) as raised:
        Cluster.start()
    assert str(raised.value) == f"{go} is {version}, which is too old. {ADVICE}"


def test_a_go_that_does_not_work_is_named(fake_go: FakeGo) -> None:
    go = fake_go("; echo broken >&2; exit 3", "")
    with pytest.raises(ClusterError) as raised:
        build.binary()
    assert str(raised.value) == f"'{go} env GOVERSION' failed: broken"


def test_a_failed_build_shows_the_end_of_its_output_and_leaves_no_binary(
    fake_go: FakeGo, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_go("go1.26.0", "i=1; while [ $i -le 30 ]; do echo line $i; i=$((i+1)); done; exit 1")
    with pytest.raises(ClusterError) as raised:
        build.binary()
    last = "\n".join(f"line {number}" for number in range(11, 31))
    assert (
        str(raised.value)
        == f"'go build' failed in {build.kubernetes().source}. The end of its output:\n{last}"
    )
    assert [path.name for path in cache.rglob("*") if not path.is_dir()] == ["lock"]
    step = f"Building Kubernetes {build.kubernetes().version} from source"
    assert capsys.readouterr().err == (
        f"{step} (once; usually about 4 minutes) ...\n{step}: failed after 0 s.\n"
    )


def test_a_build_happens_once_even_if_several_need_it(fake_go: FakeGo, cache: Path) -> None:
    # The argument after -o is the file to write.
    script = 'echo built >>"$0.log"; while [ "$1" != -o ]; do shift; done; echo "echo $3" >"$2"'
    go = fake_go("go1.27.1", script)
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(build.binary()), daemon=True) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (binary,) = set(found)
    assert len(found) == 4
    assert Path(f"{go}.log").read_text() == "built\n"
    assert {path.name for path in binary.parent.iterdir()} == {"controlplane", "kubectl", "lock"}
    assert binary.parent.parent == cache
    assert build.kubectl(binary).read_text() == "echo .\n"


def test_another_version_of_go_makes_another_binary(fake_go: FakeGo) -> None:
    script = 'while [ "$1" != -o ]; do shift; done; echo >"$2"'
    go = fake_go("go1.27.1", script)
    first = build.binary()
    go.write_text(go.read_text().replace("go1.27.1", "go1.27.2"))
    assert build.binary() != first


def test_another_line_of_source_makes_another_binary(fake_go: FakeGo, tmp_path: Path) -> None:
    fake_go("go1.26.0", 'while [ "$1" != -o ]; do shift; done; cat *.go >"$2"')
    source = tmp_path / "hello"
    source.mkdir()
    (source / "go.mod").write_text("module hello\n\ngo 1.26.0\n")
    (source / "main.go").write_text("package main\n")
    program = build.Program(source, "Hello", "v1", "a moment")
    first = build.built(program)
    assert (first.name, first.read_text()) == ("hello", "package main\n")
    (source / "main.go").write_text("package main // changed\n")
    assert build.built(program).read_text() == "package main // changed\n"
    assert first.read_text() == "package main\n"


def test_an_interrupted_build_leaves_neither_process_nor_binary(
    cache: Path, tmp_path: Path
) -> None:
    announcements = Announcements(tmp_path)
    bin_folder = tmp_path / "bin"
    announcements.script(
        bin_folder / "go", 'if [ "$1" = env ]; then echo go1.26.0; else sleep 600; fi'
    )
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    program = "from localcluster import Cluster; Cluster.start()"
    with python("-c", program, PATH=path) as starter:
        go = announcements.wait_for("build")
        with Followed([go.pid]) as processes:
            starter.send_signal(signal.SIGINT)
            _, errors = starter.communicate()
            assert (starter.returncode, processes.running()) == (-signal.SIGINT, [])
    announcements.close()
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert [path.name for path in cache.rglob("*") if not path.is_dir()] == ["lock"]


def test_the_version_is_that_of_the_go_module() -> None:
    required = build.COREDNS.go_mod.read_text().split()
    assert required[required.index("github.com/coredns/coredns") + 1] == build.COREDNS.version
