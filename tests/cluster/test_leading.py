"""Of several processes one writes, and another takes its place when it goes."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import Object
from tests.support.operator_process import OperatorProcess, install, kubectl
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

# Long enough for a busy machine to renew it, and no longer: one that is killed is waited for.
SECONDS = 6
USERS = ("exposer-one", "exposer-two")


class Pair:
    """Two operators, each with a user of its own, so that the audit log tells them apart."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster = cluster
        options = ("--lease=exposer-system/exposer", f"--lease-duration={SECONDS}")
        self.operators = {
            user: OperatorProcess(
                cluster.kubeconfig_for(user, ["exposers"]), folder / f"{user}.log", *options
            )
            for user in USERS
        }

    def lease(self) -> Object:
        """The Lease's spec."""
        found: Object = json.loads(
            kubectl(self._cluster, "get", "lease", "-n", "exposer-system", "exposer", "-o", "json")
        )
        spec: Object = found["spec"]
        return spec

    def writers(self, space: Space) -> list[str]:
        """Who wrote in a namespace but for Events, in the order of the writes."""
        lines = self._cluster.audit_log.read_text().splitlines()
        events = [json.loads(line) for line in lines if f'"namespace":"{space.name}"' in line]
        events = [event for event in events if event["objectRef"]["resource"] != "events"]
        return [event["user"]["username"] for event in events if event["user"]["username"] in USERS]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster.start() as cluster:
        install(cluster)
        group = "--group=exposers"
        kubectl(cluster, "create", "clusterrolebinding", "both", "--clusterrole=exposer", group)
        verbs = "--verb=get,create,update"
        role = ("create", "role", "lease", "--namespace=exposer-system", verbs)
        kubectl(cluster, *role, "--resource=leases.coordination.k8s.io")
        binding = ("create", "rolebinding", "lease", "--namespace=exposer-system", "--role=lease")
        kubectl(cluster, *binding, group)
        yield cluster


@pytest.fixture
def pair(cluster: Cluster, tmp_path: Path) -> Pair:
    return Pair(cluster, tmp_path)


@pytest.fixture
def space(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Space]:
    api = administrator(cluster)
    yield Space(api, cluster, request.node.name.replace("_", "-")[:50].strip("-"))
    api.close()


def test_only_the_leader_writes(pair: Pair, space: Space) -> None:
    first, second = pair.operators.values()
    with first:
        _expose(space, 0)
        with second:
            _expose(space, 1, 20)
    assert set(pair.writers(space)) == {USERS[0]}
    assert len(pair.writers(space)) == 2 * 20  # a Service and a status each


def test_when_the_leader_is_asked_to_end_the_other_takes_over(pair: Pair, space: Space) -> None:
    first, second = pair.operators.values()
    with first:
        _expose(space, 0)
        with second:
            before = pair.lease()
            assert first.stop() == 0
            assert pair.lease()["holderIdentity"] != before["holderIdentity"]
            _expose(space, 1)
            assert pair.lease()["leaseTransitions"] == before["leaseTransitions"] + 1
    assert pair.writers(space)[-1] == USERS[1]


def test_when_the_leader_is_killed_the_other_takes_over(pair: Pair, space: Space) -> None:
    first, second = pair.operators.values()
    first.start()
    _expose(space, 0)
    with second:
        first.kill()
        _expose(space, 1)
    assert pair.writers(space) == [USERS[0]] * 2 + [USERS[1]] * 2


def test_a_leader_that_was_frozen_writes_no_more(pair: Pair, space: Space) -> None:
    first, second = pair.operators.values()
    with first:
        _expose(space, 0, 40)
        with second:
            _change(space, 0, 20)
            first.signal(signal.SIGSTOP)  # in the middle of its work
            _change(space, 20, 40)
            for number in range(40):
                space.until_ready(f"web-{number}")
            by_then, leader = len(pair.writers(space)), pair.lease()["holderIdentity"]
            first.signal(signal.SIGCONT)
            _expose(space, 40, 45)
            assert pair.lease()["holderIdentity"] == leader
    writers = pair.writers(space)
    assert set(writers[:by_then]) == set(USERS)
    assert set(writers[by_then:]) == {USERS[1]}
    assert writers == sorted(writers, key=USERS.index)  # they never took turns


def test_a_standby_is_ready_with_what_stands(pair: Pair, space: Space) -> None:
    first, second = pair.operators.values()
    with first:
        _expose(space, 0, 5)
        with second:
            _expose(space, 5)
            written = len(pair.writers(space))
            first.stop()
            _expose(space, 6)
    assert pair.writers(space)[written:] == [USERS[1]] * 2


def _expose(space: Space, first: int, after: int = 0) -> None:
    """Create requests, and wait until they are Ready."""
    numbers = range(first, max(after, first + 1))
    for number in numbers:
        space.expose("80", name=f"web-{number}")
    for number in numbers:
        space.until_ready(f"web-{number}")


def _change(space: Space, first: int, after: int) -> None:
    for number in range(first, after):
        space.ask(f"web-{number}", ports=["81"])
