"""The cgroups of nodes' containers: the one thing of a node that outlives its processes."""

import contextlib
import errno
import os
import time
from pathlib import Path

__all__ = ["make", "remove", "remove_stale"]

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "localcluster-"
_CONTROLLERS = "+cpu +cpuset +memory +pids"  # without which a kubelet doesn't start
# How long the kernel may need until it is done with processes that have been killed.
_BUSY_SECONDS = 2
_PROBE_SECONDS = 0.02


def make(node: str) -> str:
    """Make the cgroup for a node's containers, inside of that of this process's cluster.

    Returns:
        Its path, from the root of any hierarchy.
    """
    cluster = f"{_PREFIX}{os.getpid()}"
    if (_ROOT / "cgroup.controllers").exists():  # version 2: a single hierarchy
        (_ROOT / cluster / node).mkdir(parents=True, exist_ok=True)
        for folder in (_ROOT, _ROOT / cluster):
            (folder / "cgroup.subtree_control").write_text(_CONTROLLERS)
    else:
        for hierarchy in _ROOT.glob("*/cgroup.procs"):
            (hierarchy.parent / cluster / node).mkdir(parents=True, exist_ok=True)
    return f"/{cluster}/{node}"


def remove() -> None:
    """Remove those of this process's cluster, all of whose processes have ended."""
    for cgroup in _find(f"{_PREFIX}{os.getpid()}"):
        _remove(cgroup)


def remove_stale() -> None:
    """Remove those of clusters whose supervisors were killed."""
    for cgroup in _find(f"{_PREFIX}*"):
        supervisor = cgroup.name.removeprefix(_PREFIX)
        # Of a process that has ended, and that its parent hasn't asked for yet, this can't be read.
        if not Path("/proc", supervisor, "exe").exists():
            _remove(cgroup)


def _find(pattern: str) -> list[Path]:
    """Cgroups by their name: in version 1 there is one in each of several hierarchies."""
    return [*_ROOT.glob(pattern), *_ROOT.glob(f"*/{pattern}")]


def _remove(cgroup: Path) -> None:
    deadline = time.monotonic() + _BUSY_SECONDS
    # The files in a cgroup's folder go with it: it only has to be empty of other folders.
    for folder, _, _ in os.walk(cgroup, topdown=False):
        while not _removed(folder) and time.monotonic() < deadline:
            time.sleep(_PROBE_SECONDS)


def _removed(folder: str) -> bool:
    try:
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(folder)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        return False
    return True
