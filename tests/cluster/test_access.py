"""The operator and the commands get to a real API server where kubectl gets there, too."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from localcluster import Cluster
from localcluster.controlplane.kubeconfig import read_server
from tests.kube.kubeconfigs import CountingPlugin, write
from tests.support.asking import Asking
from tests.support.connect_proxy import ConnectProxy
from tests.support.operator_process import OperatorProcess, install, kubectl, operator_kubeconfig
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

# No certificate is for this address, and nothing is there: only a proxy leads from it anywhere.
ELSEWHERE = "192.0.2.1:6443"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One without another operator: what is ready there was made by the one of the test."""
    with Cluster.start() as cluster:
        install(cluster)
        yield cluster


@pytest.fixture
def space(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Space]:
    api = administrator(cluster)
    yield Space(api, cluster, request.node.name.split("[")[0].replace("_", "-")[:50].strip("-"))
    api.close()


@pytest.fixture
async def proxy(cluster: Cluster) -> AsyncIterator[ConnectProxy]:
    """A proxy behind which the API server is, by any address."""
    async with ConnectProxy(urlsplit(read_server(cluster.kubeconfig)).netloc) as proxy:
        yield proxy


class User:
    """A ServiceAccount whose kubeconfig can be changed."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self._folder = folder
        self._document = yaml.safe_load(kubeconfig.read_text())

    def with_plugin(self) -> CountingPlugin:
        """Have the token from a plugin, which hands out another one first."""
        token = self._document["users"][0]["user"]["token"]
        plugin = CountingPlugin(self._folder)
        script = Path(plugin.user["exec"]["command"])
        script.write_text(
            script.read_text().replace(
                'f"token-{number}"', f'"expired" if number == 1 else {token!r}'
            )
        )
        self._document["users"][0]["user"] = plugin.user
        return plugin

    def kubeconfig(self, **cluster: Any) -> Path:
        changes = {name.replace("_", "-"): value for name, value in cluster.items()}
        self._document["clusters"][0]["cluster"].update(changes)
        return Path(write(self._folder / "kubeconfig", self._document))


@pytest.fixture
def user(cluster: Cluster, tmp_path: Path) -> User:
    """The operator's."""
    return User(operator_kubeconfig(cluster), tmp_path)


async def serves(kubeconfig: Path, space: Space) -> str:
    """Have an operator make a request Ready, which takes reads, watches and writes.

    Returns:
        What it logged.
    """
    log = kubeconfig.with_name("log")

    def serve() -> None:
        with OperatorProcess(kubeconfig, log):
            space.expose("80")
            space.until_ready("web")
            space.ask("web", ports=["81"])
            space.until_ready("web")

    await asyncio.to_thread(serve)
    return log.read_text()


async def test_a_plugin_whose_first_token_does_not_count(user: User, space: Space) -> None:
    plugin = user.with_plugin()
    log = await serves(user.kubeconfig(), space)
    assert (plugin.runs, log.count("new credentials from the kubeconfig ")) == (2, 1)


async def test_a_server_by_another_name_behind_the_environments_proxy(
    user: User, space: Space, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8")
    path = user.kubeconfig(server=f"https://{ELSEWHERE}", tls_server_name="kubernetes")
    log = await serves(path, space)
    assert set(proxy.asked) == {ELSEWHERE}
    assert f"connecting to https://{ELSEWHERE} by the kubeconfig {path} " in log


async def test_the_kubeconfigs_own_proxy(
    user: User, space: Space, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    url = f"http://{proxy.address}"
    await serves(user.kubeconfig(proxy_url=url, tls_server_name="kubernetes"), space)
    assert len(proxy.asked) > 0


async def test_commands_go_the_same_way_as_kubectl(
    cluster: Cluster,
    space: Space,
    proxy: ConnectProxy,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    account = ("reader", "--namespace", space.name)
    kubectl(cluster, "create", "serviceaccount", *account)
    role = ("--clusterrole=cluster-admin", f"--serviceaccount={space.name}:reader")
    kubectl(cluster, "create", "rolebinding", *account, *role)
    user = User(cluster.kubeconfig_for_service_account(space.name, "reader"), tmp_path)
    space.expose("80")
    plugin = user.with_plugin()
    path = user.kubeconfig(
        server=f"https://{ELSEWHERE}",
        tls_server_name="kubernetes",
        proxy_url=f"http://{proxy.address}",
    )
    name = "exposerequests.exposer.dev/web"
    by_kubectl = ("--kubeconfig", str(path), "get", "-n", space.name, "-o", "name", name)
    asking = Asking(cluster, space.name, capsys)
    answer = await asyncio.to_thread(asking.ask, "trace", "web", kubeconfig=path)
    assert (answer.status, answer.errors, plugin.runs) == (1, "", 2)
    assert answer.output.startswith('ExposeRequest "web" in namespace')
    assert await asyncio.to_thread(kubectl, cluster, *by_kubectl) == (
        "exposerequest.exposer.dev/web\n"
    )
    assert set(proxy.asked) == {ELSEWHERE}
