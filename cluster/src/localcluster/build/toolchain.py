"""Finds the Go that builds the programs of the cluster."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localcluster.errors import ClusterError

__all__ = ["ENVIRONMENT", "Go", "find"]

ENVIRONMENT = {
    # A Go that is too old would download a newer one by itself: better say so.
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    # Nothing here needs C, and then the build needs no C compiler.
    "CGO_ENABLED": "0",
}
"""What Go's commands are run with."""


@dataclass(frozen=True)
class Go:
    """An installed Go that will do.

    Attributes:
        path: Its command.
        version: What it calls its version: go1.26.8.
    """

    path: str
    version: str


def find(module: Path) -> Go:
    """The Go on PATH.

    Args:
        module: The go.mod of what is to be built.

    Raises:
        ClusterError: There is none, or it is too old.
    """
    needed = _needed_go(module)
    go = shutil.which("go")
    if go is None:
        raise ClusterError(_without_go("There is no 'go' on PATH", needed))
    found = _go_version(go)
    if _numbers(found) < _numbers(needed):
        raise ClusterError(_without_go(f"{go} is {found}, which is too old", needed))
    return Go(go, found)


def _needed_go(module: Path) -> str:
    """The oldest Go that will do: the go directive of go.mod."""
    directive = re.search(r"^go (\S+)$", module.read_text(), re.MULTILINE)
    if directive is None:
        raise ClusterError(f"{module} has no go directive.")
    return directive[1]


def _go_version(go: str) -> str:
    command = [go, "env", "GOVERSION"]
    # Outside of the module: inside, a Go that is too old refuses to say anything.
    environment = {**os.environ, **ENVIRONMENT}
    answer = subprocess.run(
        command, cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise ClusterError(f"'{' '.join(command)}' failed: {answer.stderr.strip()}")
    return answer.stdout.strip()


def _numbers(version: str) -> tuple[int, ...]:
    """Comparable: "go1.26.8" and "1.26.0", also "go1.26rc1", which comes before that."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    if found is None:
        raise ClusterError(f"{version!r} is no version of Go.")
    return tuple(-1 if number is None else int(number) for number in found.groups())


def _without_go(problem: str, needed: str) -> str:
    return (
        f"{problem}. The embedded Kubernetes cluster is built from source, which needs Go {needed} "
        "or later. Install it from the Go project's download page, or, where that is recent "
        "enough, with your system's package manager (golang-go on Debian and Ubuntu, go with "
        "Homebrew), and put it on PATH."
    )
