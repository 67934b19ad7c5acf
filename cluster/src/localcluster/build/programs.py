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

from localcluster.build import cache, toolchain, versions
from localcluster.build.progress import Progress
from localcluster.build.toolchain import Go
from localcluster.errors import ClusterError

__all__ = ["COREDNS", "ECHO", "Program", "binary", "built", "folder", "kubectl", "kubernetes"]

_SOURCES = Path(__file__).resolve().parents[1] / "go"
_INTERRUPT_SECONDS = 10


@dataclass(frozen=True)
class Program:
    """A program that is built from source.

    Attributes:
        source: The folder of its Go module; the binary gets the same name.
        product: What people call it.
        version: Its version.
        usually: How long it takes to build as a rule.
        module: The Go module's go.mod, if it isn't the one in that folder; go.sum is beside it.
        variables: The linker's -X settings: Go variables and their values.
    """

    source: Path
    product: str
    version: str
    usually: str
    module: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    def flags(self) -> list[str]:
        """What 'go build' is told."""
        variables = "".join(f" -X {name}={value}" for name, value in self.variables.items())
        module = [] if self.module is None else [f"-modfile={self.module.relative_to(self.source)}"]
        # The same sources make the same binary, whichever commit and folder they are in.
        reproducible = ["-mod=readonly", "-trimpath", "-buildvcs=false"]
        return [*reproducible, *module, f"-ldflags=-s -w{variables}"]

    @property
    def go_mod(self) -> Path:
        """The go.mod that says what it is made from."""
        return self.module or self.source / "go.mod"


COREDNS = Program(_SOURCES / "coredns", "CoreDNS", "v1.15.0", "about 2 minutes")
ECHO = Program(_SOURCES / "echo", "echo", "v1", "about half a minute")


def kubernetes(wanted: str | None = None) -> Program:
    """The control plane, which also has the programs of nodes, and kubectl.

    Args:
        wanted: The version, see `versions.choose`.

    Raises:
        ClusterError: There is no such version.
    """
    version = versions.choose(wanted)
    major, minor = version.minor.split(".")
    # Without these, every component would say that it is v0.0.0-master.
    variables = {
        f"{package}.{variable}": value
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for variable, value in (
            ("gitVersion", version.full),
            ("gitMajor", major),
            ("gitMinor", minor),
            ("gitTreeState", "clean"),
        )
    }
    return Program(
        _SOURCES / "controlplane",
        "Kubernetes",
        version.full,
        "about 4 minutes",
        version.module,
        variables,
    )


def binary(wanted: str | None = None) -> Path:
    """The control plane's binary, built first if need be.

    Args:
        wanted: The version, see `versions.choose`.

    Raises:
        ClusterError: There is no such version, no suitable Go, or the build failed.
    """
    controlplane = built(kubernetes(wanted))
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
    go = toolchain.find(program.go_mod)
    target = folder(program, go) / program.source.name
    return cache.kept(target, partial(_build, go, program))


def folder(program: Program, go: Go) -> Path:
    """Where a program's binary is kept, or will be."""
    version = f"{program.version}-{_fingerprint(go, program)}"
    return cache.folder(program.source.name) / version


def _fingerprint(go: Go, program: Program) -> str:
    """Changes with everything that the binary is made from."""
    digest = hashlib.sha256(go.version.encode())
    for setting in (*program.flags(), *map("=".join, sorted(toolchain.ENVIRONMENT.items()))):
        digest.update(f"\0{setting}".encode())
    pinned = (program.go_mod, program.go_mod.with_suffix(".sum"))
    for path in (*sorted(program.source.glob("*.go")), *filter(Path.exists, pinned)):
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
