"""Ending a process that isn't a child of this one."""

import contextlib
import os
import select
import signal
import time
from pathlib import Path

from localcluster.errors import ClusterError
from localcluster.system import locks

__all__ = ["terminate_holder"]

_TIMEOUT_SECONDS = 60


def terminate_holder(lock: Path) -> None:
    """End the process that holds a lock, and wait until it has ended.

    Raises:
        ClusterError: It doesn't end.
    """
    pid = locks.holder(lock)
    if pid is None:
        return
    ended = _terminate_by_descriptor(pid, lock) if _HAS_PIDFD else _terminate_by_number(pid, lock)
    if not ended:
        raise ClusterError(f"The cluster's supervisor (process {pid}) hasn't ended.")
    # If this process happens to be its parent, nobody else will ask how it ended.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


_HAS_PIDFD = hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")


def _terminate_by_descriptor(pid: int, lock: Path) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # The descriptor stays with its process. If the lock is still held by that number now, the
        # process is the holder, and not one that got the number after the holder's end.
        if locks.holder(lock) != pid:
            return True
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        readable, _, _ = select.select([descriptor], [], [], _TIMEOUT_SECONDS)
        return bool(readable)
    except ProcessLookupError:
        return True
    finally:
        os.close(descriptor)


def _terminate_by_number(pid: int, lock: Path) -> bool:
    """For systems that know processes by their numbers only."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while locks.holder(lock) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
