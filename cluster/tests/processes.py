"""Following processes to their end."""

import os
import select
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Followed", "children", "family", "program", "wait_until_ended"]

_TIMEOUT = 30.0


class Followed:
    """Processes that were seen alive; their numbers can't be taken for those of later ones."""

    def __init__(self, pids: Iterable[int]) -> None:
        """Open a descriptor for each of these processes, which must exist."""
        self._stack = ExitStack()
        self._descriptors: dict[int, int] = {}
        for pid in pids:
            descriptor = os.pidfd_open(pid)
            self._stack.callback(os.close, descriptor)
            self._descriptors[descriptor] = pid

    def __enter__(self) -> Self:
        """Keep the descriptors for the length of a with block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the descriptors."""
        self._stack.close()

    def running(self) -> list[int]:
        """Those that haven't ended by now."""
        return self._running(0)

    def remaining(self) -> list[int]:
        """Those that haven't ended when the time is up; returns as soon as all have."""
        deadline = time.monotonic() + _TIMEOUT
        left = set(self._descriptors)
        while left and (seconds := deadline - time.monotonic()) > 0:
            left -= set(select.select(left, [], [], seconds)[0])
        return self._running(0)

    def _running(self, timeout: float) -> list[int]:
        ended, _, _ = select.select(self._descriptors, [], [], timeout)
        return [pid for descriptor, pid in self._descriptors.items() if descriptor not in ended]


def wait_until_ended(pid: int) -> None:
    """Wait for the end of one process."""
    with Followed([pid]) as followed:
        assert followed.remaining() == []


def children(pid: int) -> list[int]:
    """The processes that a process has started, in the order of their numbers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            # The name before it is in parentheses, and may have any in itself.
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return sorted(found)


def family(pid: int) -> list[int]:
    """A process and all that it and they have started."""
    return [pid, *(each for child in children(pid) for each in family(child))]


def program(pid: int) -> str:
    """Which component of a cluster a process is."""
    arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return arguments[3] if arguments[1] == "-P" else arguments[1]
