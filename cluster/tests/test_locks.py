"""Locks between processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster.tests.processes import wait_until_ended
from cluster.tests.starting import python
from localcluster.system import locks, termination
from localcluster.system.processes import describe, tail

HOLD = """
import sys
from pathlib import Path
from localcluster.system import locks
lock = locks.hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@contextmanager
def held_by_another_process(path: Path) -> Iterator[int]:
    with python("-c", HOLD, str(path)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid


def wait_until_blocked(path: Path) -> None:
    """Wait until somebody waits for the lock, which only the kernel's list tells."""
    inode = path.stat().st_ino
    deadline = time.monotonic() + 30
    while not any(
        fields[1] == "->" and fields[6].endswith(f":{inode}")
        for fields in map(str.split, Path("/proc/locks").read_text().splitlines())
    ):
        assert time.monotonic() < deadline, f"nobody waits for {path}"
        os.sched_yield()


def test_a_lock_that_was_never_held_has_no_holder(path: Path) -> None:
    assert locks.holder(path) is None
    assert locks.wait_until_free(path, 0)
    assert not path.exists()


def test_the_holder_is_known_until_it_is_killed(path: Path) -> None:
    with held_by_another_process(path) as pid:
        assert locks.holder(path) == pid
        assert not locks.wait_until_free(path, 0)
        os.kill(pid, signal.SIGKILL)
        wait_until_ended(pid)
        assert locks.holder(path) is None
        assert path.read_text() == str(pid)


def test_the_holder_replaces_what_the_last_one_has_written(path: Path) -> None:
    path.write_text("1234567890")
    assert locks.holder(path) is None
    own = locks.hold(path)
    assert own is not None
    with own:
        assert path.read_text() == str(os.getpid())
        assert locks.holder(path) == os.getpid()
    assert locks.holder(path) is None


def test_a_lock_is_not_taken_from_another_process(path: Path) -> None:
    with held_by_another_process(path) as pid:
        assert locks.hold(path) is None
        assert path.read_text() == str(pid)


def test_terminating_the_holder_waits_for_its_end(path: Path) -> None:
    with held_by_another_process(path) as pid:
        termination.terminate_holder(path)
        assert locks.holder(path) is None
        # It was a child of this process, and its status has been asked for.
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_process_whose_number_is_left_in_the_file_is_not_terminated(path: Path) -> None:
    with python("-c", "import sys; sys.stdin.read()") as bystander:
        path.write_text(str(bystander.pid))
        termination.terminate_holder(path)
        assert bystander.poll() is None


def test_a_lock_is_waited_for(path: Path) -> None:
    order = []

    def second() -> None:
        with locks.locked(path):
            order.append("second")

    thread = threading.Thread(target=second, daemon=True)
    with locks.locked(path):
        thread.start()
        wait_until_blocked(path)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_lock_whose_file_was_removed_by_its_holder_still_excludes(path: Path) -> None:
    inside = threading.Event()
    leave = threading.Event()

    def second() -> None:
        with locks.locked(path):
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=second, daemon=True)
    with locks.locked(path):
        thread.start()
        wait_until_blocked(path)
        path.unlink()
    assert inside.wait(30)
    # The second has the lock of the file that is there, not of the one that was removed.
    assert not locks.wait_until_free(path, 0)
    leave.set()
    thread.join(30)
    assert locks.wait_until_free(path, 0)


def test_a_process_that_inherits_a_lock_keeps_it(path: Path) -> None:
    with locks.locked(path) as stream:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[stream.fileno()]
        )
    with child:
        assert not locks.wait_until_free(path, 0)
        child.communicate(b"\n")
    assert locks.wait_until_free(path, 0)


@pytest.mark.parametrize(
    ("status", "words"), [(0, "exit status 0"), (3, "exit status 3"), (-9, "killed by signal 9")]
)
def test_the_end_of_a_process_in_words(status: int, words: str) -> None:
    assert describe(status) == words


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == ""
    log.write_bytes(b"".join(b"line %d \xff\n" % number for number in range(20)))
    assert tail(log, 2) == "line 18 \ufffd\nline 19 \ufffd"
