"""Locks between processes, let go of by the kernel when their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["hold", "holder", "locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock for the length of a with block, waiting for it first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def hold(path: Path) -> IO[str] | None:
    """Take a lock and write this process's id into it; None when somebody else has it.

    The lock lasts until the returned file is closed, at the latest with the process.
    """
    stream = path.open("a+")
    if not _try(stream):
        stream.close()
        return None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    return stream


def holder(path: Path) -> int | None:
    """The process that has the lock, None when nobody has.

    The process id in the file alone would prove nothing: it may be left over from a process that is
    gone, and belong to another one by now.
    """
    try:
        stream = path.open("r+")
    except FileNotFoundError:
        return None
    with stream:
        if _try(stream):
            return None
        content = stream.read()
        return int(content) if content else None


def _try(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
