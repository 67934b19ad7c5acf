"""An operator behind a proxy, which looks after one namespace and tells of its health."""

import socket
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

import yaml

from localcluster import Cluster
from tests.support.operator_process import OperatorProcess, operator_kubeconfig
from tests.support.proxy import Proxy
from tests.support.waiting import SECONDS


class ProxiedOperator(OperatorProcess):
    """The operator; it runs within a with block."""

    def __init__(self, cluster: Cluster, proxy: Proxy, folder: Path, *options: str) -> None:
        document = yaml.safe_load(operator_kubeconfig(cluster).read_text())
        document["clusters"][0]["cluster"]["server"] = proxy.url
        self._port = _free_port()
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(document))
        listen = f"--listen=127.0.0.1:{self._port}"
        super().__init__(kubeconfig, folder / "log", listen, *options)

    def until_health(self, status: int) -> str:
        """Ask for /healthz until it has that status; there is nothing to watch here."""
        end = monotonic() + SECONDS
        while monotonic() < end:
            seen, text = self._health()
            if seen == status:
                return text
            sleep(0.05)
        raise AssertionError(f"/healthz does not answer {status}: {seen} {text}")

    def _health(self) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        try:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            return response.status, response.read().decode()
        except ConnectionError as error:
            return 0, str(error)
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
