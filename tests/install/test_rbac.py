"""The operator has the rights that it uses, and no other one."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from tests.support import busy
from tests.support.operator_process import OperatorProcess, install, kubectl, operator_kubeconfig
from tests.support.people import grant, service_account
from tests.support.rights import Right, operator_rules, rights_of, without
from tests.support.space import Space, condition
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.cluster

_RULES = operator_rules()

# Asked of who sets blockOwnerDeletion, by an admission plugin that some clusters have. It learns of
# a new kind up to half a minute after its CustomResourceDefinition, so that it isn't on here.
_BY_PLUGIN = Right("exposer.dev", "exposerequests/finalizers", "update")
_RIGHTS = [right for right in rights_of(_RULES) if right != _BY_PLUGIN]

_IN_OTHER_WORDS = {
    # Nobody is told, but the pods are not seen.
    Right("", "pods", "list"): "pods may not be listed",
    # Nor is what an Event would tell; the log says so.
    Right("events.k8s.io", "events", "list"): "what load balancer controllers say is not shown",
}


def _limited(cluster: Cluster, space: Space, log: Path) -> OperatorProcess:
    """An operator with a Role and no ClusterRole, that leads by a Lease of its own."""
    kubeconfig = cluster.kubeconfig_for_service_account(space.name, "exposer")
    options = (f"--namespace={space.name}", f"--lease={space.name}/exposer")
    return OperatorProcess(kubeconfig, log, *options)


@pytest.fixture(scope="module")
def denied_at_first(cluster: Cluster) -> int:
    """How many calls of anybody had been denied before the operator made any."""
    install(cluster)
    return _denied(cluster)


@pytest.fixture(scope="module")
def spaces(
    cluster: Cluster, api: Api, denied_at_first: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Right | None, Space]]:
    """A namespace without each right in turn, and one with all; in all there is everything to do.

    What is to be there before was done by an operator with the ClusterRole.
    """
    spaces: dict[Right | None, Space] = {}
    for number, right in enumerate((None, *_RIGHTS)):
        space = spaces[right] = Space(api, cluster, f"limited-{number}")
        account: Object = {"metadata": {"name": "exposer"}}
        api.request("POST", f"/api/v1/namespaces/{space.name}/serviceaccounts", account)
        rules = _RULES if right is None else without(right, _RULES)
        grant(api, space.name, "exposer", service_account(space.name, "exposer"), rules)
        busy.prepare(space)
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path_factory.mktemp("first") / "log"):
        for space in spaces.values():
            busy.until_prepared(space)
    for space in spaces.values():
        busy.change(space)
    yield spaces
    for space in spaces.values():
        space.remove()


def test_with_its_rights_in_one_namespace_it_does_everything_there_and_nothing_is_denied(
    cluster: Cluster, spaces: dict[Right | None, Space], denied_at_first: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with _limited(cluster, spaces[None], log):
        busy.until_done(spaces[None])
    said = log.read_text()
    assert [line for line in said.splitlines() if re.search("cannot|may not|forbidden", line)] == []
    assert _denied(cluster) == denied_at_first


@pytest.mark.parametrize("right", _RIGHTS, ids=str)
def test_without_any_one_right_something_breaks(
    cluster: Cluster,
    api: Api,
    spaces: dict[Right | None, Space],
    right: Right,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with _limited(cluster, spaces[right], log):
        _until_told(api, spaces[right], log, _words(right))


def _words(right: Right) -> str:
    """What is said where the right is missing; by the API server, as a rule."""
    usual = f'cannot {right.verb} resource "{right.resource}" in API group "{right.group}"'
    return _IN_OTHER_WORDS.get(right, usual)


def _until_told(api: Api, space: Space, log: Path, words: str) -> None:
    """Wait until the log or a status has these words; only looking tells."""
    end = monotonic() + SECONDS
    while monotonic() < end:
        if words in log.read_text() or any(words in message for message in _messages(api, space)):
            return
        sleep(0.2)
    raise AssertionError(f"nobody says {words!r}:\n{log.read_text()}")


def _messages(api: Api, space: Space) -> Iterator[str]:
    path = f"/apis/exposer.dev/v1alpha1/namespaces/{space.name}/exposerequests"
    for request in api.get(path)["items"]:
        for kind in ("Ready", "EndpointsAvailable"):
            yield condition(request, kind).get("message", "")


def _denied(cluster: Cluster) -> int:
    """How many calls the API server has denied, for lack of a right."""
    metrics = kubectl(cluster, "get", "--raw", "/metrics")
    counted = r'^authorization_attempts_total\{result="(?:denied|no-opinion)"\} (\S+)'
    counts = re.findall(counted, metrics, re.MULTILINE)
    return int(sum(map(float, counts)))
