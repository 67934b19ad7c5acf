"""Child processes that never outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

__all__ = ["Child", "adopt_orphans", "describe", "tail", "wait_for_orphans"]

# <sys/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class Child:
    """One component's process."""

    def __init__(self, name: str, command: Sequence[str], log: Path, lock: IO[str]) -> None:
        """Start the process, its output going to the log.

        Args:
            name: What to call it in messages.
            command: The program and its arguments.
            log: The file to write its output to.
            lock: A held lock that the process is to share for as long as it lives.
        """
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[lock.fileno()],
                # A terminal's Ctrl-C goes to all processes of the session it belongs to: these are
                # stopped in order by the supervisor instead.
                start_new_session=True,
                # Runs between fork and exec, which is safe as the supervisor has a single thread.
                preexec_fn=_die_with_parent(),
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """How it ended, None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it, and wait until it has ended.

        It isn't asked first: that takes the API server a second, and would save nothing. What etcd
        has written is in its files, and nobody but this cluster's components is to be told.
        """
        self._process.kill()
        self._process.wait()


def adopt_orphans() -> None:
    """Have the kernel make this process the parent of its descendants that lose theirs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def wait_for_orphans() -> None:
    """Wait for the end of all that this process has adopted, when its own children have ended.

    The first process of a node with containers is one of them: the kernel says that it has ended
    when nothing of the node runs any more.
    """
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def describe(status: int) -> str:
    """How a process ended, in words."""
    return f"exit status {status}" if status >= 0 else f"killed by signal {-status}"


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    with contextlib.suppress(FileNotFoundError), path.open(errors="replace") as stream:
        return "".join(deque(stream, lines)).rstrip()
    return ""


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does first: ask the kernel to kill it when its parent is gone.

    The only way to survive nothing, not even a SIGKILL of the parent. Only Linux has it; elsewhere
    a killed supervisor leaves its components behind.
    """
    if sys.platform != "linux":
        return None
    # Loaded here, before the fork: afterwards a child should do as little as possible.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the request, which then comes too late.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return ask
