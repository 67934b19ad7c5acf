"""The API server's data is restored from a backup: its versions run backwards."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import ApiError
from localcluster.layout import Layout
from localcluster.system import locks
from tests.support.operator_process import install
from tests.support.proxied import ProxiedOperator
from tests.support.proxy import Proxy
from tests.support.space import Space, administrator
from tests.support.waiting import SECONDS

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


class RestoredCluster:
    """A cluster whose data is saved, and restored, as an administrator would."""

    def __init__(self, folder: Path) -> None:
        self._state, self._backup = folder / "state", folder / "backup"
        self.cluster = Cluster.up(self._state)

    def save(self) -> None:
        self._stop()
        shutil.copytree(self._state / "etcd", self._backup)
        self.cluster = Cluster.up(self._state)

    def restore(self) -> None:
        self._stop()
        shutil.rmtree(self._state / "etcd")
        shutil.copytree(self._backup, self._state / "etcd")
        self.cluster = Cluster.up(self._state)

    def down(self) -> None:
        Cluster.down(self._state)

    def _stop(self) -> None:
        pid = self.cluster.supervisor_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert locks.wait_until_free(Layout(self._state).components_lock, 30)


def test_after_a_restore_all_is_listed_anew(tmp_path: Path) -> None:
    restored = RestoredCluster(tmp_path)
    try:
        _use(restored, tmp_path)
    finally:
        restored.down()


@contextmanager
def _served(cluster: Cluster) -> Iterator[Space]:
    """The namespace, once the API server has read its own storage again."""
    api = administrator(cluster)
    space = Space.known(api, cluster, "restored")
    end = time.monotonic() + SECONDS
    while True:
        try:
            space.names("ExposeRequest")
            break
        except ApiError as error:
            if error.code != 429 or time.monotonic() > end:
                raise
    yield space
    api.close()


def _use(restored: RestoredCluster, folder: Path) -> None:
    install(restored.cluster)
    api = administrator(restored.cluster)
    Space(api, restored.cluster, "restored")
    api.close()
    with (
        Proxy(restored.cluster) as proxy,
        ProxiedOperator(restored.cluster, proxy, folder, "--watch-silence=5") as operator,
    ):
        with _served(restored.cluster) as space:
            space.expose("80", name="before")
            space.until_ready("before")
        restored.save()
        proxy.follow()
        with _served(restored.cluster) as space:
            space.expose("81", name="between")
            space.until_ready("between")
            for number in range(200):  # so that the versions don't catch up soon
                space.patch("Service", "before", {"metadata": {"annotations": {"n": f"{number}"}}})
        restored.restore()
        proxy.follow()
        with _served(restored.cluster) as space:
            assert space.names("ExposeRequest") == ["before"]
            space.ask("before", ports=["82"])
            assert space.until_ready("before")["ports"][0]["port"] == 82
            space.delete("Service", "before")
            space.until("Service", "before", lambda seen: True)
        operator.until_ready()
    assert "the API server is back at version" in (folder / "log").read_text()
