"""What controllers warn of is looked for while somebody waits for an address, once for all."""

import logging
from typing import Any

import pytest

from exposer.applied import WarningReader
from exposer.observed import Key
from tests.support.builders import a_key, a_warning
from tests.support.clock import Clock, run_until_idle
from tests.support.fake_client import Call, FakeClient, an_error

WEB, FRONT = a_key("web"), a_key("front")
SAID = "service-controller says: SyncLoadBalancerFailed: quota exceeded"


class Case:
    """A reader, and what is asked of the API server."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.events: list[dict[str, Any]] | Exception | None = []
        self.woken: list[Key] = []
        self.client = FakeClient()
        self.client.on("GET", "/events", self._answer)
        self.reader = WarningReader(self.client, self.woken.append, self.clock)

    def _answer(self, call: Call) -> object:
        return self.events if isinstance(self.events, Exception) else {"items": self.events}

    async def after(self, seconds: float) -> int:
        """Let time go by; returns how often was looked since the last call of this."""
        self.client.calls.clear()
        self.clock.now += seconds
        await run_until_idle(self.reader.run())
        return len(self.client.calls)

    def warning(self, key: Key = WEB, uid: str = "service-web", generation: int = 1) -> str:
        return self.reader.warning(key, uid, generation)


@pytest.fixture
def case() -> Case:
    return Case()


async def test_where_nobody_waits_nobody_looks(case: Case) -> None:
    assert await case.after(3600) == 0


async def test_one_look_at_warnings_about_services_serves_all_in_a_namespace(case: Case) -> None:
    for number in range(300):
        assert case.warning(a_key(f"web-{number}"), f"service-{number}") == ""
    assert await case.after(1) == 1
    assert case.client.calls == [
        Call(
            "GET",
            "/apis/events.k8s.io/v1/namespaces/shop/events",
            None,
            {"fieldSelector": "type=Warning,regarding.kind=Service", "resourceVersion": "0"},
        )
    ]


async def test_it_looks_ever_less_often_while_nothing_changes(case: Case) -> None:
    case.warning()
    assert await case.after(1) == 1
    looks = [await case.after(seconds) for seconds in (4.9, 0.2, 9.7, 0.4, 19.5, 0.6, 299)]
    assert looks == [0, 1, 0, 1, 0, 1, 1]


async def test_after_a_change_of_the_request_it_looks_soon_again(case: Case) -> None:
    case.warning()
    for seconds in (1, 5, 10):
        await case.after(seconds)
    case.warning(generation=2)
    assert [await case.after(1), await case.after(5)] == [1, 1]


async def test_what_is_said_wakes_whom_it_concerns_once(case: Case) -> None:
    case.warning()
    case.warning(FRONT, "service-front")
    await case.after(1)
    case.events = [a_warning()]
    await case.after(5)
    await case.after(5)
    assert case.woken == [WEB]
    assert (case.warning(), case.warning(FRONT, "service-front")) == (SAID, "")


async def test_it_is_still_known_while_the_request_changes(case: Case) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    assert case.warning(generation=2) == SAID


async def test_what_was_said_of_an_earlier_service_is_not_said_of_the_next(case: Case) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    assert case.warning(uid="service-web-2") == ""
    case.woken.clear()
    await case.after(1)
    assert (case.woken, case.warning(uid="service-web-2")) == ([], "")


async def test_events_that_are_gone_are_said_no_more(case: Case) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    case.woken.clear()
    case.events = None  # as Go writes an empty list
    await case.after(5)
    assert (case.woken, case.warning()) == ([WEB], "")


async def test_who_has_an_address_is_not_looked_for_and_nothing_is_kept_for_it(case: Case) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    case.reader.forget(WEB)
    assert await case.after(3600) == 0
    assert case.warning() == ""


async def test_what_was_said_last_is_better_than_that_nothing_can_be_seen_now(case: Case) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    case.woken.clear()
    case.events = an_error(500)
    assert [await case.after(5), await case.after(9), await case.after(1)] == [1, 0, 1]
    assert (case.woken, case.warning()) == ([], SAID)


async def test_where_events_may_not_be_listed_nothing_is_said_but_in_the_log(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    case.events = [a_warning()]
    case.warning()
    await case.after(1)
    case.events = an_error(403, "forbidden")
    with caplog.at_level(logging.WARNING):
        assert [await case.after(seconds) for seconds in (5, 5, 10)] == [1, 1, 1]
    assert (case.woken, case.warning()) == ([WEB, WEB], "")
    hidden = "shop: may not list events: what load balancer controllers say is not shown: forbidden"
    assert caplog.messages == [hidden]
    case.events = [a_warning()]
    await case.after(20)
    assert case.warning() == SAID
    case.events = an_error(403, "forbidden")
    await case.after(20)
    assert caplog.messages == [hidden, hidden]
