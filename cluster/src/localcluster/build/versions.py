"""The versions of Kubernetes that there are: each minor version has its own go.mod and go.sum.

`python -m localcluster.build.pin 1.38.0` adds one.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from localcluster.errors import ClusterError

__all__ = ["FOLDER", "VARIABLE", "Version", "asked_for", "choose", "supported"]

FOLDER = Path(__file__).resolve().parents[1] / "go" / "controlplane" / "versions"
"""Where the go.mod and go.sum of each version are, called 1.37.mod and 1.37.sum."""

VARIABLE = "KUBERNETES"
"""The environment variable that chooses a version where none is asked for by an argument."""

_REQUIRED = re.compile(r"^\s*k8s\.io/kubernetes (v\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Version:
    """A version of Kubernetes.

    Attributes:
        minor: How it is asked for: 1.37.
        module: Its go.mod.
    """

    minor: str
    module: Path

    @property
    def full(self) -> str:
        """The version that is built, as go.mod has it: v1.37.2."""
        required = _REQUIRED.search(self.module.read_text())
        if required is None:
            raise ClusterError(f"{self.module} doesn't require k8s.io/kubernetes.")
        return required[1]


def supported() -> list[Version]:
    """All versions, the oldest first."""
    modules = {path.stem: path for path in FOLDER.glob("*.mod")}
    return [Version(minor, modules[minor]) for minor in sorted(modules, key=_numbers)]


def choose(wanted: str | None = None) -> Version:
    """The version that is asked for, see `asked_for`; the newest if none is.

    Raises:
        ClusterError: There is no such version.
    """
    return asked_for(wanted) or supported()[-1]


def asked_for(wanted: str | None = None) -> Version | None:
    """The version that is asked for, None if none is.

    Args:
        wanted: A minor version, "oldest", "newest", or a full version. If left out, what the
            environment variable KUBERNETES says.

    Raises:
        ClusterError: There is no such version.
    """
    name = wanted or os.environ.get(VARIABLE)
    if not name:
        return None
    versions = supported()
    named = {spelling: each for each in versions for spelling in (each.minor, each.full)}
    named |= {"oldest": versions[0], "newest": versions[-1]}
    if name not in named:
        raise ClusterError(
            f"There is no Kubernetes {name} here. There is {', '.join(v.minor for v in versions)}."
        )
    return named[name]


def _numbers(minor: str) -> tuple[int, ...]:
    return tuple(int(number) for number in minor.split("."))
