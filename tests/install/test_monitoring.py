"""The alerts fire when they are to, and alerts and dashboard ask for metrics that there are."""

import json
import re
import socket
import subprocess
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml

from localcluster import Cluster
from tests.support.go_tools import go_tool
from tests.support.helm import CHART
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.cluster

_ALERTS = CHART / "files" / "alerts.yaml"
_DASHBOARD = CHART / "files" / "dashboard.json"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "--lint=all", "--lint-fatal", str(_ALERTS)),
        ("test", "rules", str(Path(__file__).with_name("alerts_test.yaml"))),
    ],
    ids=["rules are right", "alerts fire"],
)
def test_prometheus_finds_that(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(go_tool("promtool")), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_and_dashboard_ask_for_metrics_that_there_are(
    cluster: Cluster, tmp_path: Path
) -> None:
    install(cluster)
    port = _free_port()
    options = (f"--listen=127.0.0.1:{port}", "--lease=exposer-system/exposer")
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log", *options):
        page = _metrics(port)
    there = {name for name, _kind in re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE)}
    asked = {name.removesuffix("_bucket") for text in _expressions() for name in _names(text)}
    assert len(asked) > 8
    assert asked - there == set()


def _expressions() -> list[str]:
    rules = [
        rule["expr"]
        for group in yaml.safe_load(_ALERTS.read_text())["groups"]
        for rule in group["rules"]
    ]
    targets = [
        target["expr"]
        for panel in json.loads(_DASHBOARD.read_text())["panels"]
        for target in panel["targets"]
    ]
    return rules + targets


def _names(expression: str) -> list[str]:
    """The metrics in an expression, without what stands in its strings."""
    return re.findall(r"\b(?:exposer|process|python)_\w+", re.sub(r'"[^"]*"', "", expression))


def _metrics(port: int) -> str:
    """The page, as soon as there is one; only asking tells."""
    end = monotonic() + SECONDS
    while monotonic() < end:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS) as answer:
                return str(answer.read().decode())
        except URLError:
            sleep(0.1)
    raise AssertionError("nobody answers")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
