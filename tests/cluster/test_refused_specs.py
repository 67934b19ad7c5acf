"""A spec that can't be carried out gets a clear answer, and creates nothing.

The API server lets none of these in (see test_apply_is_refused.py); here it has a CRD without its
rules, as it might be left over from an older version.
"""

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster import Cluster
from tests.support.operator_process import ROOT, OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator, condition

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def lenient_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with the operator in it, that takes every spec."""
    folder = tmp_path_factory.mktemp("lenient")
    with Cluster.start() as cluster:
        install(cluster, without_rules(folder), validation=False)
        with OperatorProcess(operator_kubeconfig(cluster), folder / "log"):
            yield cluster


@pytest.fixture
def space(lenient_cluster: Cluster) -> Iterator[Space]:
    """A namespace of that cluster."""
    api = administrator(lenient_cluster)
    yield Space(api, lenient_cluster, f"test-{next(_numbers)}")
    api.close()


def without_rules(folder: Path) -> Path:
    """A folder with the CRD but for what the API server checks by it."""
    whole = yaml.safe_load((ROOT / "crds" / "exposerequests.yaml").read_text())
    (folder / "crd.yaml").write_text(yaml.safe_dump(_without_rules(whole)))
    return folder


def _without_rules(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_rules(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {key: _without_rules(part[key]) for key in part if key not in _RULES}


_RULES = ("x-kubernetes-validations", "pattern", "maxLength", "minLength")
_numbers = count(1)


@pytest.mark.parametrize(
    ("strings", "reason", "said"),
    [
        pytest.param(["80:8080", "!80:90"], "MixedKinds", ["80:8080", "!80:90"], id="two kinds"),
        pytest.param(["80:"], "InvalidPortString", ["spec.ports[0]", "80:\n", "^"], id="no target"),
        pytest.param(["0"], "InvalidPortString", ["spec.ports[0]", "1", "65535", "^"], id="zero"),
        pytest.param(["70000"], "InvalidPortString", ["spec.ports[0]", "65535", "^"], id="too big"),
        pytest.param(
            ["80", "80:8080:90:1"], "InvalidPortString", ["spec.ports[1]", "^"], id="four parts"
        ),
        pytest.param(["#80,90"], "InvalidPortString", ["spec.ports[0]", "^"], id="comma"),
        pytest.param(["@"], "InvalidPortString", ["spec.ports[0]", "^"], id="no host"),
        pytest.param([""], "InvalidPortString", ["spec.ports[0]"], id="empty"),
        pytest.param(["a=80", "a=81"], "DuplicatePort", ["a=80", "a=81"], id="equal names"),
        pytest.param(["080"], "InvalidPortString", ["spec.ports[0]", "^"], id="leading zero"),
    ],
)
def test_a_bad_string_is_explained_and_creates_nothing(
    space: Space, strings: list[str], reason: str, said: list[str]
) -> None:
    space.expose(*strings)
    space.until_refused("web", reason)
    request = space.get("ExposeRequest", "web")
    message = condition(request, "Accepted")["message"]
    assert [part for part in said if part not in message] == []
    assert condition(request, "Stalled")["status"] == "True"
    assert (space.names("Service"), space.names("Endpoints")) == ([], [])


def test_the_message_shows_where_the_string_is_wrong(space: Space) -> None:
    space.expose("80", "443:8443_")
    space.until_refused("web", "InvalidPortString")
    message = condition(space.get("ExposeRequest", "web"), "Ready")["message"]
    lines = message.splitlines()
    # The caret stands under the character: both lines are indented alike.
    string, caret = next((line, below) for line, below in pairwise(lines) if "443:8443_" in line)
    assert string[caret.index("^")] == "_"


def test_a_mended_request_becomes_ready(space: Space) -> None:
    space.expose("80:")
    space.until_refused("web", "InvalidPortString")
    space.ask("web", ports=["80:8080"])
    status = space.until_ready()
    assert [each["type"] for each in status["conditions"]] == [
        "Accepted",
        "Programmed",
        "EndpointsAvailable",
        "Ready",
    ]


def test_a_request_that_is_spoiled_keeps_the_service_that_stands(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    before = space.get("Service", "web")
    space.ask("web", ports=["80", "!81"])
    status = space.until_refused("web", "MixedKinds")
    assert space.get("Service", "web") == before
    assert status["clusterIP"] == before["spec"]["clusterIP"]
