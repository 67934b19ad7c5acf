"""Locks between processes, let go of by the kernel when their holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["hold", "holder", "locked", "wait_until_free"]

# The kernel has no lock request with a time limit.
_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold a lock for the length of a with block, waiting for it first.

    A child process that inherits the open file shares the lock, which then lasts until the child
    has closed it, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with path.open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            # The last holder may have removed the file, and others lock its successor by now.
            if _is_at(path, stream):
                yield stream
                return


def hold(path: Path, timeout: float = 0) -> IO[str] | None:
    """Take a lock and write this process's id into it, for `holder` to read.

    The lock lasts until the returned file is closed, at the latest with the process.

    Args:
        path: The lock.
        timeout: For how many seconds to try; `holder` and `wait_until_free` take a lock, too, but
            for a moment only.

    Returns:
        The open file, or None when somebody else has the lock.
    """
    stream = path.open("a+")
    if not _try(stream, timeout):
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


def wait_until_free(path: Path, timeout: float) -> bool:
    """Wait until nobody has the lock; False when somebody still has it after so many seconds."""
    try:
        stream = path.open("r+")
    except FileNotFoundError:
        return True
    with stream:
        return _try(stream, timeout)


def _try(stream: IO[str], timeout: float = 0) -> bool:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def _is_at(path: Path, stream: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False
