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

    def __init__(
        self,
        cluster: Cluster,
        proxy: Proxy,
        folder: Path,
        *options: str,
        variant: str | None = None,
    ) -> None:
        document = yaml.safe_load(operator_kubeconfig(cluster).read_text())
        document["clusters"][0]["cluster"]["server"] = proxy.url
        self._port = free_port()
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(document))
        listen = f"--listen=127.0.0.1:{self._port}"
        log = folder / "log"
        super().__init__(kubeconfig, log, listen, *options, variant=variant)

    def until_ready(self, status: int = 200) -> str:
        """Ask for /readyz until it has that status; there is nothing to watch here."""
        end = monotonic() + SECONDS
        while monotonic() < end:
            seen, text = self.ask("/readyz")
            if seen == status:
                return text
            sleep(0.05)
        raise AssertionError(f"/readyz does not answer {status}: {seen} {text}")

    def ask(self, path: str) -> tuple[int, str]:
        """Ask for a path; returns the status and the text, 0 where nobody listens yet."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except ConnectionError as error:
            return 0, str(error)
        finally:
            connection.close()

    def metric(self, line: str) -> float:
        """The value of a metric, named with all its labels; 0 if there is none."""
        _status, text = self.ask("/metrics")
        found = (each for each in text.splitlines() if each.startswith(f"{line} "))
        return float(next(found, "- 0").rpartition(" ")[2])


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
