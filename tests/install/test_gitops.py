"""How a request stands, as Flux (kstatus) and Argo CD (its Lua check) see it."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from tests.support.go_tools import go_tool
from tests.support.helm import ROOT
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_HEALTHY = ("Current", "Healthy")
_PROGRESSING = ("InProgress", "Progressing")
_DEGRADED = ("Failed", "Degraded")


@pytest.fixture(scope="module")
def requests(
    cluster: Cluster, api: Api, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Object]]:
    """Requests as the cluster has them, by how they stand."""
    install(cluster)
    space = Space(api, cluster, "gitops")
    space.create("Service", "holder", spec=_node_port(31700))
    found = {"new": space.expose("80", name="new")}
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path_factory.mktemp("gitops") / "log"):
        space.expose("80", name="ready")
        space.expose("!31700:80:80", name="waiting")
        space.expose("!20000:80:80", name="stalled")
        space.expose("^80", name="without-load-balancer")
        space.until_ready("ready")
        space.until_refused("waiting", "NodePortTaken")
        space.until_refused("stalled", "NodePortOutOfRange")
        space.until_refused("without-load-balancer", "Pending")
        space.expose("80", name="changed")
        space.until_ready("changed")
    space.ask("changed", ports=["81"])
    for name in ("ready", "waiting", "stalled", "without-load-balancer", "changed"):
        found[name] = space.get("ExposeRequest", name)
    yield found
    space.remove()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("new", _PROGRESSING),
        ("changed", _PROGRESSING),
        ("ready", _HEALTHY),
        ("waiting", _PROGRESSING),
        ("without-load-balancer", _PROGRESSING),
        ("stalled", _DEGRADED),
    ],
)
def test_flux_and_argo_cd_see_how_it_stands(
    requests: dict[str, Object], name: str, expected: tuple[str, str]
) -> None:
    request = requests[name]
    assert (_kstatus(request), _argo_health(request)["status"]) == expected


def test_argo_cd_tells_what_is_wrong(requests: dict[str, Object]) -> None:
    assert "31700" in _argo_health(requests["waiting"])["message"]
    assert "20000" in _argo_health(requests["stalled"])["message"]


def test_the_check_is_for_the_resource() -> None:
    page = (ROOT / "docs" / "gitops.md").read_text()
    assert "`resource.customizations.health.exposer.dev_ExposeRequest`" in page


def _kstatus(request: Object) -> str:
    """What the library says that Flux, and others, wait with."""
    text = json.dumps(request)
    command = [str(go_tool("kstatus"))]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, check=True
    ).stdout.strip()


def _argo_health(request: Object) -> dict[str, str]:
    """What the check in docs/gitops.md returns; Argo CD runs it as Lua 5.1, with obj given."""
    page = (ROOT / "docs" / "gitops.md").read_text()
    (check,) = re.findall(r"```lua\n(.*?)```", page, re.DOTALL)
    program = (
        f"obj = {_lua(request)}\n"
        f"local health = (function()\n{check}end)()\n"
        'io.write(health.status, "\\n", health.message)'
    )
    command = ["lua5.1", "-"]  # apt-get install lua5.1
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=True)
    status, message = done.stdout.split("\n", 1)
    return {"status": status, "message": message}


def _lua(value: Any) -> str:
    """A JSON value as Lua writes it."""
    match value:
        case dict():
            return (
                f"{{{', '.join(f'[{_lua(key)}] = {_lua(each)}' for key, each in value.items())}}}"
            )
        case list():
            return f"{{{', '.join(map(_lua, value))}}}"
        case str():
            quoted = "".join(f"\\{byte:03d}" for byte in value.encode())
            return f'"{quoted}"'
        case None:
            return "nil"
        case _:
            return json.dumps(value)


def _node_port(number: int) -> Object:
    return {"type": "NodePort", "ports": [{"port": 80, "nodePort": number}]}
