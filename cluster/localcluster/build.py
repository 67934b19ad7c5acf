"""Builds the control plane from its Go module, once per version."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from localcluster.errors import ClusterError
from localcluster.locks import locked
from localcluster.progress import Progress

__all__ = ["VERSION", "binary", "kubectl"]

VERSION = "v1.36.3"
"""The version of Kubernetes; go.mod asks for the same."""

_SOURCE = Path(__file__).resolve().parent.parent / "controlplane"
_SOURCE_FILES = ("main.go", "go.mod", "go.sum")

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

_GO_ENVIRONMENT = {
    # A Go that is too old would download a newer one by itself: better say so.
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    # Nothing here needs C, and then the build needs no C compiler.
    "CGO_ENABLED": "0",
}


def binary() -> Path:
    """The control plane's binary, built first if need be.

    Raises:
        ClusterError: There is no suitable Go, or the build failed.
    """
    go = _find_go()
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


def _find_go() -> str:
    needed = _needed_go()
    go = shutil.which("go")
    if go is None:
        raise ClusterError(_without_go("There is no 'go' on PATH", needed))
    found = _go_version(go)
    if _numbers(found) < _numbers(needed):
        raise ClusterError(_without_go(f"{go} is {found}, which is too old", needed))
    return go


def _needed_go() -> str:
    """The oldest Go that will do: the go directive of go.mod."""
    directive = re.search(r"^go (\S+)$", (_SOURCE / "go.mod").read_text(), re.MULTILINE)
    if directive is None:
        raise ClusterError(f"{_SOURCE / 'go.mod'} has no go directive.")
    return directive[1]


def _go_version(go: str) -> str:
    command = [go, "env", "GOVERSION"]
    # Outside of the module: inside, a Go that is too old refuses to say anything.
    environment = {**os.environ, **_GO_ENVIRONMENT}
    answer = subprocess.run(
        command, cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise ClusterError(f"'{' '.join(command)}' failed: {answer.stderr.strip()}")
    return answer.stdout.strip()


def _numbers(version: str) -> tuple[int, ...]:
    """Comparable: "go1.26.8" and "1.26.0", also "go1.26rc1"."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _without_go(problem: str, needed: str) -> str:
    return (
        f"{problem}. The embedded Kubernetes cluster is built from source, which needs Go {needed} "
        "or later. Install it from the Go project's download page, or, where that is recent "
        "enough, with your system's package manager (golang-go on Debian and Ubuntu, go with "
        "Homebrew), and put it on PATH."
    )


def _fingerprint(go: str) -> str:
    """Changes with everything that the binary is made from."""
    digest = hashlib.sha256(_go_version(go).encode())
    for key, value in sorted({**_VERSION_VARIABLES, **_GO_ENVIRONMENT}.items()):
        digest.update(f"\0{key}={value}".encode())
    for name in _SOURCE_FILES:
        digest.update(b"\0" + (_SOURCE / name).read_bytes())
    return digest.hexdigest()[:12]


def _build(go: str, target: Path) -> None:
    # Linked under another name and renamed when it is complete: a build that is killed leaves
    # nothing that looks like a binary.
    unfinished = target.with_name("controlplane.unfinished")
    variables = " ".join(f"-X {name}={value}" for name, value in _VERSION_VARIABLES.items())
    command = [go, "build", "-mod=readonly", "-trimpath", f"-ldflags=-s -w {variables}"]
    progress = Progress(
        f"Building Kubernetes {VERSION} from source", "once; usually about 4 minutes"
    )
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [*command, "-o", str(unfinished), "."],
            cwd=_SOURCE,
            env={**os.environ, **_GO_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        status = _wait(process, progress)
        if status != 0:
            progress.finish("failed")
            output.seek(0)
            last = "".join(output.readlines()[-20:]).strip()
            raise ClusterError(f"'go build' failed in {_SOURCE}. The end of its output:\n{last}")
    kubectl(target).unlink(missing_ok=True)
    kubectl(target).symlink_to(target.name)
    unfinished.rename(target)
    progress.finish("done")


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> int:
    try:
        while True:
            try:
                return process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                progress.tick()
    finally:
        # After an interrupt: the build isn't to go on behind the caller's back.
        if process.poll() is None:
            process.terminate()
            process.wait()
