"""Whatever happens to the process that started a cluster, nothing of the cluster is left."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.tests.processes import Followed, family
from cluster.tests.starting import Announcements, python

pytestmark = pytest.mark.cluster

PROGRAM = """
import sys
from localcluster import Cluster
with Cluster.start() as cluster:
    print(cluster.supervisor_pid, cluster.state, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """A folder for temporary files that nobody else has any in."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def announcements(tmp_path: Path) -> Iterator[Announcements]:
    pipe = Announcements(tmp_path)
    yield pipe
    pipe.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_parent_ended_by_a_signal_leaves_nothing(number: signal.Signals, temporary: Path) -> None:
    with python("-c", PROGRAM, TMPDIR=str(temporary)) as parent:
        assert parent.stdout is not None
        supervisor, state = parent.stdout.readline().split()
        assert [Path(state)] == list(temporary.iterdir())
        with Followed(family(int(supervisor))) as processes:
            parent.send_signal(number)
            assert processes.remaining() == []
            assert list(temporary.iterdir()) == []
        assert parent.wait() == -number


@pytest.mark.parametrize("component", ["etcd", "kube-apiserver", "kube-scheduler"])
def test_an_interrupt_during_the_start_leaves_nothing(
    component: str, temporary: Path, announcements: Announcements, tmp_path: Path
) -> None:
    cache = announcements.cache(tmp_path / "cache")
    environment = {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)}
    with python("-c", PROGRAM, **environment) as parent:
        supervisor = announcements.wait_for(component).parent
        with Followed(family(supervisor)) as processes:
            parent.send_signal(signal.SIGINT)
            output, errors = parent.communicate()
            assert (parent.returncode, output) == (-signal.SIGINT, "")
            assert errors.splitlines()[-1] == "KeyboardInterrupt"
            assert processes.running() == []
        assert list(temporary.iterdir()) == []


def test_a_parent_killed_during_the_start_leaves_nothing(
    temporary: Path, announcements: Announcements, tmp_path: Path
) -> None:
    cache = announcements.cache(tmp_path / "cache")
    environment = {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)}
    with python("-c", PROGRAM, **environment) as parent:
        supervisor = announcements.wait_for("kube-apiserver").parent
        with Followed(family(supervisor)) as processes:
            parent.kill()
            assert processes.remaining() == []
        assert list(temporary.iterdir()) == []
