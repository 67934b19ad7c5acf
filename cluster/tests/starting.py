"""Other processes that start clusters, and clusters that tell when their components start."""

import os
import select
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import localcluster
from localcluster import build

__all__ = ["Announcement", "Announcements", "python"]

_TIMEOUT = 60.0


@dataclass(frozen=True)
class Announcement:
    """What a process has said about itself."""

    program: str
    pid: int
    parent: int


class Announcements:
    """A named pipe that scripts write a line to when they are started."""

    def __init__(self, folder: Path) -> None:
        """Make the pipe in this folder."""
        self._path = folder / "announcements"
        os.mkfifo(self._path)
        # Opened in both directions, neither side waits for the other and there is no end.
        self._descriptor = os.open(self._path, os.O_RDWR)
        self._received = b""

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._descriptor)

    def script(self, path: Path, then: str) -> None:
        """Write a shell script that announces itself first."""
        pipe = shlex.quote(str(self._path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "$1 $$ $PPID" >{pipe}\n{then}\n')
        path.chmod(0o755)

    def cache(self, folder: Path) -> Path:
        """A cache folder whose control plane announces each component, and then is the real one."""
        real = build.binary()
        in_cache = folder / "localcluster" / "controlplane" / real.parent.name / real.name
        self.script(in_cache, f'exec {shlex.quote(str(real))} "$@"')
        return folder

    def wait_for(self, program: str) -> Announcement:
        """Wait until a program says that it has been started."""
        while True:
            while b"\n" in self._received:
                line, _, self._received = self._received.partition(b"\n")
                name, pid, parent = line.decode().split()
                if name == program:
                    return Announcement(name, int(pid), int(parent))
            readable, _, _ = select.select([self._descriptor], [], [], _TIMEOUT)
            assert readable, f"{program} wasn't started"
            self._received += os.read(self._descriptor, 4096)


@contextmanager
def python(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python with the package on its path; it is gone when the with block is left."""
    import_path = str(Path(localcluster.__file__).parent.parent)
    process = subprocess.Popen(
        # Tests that run in the background may ignore SIGINT, and so would all that they start.
        ["env", "--default-signal=INT", sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": import_path, **environment},
        # So that it alone gets the signals that are sent to it, like a terminal's foreground.
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
