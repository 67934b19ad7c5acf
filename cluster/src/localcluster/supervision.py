"""The supervisor process, from the side of the process that starts it."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.options import READY, Options, Recipe
from localcluster.system.processes import describe, tail

__all__ = ["Supervision"]


class Supervision:
    """A supervisor process that was started here."""

    def __init__(self, layout: Layout, recipe: Recipe, start_lock: IO[str] | None = None) -> None:
        """Start the process and wait until the cluster is ready.

        Args:
            layout: Where the cluster is.
            recipe: What the cluster is made of.
            start_lock: The start lock, held, of a cluster that is to stay. The supervisor has a
                share in it until the cluster is ready, even if this process ends before. Without
                one, the cluster is ephemeral: it ends when this process does.

        Raises:
            ClusterError: The cluster doesn't start.
        """
        layout.make()
        self._log = layout.log("supervisor")
        with ExitStack() as on_failure, ExitStack() as handed:
            self._reports, ready = _pipe()
            on_failure.enter_context(self._reports)
            handed.enter_context(ready)
            self._control: IO[str] | None = None
            control: IO[str] | None = None
            if start_lock is None:
                control, self._control = _pipe()
                handed.enter_context(control)
                on_failure.enter_context(self._control)
            self._process = self._spawn(
                Options(
                    **vars(recipe),
                    state=layout.state,
                    ready_fd=ready.fileno(),
                    control_fd=control.fileno() if control else None,
                    start_lock_fd=start_lock.fileno() if start_lock else None,
                )
            )
            on_failure.callback(self._end)
            # Only the supervisor is to have these ends, so that they close when it ends.
            handed.close()
            self._wait_until_ready()
            on_failure.pop_all()

    def stop(self) -> None:
        """Stop the process, and wait for it; once is enough.

        Raises:
            ClusterError: It had ended before, because something went wrong.
        """
        if self._reports.closed:
            return
        status = self._end()
        with self._reports:
            reason = self._reports.read().strip()
        if status != 0:
            raise ClusterError(f"The cluster ended by itself. {reason or describe(status)}")

    def detach(self) -> None:
        """Leave the process alone from here on."""
        self._reports.close()
        # Popen warns when it is forgotten while its process runs; this one is meant to.
        self._process.returncode = 0

    def _end(self) -> int:
        if self._control is not None:
            # The end of the control pipe is what an ephemeral cluster's supervisor waits for.
            self._control.close()
        else:
            self._process.terminate()
        return self._process.wait()

    def _spawn(self, options: Options) -> "subprocess.Popen[bytes]":
        handed = (options.ready_fd, options.control_fd, options.start_lock_fd)
        with self._log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "localcluster.supervisor", *options.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[descriptor for descriptor in handed if descriptor is not None],
                env={**os.environ, "PYTHONPATH": _import_path()},
                # Out of reach of the terminal's signals: the parent gets those, and tells us.
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        first = self._reports.readline()
        if first.strip() != READY:
            reason = first + self._reports.read() or f"Its supervisor ended.\n{tail(self._log)}"
            raise ClusterError(f"The cluster didn't start. {reason.strip()}")


def _pipe() -> tuple[IO[str], IO[str]]:
    """A pipe's end to read from and its end to write to."""
    reading, writing = os.pipe()
    return os.fdopen(reading), os.fdopen(writing, "w")


def _import_path() -> str:
    """Where the child finds this package, wherever the parent has it from."""
    package_root = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
