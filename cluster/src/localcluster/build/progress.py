"""Telling people how a long step gets on."""

import os
import sys
import time
from typing import TextIO

__all__ = ["Progress"]

_REPORT_SECONDS = 30
_USUAL_COLUMNS = 80


class Progress:
    """One step with its elapsed time.

    On a terminal, it's one line that is updated in place. Otherwise it's a line at the start, one
    now and then, and one at the end, so that a log stays readable.
    """

    def __init__(self, step: str, usually: str, stream: TextIO | None = None) -> None:
        """Announce the step.

        Args:
            step: What is done.
            usually: How long it takes as a rule.
            stream: Where to write to; standard error if left out.
        """
        self._step = step
        self._usually = usually
        self._stream = stream or sys.stderr
        self._in_place = self._stream.isatty()
        self._started = self._reported = time.monotonic()
        self._write(f"{step} ({usually}) ...")

    def tick(self) -> None:
        """Show the elapsed time, if it is time to."""
        now = time.monotonic()
        if self._in_place or now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            self._write(f"{self._step} ({self._usually}) ... {self._elapsed()}")

    def finish(self, outcome: str) -> None:
        """Say how it ended."""
        self._write(f"{self._step}: {outcome} after {self._elapsed()}.")
        if self._in_place:
            print(file=self._stream, flush=True)

    def _elapsed(self) -> str:
        minutes, seconds = divmod(round(time.monotonic() - self._started), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

    def _write(self, line: str) -> None:
        if self._in_place:
            # A line that is too long would go on in the next one, and stay there.
            # Some terminals don't say how wide they are.
            columns = os.get_terminal_size(self._stream.fileno()).columns or _USUAL_COLUMNS
            line = line[: columns - 1]
            # Back to the line's beginning, and clear what the last one left of it.
            print(f"\r\x1b[K{line}", end="", file=self._stream, flush=True)
        else:
            print(line, file=self._stream, flush=True)
