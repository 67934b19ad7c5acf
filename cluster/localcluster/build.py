"""Builds the programs of the cluster from their Go modules, once per version."""

import contextlib
import hashlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from localcluster import cache, toolchain
from localcluster.errors import ClusterError
from localcluster.progress import Progress
from localcluster.toolchain import Go

__all__ = ["CONTROLPLANE", "COREDNS", "ECHO", "VERSION", "Program", "binary", "built", "kubectl"]

VERSION = "v1.36.3"
"""The version of Kubernetes; go.mod asks for the same."""

_SOURCES = Path(__file__).resolve().parent.parent
_INTERRUPT_SECONDS = 10


@dataclass(frozen=True)
class Program:
    """A program that is built from source.

    Attributes:
        source: The folder of its Go module; the binary gets the same name.
        product: What people call it.
        version: Its version.
        usually: How long it takes to build as a rule.
        variables: The linker's -X settings: Go variables and their values.
    """

    source: Path
    product: str
    version: str
    usually: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def flags(self) -> list[str]:
        """What 'go build' is told."""
        variables = "".join(f" -X {name}={value}" for name, value in self.variables.items())
        # The same sources make the same binary, whichever commit and folder they are in.
        return ["-mod=readonly", "-trimpath", "-buildvcs=false", f"-ldflags=-s -w{variables}"]


# Without these, every component would say that it is v0.0.0-master.
_MAJOR, _MINOR = VERSION.removeprefix("v").split(".")[:2]
_KUBERNETES_VARIABLES = {
    f"{package}.{variable}": value
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for variable, value in (
        ("gitVersion", VERSION),
        ("gitMajor", _MAJOR),
        ("gitMinor", _MINOR),
        ("gitTreeState", "clean"),
    )
}

CONTROLPLANE = Program(
    _SOURCES / "controlplane", "Kubernetes", VERSION, "about 4 minutes", _KUBERNETES_VARIABLES
)
COREDNS = Program(_SOURCES / "coredns", "CoreDNS", "v1.15.0", "about 2 minutes")
ECHO = Program(_SOURCES / "echo", "echo", "v1", "about half a minute")


def binary() -> Path:
    """The control plane's binary, built first if need be.

    Raises:
        ClusterError: There is no suitable Go, or the build failed.
    """
    controlplane = built(CONTROLPLANE)
    with contextlib.suppress(FileExistsError):
        kubectl(controlplane).symlink_to(controlplane.name)
    return controlplane


def kubectl(controlplane: Path) -> Path:
    """The kubectl that belongs to a binary."""
    return controlplane.with_name("kubectl")


def built(program: Program) -> Path:
    """A program's binary, built first if need be.

    Raises:
        ClusterError: There is no suitable Go, or the build failed.
    """
    go = toolchain.find(program.source)
    name = program.source.name
    version = f"{program.version}-{_fingerprint(go, program)}"
    return cache.kept(cache.folder(name) / version / name, partial(_build, go, program))


def _fingerprint(go: Go, program: Program) -> str:
    """Changes with everything that the binary is made from."""
    digest = hashlib.sha256(go.version.encode())
    for setting in (*program.flags(), *map("=".join, sorted(toolchain.ENVIRONMENT.items()))):
        digest.update(f"\0{setting}".encode())
    for pattern in ("*.go", "go.mod", "go.sum"):
        for path in sorted(program.source.glob(pattern)):
            digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _build(go: Go, program: Program, target: Path) -> None:
    step = f"Building {program.product} {program.version} from source"
    progress = Progress(step, f"once; usually {program.usually}")
    try:
        _run([go.path, "build", *program.flags(), "-o", str(target), "."], program.source, progress)
    except ClusterError:
        progress.finish("failed")
        raise
    progress.finish("done")


def _run(command: list[str], source: Path, progress: Progress) -> None:
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(
            command,
            cwd=source,
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
            raise ClusterError(f"'go build' failed in {source}. The end of its output:\n{last}")


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
