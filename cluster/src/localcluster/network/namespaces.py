"""Kernel namespaces without names: those of this process's open files, and those of others."""

import ctypes
import os
import subprocess
import threading
from collections.abc import Iterable, Sequence
from typing import Self

from localcluster.errors import ClusterError

__all__ = ["Namespaces", "NetworkNamespace"]

_CLONE_NEWNET = 0x40000000  # <sched.h>


class Namespaces:
    """A place in other namespaces than this process's, where commands can run."""

    def __init__(self, *entrance: str) -> None:
        """Refer to the namespaces.

        Args:
            entrance: The options by which nsenter finds them.
        """
        self._entrance = entrance

    @classmethod
    def of_process(cls, pid: int) -> Self:
        """Where a process is: what it sees of the network and of the file system."""
        return cls(f"--target={pid}", "--net", "--mount", "--uts")

    def command(self, command: Sequence[str]) -> list[str]:
        """The command that runs a command in there."""
        return ["nsenter", *self._entrance, "--", *command]

    def run(
        self, command: Sequence[str], *, text: str = "", timeout: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, and return its status and its output.

        Args:
            command: The program and its arguments.
            text: What the program reads.
            timeout: How many seconds it may take.

        Raises:
            subprocess.TimeoutExpired: It took longer, and was killed.
        """
        return subprocess.run(
            self.command(command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def popen(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        """Start a command with pipes to it; it ends with the thread that started it, at last."""
        return subprocess.Popen(
            # Not a preexec_fn, which isn't safe where there are several threads.
            ["setpriv", "--pdeathsig=KILL", *self.command(command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def configure(self, *lines: str) -> None:
        """Change network interfaces, addresses and routes.

        Args:
            lines: Commands of `ip`, without that word.

        Raises:
            ClusterError: One can't be carried out; the later ones weren't.
        """
        configure(lines, self)


class NetworkNamespace(Namespaces):
    """A network namespace of this process's own.

    Nothing but an open file holds it. So it ends with this process, however that ends, and with it
    its interfaces and those at the other ends of their cables.
    """

    def __init__(self) -> None:
        """Make an empty one, without any network."""
        self._descriptor = _new_network()
        self.path = f"/proc/{os.getpid()}/fd/{self._descriptor}"
        """Where other processes find it."""
        super().__init__(f"--net={self.path}")
        self._started: list[subprocess.Popen[str]] = []
        self.configure("link set lo up")

    def popen(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        """Start a command with pipes to it; it ends with the namespace, at last."""
        process = super().popen(command)
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what was started in it, and let go of it: nothing of it is left then."""
        for process in self._started:
            with process:
                process.kill()
        os.close(self._descriptor)


def configure(lines: Iterable[str], where: Namespaces | None = None) -> None:
    """Carry out commands of `ip`, here or in other namespaces.

    Raises:
        ClusterError: One can't be carried out; the later ones weren't.
    """
    command = ["ip", "-batch", "-"]
    done = subprocess.run(
        where.command(command) if where else command,
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"The network can't be set up: {done.stderr.strip()}")


def _new_network() -> int:
    """A file that is a new network namespace."""
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    opened: list[int] = []
    failed: list[int] = []

    def move() -> None:
        if unshare(_CLONE_NEWNET) != 0:
            failed.append(ctypes.get_errno())
        else:
            opened.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))

    # Only the calling thread moves into the new namespace: not one that is still needed.
    thread = threading.Thread(target=move)
    thread.start()
    thread.join()
    if failed:
        raise ClusterError(f"No network namespace can be made: {os.strerror(failed[0])}")
    return opened[0]
