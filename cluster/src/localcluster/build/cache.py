"""Files that take long to make, kept in the user's cache."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from localcluster.system.locks import locked

__all__ = ["folder", "kept"]

_UNFINISHED = "unfinished-"


def folder(name: str) -> Path:
    """The folder in the cache that has this name; it needn't exist yet."""
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base or Path.home() / ".cache") / "localcluster" / name


def kept(target: Path, make: Callable[[Path], None]) -> Path:
    """A file in the cache, made first if need be: once, even if several processes need it.

    Args:
        target: The file. Its name must change with whatever it is made from.
        make: Writes it to the path that it is given.
    """
    if not target.exists():
        with locked(target.parent / "lock"):
            # Somebody else may have made it while this process waited for the lock.
            if not target.exists():
                _make(target, make)
    return target


def _make(target: Path, make: Callable[[Path], None]) -> None:
    # What processes that were killed have left.
    for leftover in target.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=target.parent) as folder_name:
        # Renamed when it is complete: who is killed leaves nothing that looks like the target. In a
        # folder of its own: if what was started there still goes on, it has no folder any more.
        unfinished = Path(folder_name) / target.name
        make(unfinished)
        unfinished.rename(target)
