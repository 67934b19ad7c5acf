"""Builds the control plane from its Go module, once per version."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from localcluster import toolchain
from localcluster.errors import ClusterError
from localcluster.locks import locked
from localcluster.progress import Progress
from localcluster.toolchain import SOURCE, Go

__all__ = ["VERSION", "binary", "kubectl"]

VERSION = "v1.36.3"
"""The version of Kubernetes; go.mod asks for the same."""

_SOURCE_FILES = ("main.go", "go.mod", "go.sum")
_UNFINISHED = "unfinished-"
_INTERRUPT_SECONDS = 10

# Without these, every component would say that it is v0.0.0-master.
_MAJOR, _MINOR = VERSION.removeprefix("v").split(".")[:2]
_VERSION_VARIABLES = {
    f"{package}.{variable}": value
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for variable, value in (
        ("gitVersion", VERSION),
        ("gitMajor", _MAJOR),
        ("gitMinor", _MINOR),
        ("gitTreeState", "clean"),
    )
}


def binary() -> Path:
    """The control plane's binary, built first if need be.

    Raises:
        ClusterError: There is no suitable Go, or the build failed.
    """
    go = toolchain.find()
    target = _cache() / f"{VERSION}-{_fingerprint(go)}" / "controlplane"
    if not target.exists():
        with locked(target.parent / "lock"):
            # Somebody else may have built it while this process waited for the lock.
            if not target.exists():
                _build(go, target)
    return target


def kubectl(controlplane: Path) -> Path:
    """The kubectl that belongs to a binary."""
    return controlplane.with_name("kubectl")


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base or Path.home() / ".cache") / "exposer" / "controlplane"


def _fingerprint(go: Go) -> str:
    """Changes with everything that the binary is made from."""
    digest = hashlib.sha256(go.version.encode())
    for key, value in sorted({**_VERSION_VARIABLES, **toolchain.ENVIRONMENT}.items()):
        digest.update(f"\0{key}={value}".encode())
    for name in _SOURCE_FILES:
        digest.update(b"\0" + (SOURCE / name).read_bytes())
    return digest.hexdigest()[:12]


def _build(go: Go, target: Path) -> None:
    progress = Progress(
        f"Building Kubernetes {VERSION} from source", "once; usually about 4 minutes"
    )
    # What builds that were killed have left.
    for folder in target.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(folder)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=target.parent) as folder_name:
        # Renamed when it is complete: a build that is killed leaves nothing that looks like a
        # binary. In a folder of its own: if that build still goes on, it has no folder any more.
        unfinished = Path(folder_name) / target.name
        try:
            _run(go, unfinished, progress)
        except ClusterError:
            progress.finish("failed")
            raise
        kubectl(target).unlink(missing_ok=True)
        kubectl(target).symlink_to(target.name)
        unfinished.rename(target)
    progress.finish("done")


def _run(go: Go, target: Path, progress: Progress) -> None:
    variables = " ".join(f"-X {name}={value}" for name, value in _VERSION_VARIABLES.items())
    command = [go.path, "build", "-mod=readonly", "-trimpath", f"-ldflags=-s -w {variables}"]
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(
            [*command, "-o", str(target), "."],
            cwd=SOURCE,
            env={**os.environ, **toolchain.ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # For itself and the compilers that it starts, so that all can be told to end.
            process_group=0,
        )
        if _wait(process, progress) != 0:
            output.seek(0)
            last = "".join(output.readlines()[-20:]).strip()
            raise ClusterError(f"'go build' failed in {SOURCE}. The end of its output:\n{last}")


def _wait(process: "subprocess.Popen[bytes]", progress: Progress) -> int:
    try:
        while True:
            try:
                return process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                progress.tick()
    finally:
        # After an interrupt: the build isn't to go on behind the caller's back.
        if process.poll() is None:
            _interrupt(process)


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    # Go removes its temporary folder when it is interrupted, and only then.
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
