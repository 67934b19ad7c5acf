"""One look at pods serves all who wait in a namespace, and nobody looks where nobody waits."""

from typing import Any

import pytest

from exposer.applied import PodReader
from exposer.observed import Key
from exposer.observed.pods import HIDDEN, UNSEEN, BackingPods
from tests.support.builders import a_key
from tests.support.clock import Clock, run_until_idle
from tests.support.fake_client import Call, FakeClient, an_error

WEB, FRONT = a_key("web"), a_key("front")
APP = {"app": "web"}


def a_pod_body(name: str = "web-0", app: str = "web", **changes: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{name}", "labels": {"app": app}}
    spec = {"containers": [{"name": "main"}]}
    metadata.update(changes)
    return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": "Pending"}}


class Case:
    """A reader, and what is asked of the API server."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pods: list[dict[str, Any]] | Exception = []
        self.woken: list[Key] = []
        self.client = FakeClient()
        self.client.on("GET", "/pods", self._answer)
        self.reader = PodReader(self.client, self.woken.append, self.clock)

    def _answer(self, call: Call) -> object:
        return self.pods if isinstance(self.pods, Exception) else {"items": self.pods}

    async def after(self, seconds: float) -> int:
        """Let time go by; returns how often was looked since the last call of this."""
        self.client.calls.clear()
        self.clock.now += seconds
        await run_until_idle(self.reader.run())
        return len([call for call in self.client.calls if call.path.endswith("/pods")])

    def backing(self, key: Key = WEB, *, changing: bool = True, **labels: str) -> BackingPods:
        return self.reader.backing(key, labels or APP, changing=changing)


@pytest.fixture
def case() -> Case:
    return Case()


async def test_where_nobody_waits_nobody_looks(case: Case) -> None:
    assert await case.after(3600) == 0


async def test_before_the_first_look_nothing_is_known(case: Case) -> None:
    assert (case.backing(), await case.after(0.9)) == (UNSEEN, 0)


async def test_one_look_serves_all_in_a_namespace(case: Case) -> None:
    for number in range(300):
        case.backing(a_key(f"web-{number}"), app=f"web-{number}")
    assert await case.after(1) == 1
    assert case.client.calls[0].path == "/api/v1/namespaces/shop/pods"
    assert case.client.calls[0].query["resourceVersion"] == "0"  # from the API server's cache


async def test_who_waits_in_another_namespace_has_another_look(case: Case) -> None:
    case.backing()
    case.backing(Key("other", "web"))
    assert await case.after(1) == 2


async def test_it_looks_ever_less_often_while_nothing_changes(case: Case) -> None:
    case.backing()
    assert await case.after(1) == 1
    looks = [await case.after(seconds) for seconds in (4.9, 0.2, 9.7, 0.4, 19.5, 0.6, 299)]
    assert looks == [0, 1, 0, 1, 0, 1, 1]


async def test_what_is_found_wakes_whom_it_concerns(case: Case) -> None:
    case.backing()
    case.backing(FRONT, app="front")
    await case.after(1)
    assert case.woken == []  # there are no pods, as it had seemed
    case.pods = [a_pod_body()]
    await case.after(5)
    assert case.woken == [WEB]
    assert [pod.name for pod in case.backing().pods] == ["web-0"]


async def test_what_is_found_again_wakes_nobody(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.backing()
    await case.after(1)
    case.woken.clear()
    await case.after(5)
    assert case.woken == []


async def test_something_new_makes_it_look_more_often_again(case: Case) -> None:
    case.backing()
    for seconds in (1, 5, 10):
        await case.after(seconds)
    case.pods = [a_pod_body()]
    assert [await case.after(20), await case.after(5)] == [1, 1]


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(a_pod_body(app="other"), id="other labels"),
        pytest.param(a_pod_body(deletionTimestamp="2026-03-01T12:00:00Z"), id="being deleted"),
    ],
)
async def test_others_count_for_nothing(case: Case, pod: dict[str, Any]) -> None:
    case.pods = [pod]
    case.backing()
    await case.after(1)
    assert (case.woken, case.backing()) == ([], BackingPods())


async def test_who_waits_no_more_is_not_looked_for(case: Case) -> None:
    case.backing()
    case.reader.forget(WEB)
    assert await case.after(3600) == 0


async def test_where_one_look_will_do_there_is_one(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.backing(changing=False)
    assert await case.after(1) == 1
    assert len(case.backing(changing=False).pods) == 1
    assert await case.after(3600) == 0


async def test_one_look_is_one_look_also_when_it_is_asked_for_again_later(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.backing(changing=False)
    await case.after(1)
    await case.after(90)
    case.backing(changing=False)
    assert [await case.after(1), await case.after(3600)] == [1, 0]


async def test_another_selector_is_another_question(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.backing()
    await case.after(1)
    assert case.backing(app="other") == UNSEEN


async def test_where_pods_may_not_be_listed_they_are_hidden(case: Case) -> None:
    case.pods = an_error(403)
    case.backing()
    await case.after(1)
    assert (case.woken, case.backing()) == ([WEB], HIDDEN)


async def test_when_they_cannot_be_listed_just_now_it_is_told_and_the_next_look_comes(
    case: Case,
) -> None:
    case.pods = an_error(500, "etcd is slow")
    case.backing()
    assert [await case.after(1), await case.after(5)] == [1, 1]
    told = "pods can't be listed just now: etcd is slow"
    assert (case.woken, case.backing()) == ([WEB], BackingPods(problem=told))


async def test_what_was_seen_last_is_better_than_that_nothing_can_be_seen_now(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.backing()
    await case.after(1)
    case.woken.clear()
    case.pods = an_error(500)
    await case.after(5)
    assert (case.woken, len(case.backing().pods)) == ([], 1)


async def test_who_waits_for_a_pod_is_woken_when_it_comes(case: Case) -> None:
    assert case.reader.wait_for(WEB, "web-0", None)
    await case.after(1)
    assert case.woken == []
    case.pods = [a_pod_body()]
    await case.after(5)
    assert case.woken == [WEB]


async def test_who_waits_for_other_labels_of_a_pod_is_woken_by_them(case: Case) -> None:
    case.pods = [a_pod_body()]
    case.reader.wait_for(WEB, "web-0", a_pod_body())
    await case.after(1)
    assert case.woken == []
    case.pods = [a_pod_body(app="new")]
    await case.after(5)
    assert case.woken == [WEB]


async def test_who_may_not_list_pods_waits_in_vain(case: Case) -> None:
    case.pods = an_error(403)
    case.reader.wait_for(WEB, "web-0", None)
    await case.after(1)
    assert not case.reader.wait_for(WEB, "web-0", None)


async def test_the_service_of_a_stateful_set_is_read_once(case: Case) -> None:
    owner = {"kind": "StatefulSet", "name": "set", "uid": "1", "controller": True}
    case.pods = [a_pod_body(ownerReferences=[owner])]
    case.client.on("GET", "/statefulsets/set", lambda call: {"spec": {"serviceName": "other"}})
    case.reader.backing(WEB, APP, changing=True, with_set=True)
    await case.after(1)
    assert len(case.client.calls) == 2
    assert case.reader.backing(WEB, APP, changing=True, with_set=True).governing == "other"
    assert (await case.after(5), len(case.client.calls)) == (1, 1)
