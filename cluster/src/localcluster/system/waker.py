"""What the supervisor waits for."""

import os
import select
import signal

__all__ = ["Waker"]


class Waker:
    """Wakes up a wait when a signal arrives, a child ends or the control pipe is closed."""

    def __init__(self, control_fd: int | None) -> None:
        """Catch the signals from here on.

        Args:
            control_fd: The control pipe's end, if there is one.
        """
        self._control_fd = control_fd
        self.signal: int | None = None
        """The signal that asked to stop."""
        self._pipe, wakeup = os.pipe()
        os.set_blocking(self._pipe, False)
        os.set_blocking(wakeup, False)
        # A signal's arrival becomes a byte in the pipe, so that select sees it without a race.
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        # Ignored by default, in which case nothing would be written to the pipe.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def wait(self, timeout: float | None) -> bool:
        """Wait at most so many seconds; whether the cluster is to stop."""
        sources = [self._pipe] if self._control_fd is None else [self._pipe, self._control_fd]
        readable, _, _ = select.select(sources, [], [], timeout)
        if self._pipe in readable:
            os.read(self._pipe, 4096)
        # Nothing is ever written to the control pipe: readable means closed.
        return self.signal is not None or self._control_fd in readable

    def _request_stop(self, number: int, _frame: object) -> None:
        self.signal = number
