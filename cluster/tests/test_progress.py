"""What people see of a long step."""

import fcntl
import io
import os
import re
import struct
import termios

import pytest

from localcluster.build.progress import Progress


def test_a_log_gets_a_line_at_the_start_and_one_at_the_end() -> None:
    log = io.StringIO()
    progress = Progress("Building", "usually 4 minutes", log)
    assert log.getvalue() == "Building (usually 4 minutes) ...\n"
    for _ in range(3):
        progress.tick()
    progress.finish("done")
    assert log.getvalue() == "Building (usually 4 minutes) ...\nBuilding: done after 0 s.\n"


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (0, "Building (usually a number of minutes) ..."),
        (30, "Building (usually a number of"),
        (80, "Building (usually a number of minutes) ..."),
    ],
)
def test_a_terminal_gets_one_line_that_is_never_wider_than_it(columns: int, shown: str) -> None:
    master, slave = os.openpty()
    rows = 24
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with os.fdopen(slave, "w") as terminal:
        progress = Progress("Building", "usually a number of minutes", terminal)
        progress.finish("done")
        written = b""
        while not written.endswith(b"\n"):
            written += os.read(master, 4096)
    os.close(master)
    assert re.split(r"\r\x1b\[K", written.decode()) == [
        "",
        shown,
        "Building: done after 0 s.\r\n",
    ]
