"""An Event is told once, and never more often than people can read."""

from datetime import timedelta
from typing import Any

import pytest

from exposer.applied import Events
from exposer.status.events import Event
from tests.support.builders import a_request
from tests.support.clock import Clock
from tests.support.fake_client import FakeClient, an_error

TAKEN = Event("Warning", "NodePortTaken", "node port 30080 is held by another")
READY = Event("Normal", "Ready", "the Service is up to date")
WEB, FRONT = a_request(), a_request(name="front", uid="another")


class Case:
    """Events, and what became of them."""

    def __init__(self) -> None:
        self.client, self.clock = FakeClient(), Clock()
        self.events = Events(self.client, self.clock)

    def told(self) -> list[str]:
        """The reasons of the Events that were created since the last time."""
        reasons = [call.body["reason"] for call in self.client.calls]
        self.client.calls.clear()
        return reasons


@pytest.fixture
def case() -> Case:
    return Case()


async def test_what_goes_to_and_fro_is_told_once_a_minute(case: Case) -> None:
    for _ in range(10):
        await case.events.tell(WEB, [TAKEN])
        await case.events.tell(WEB, [READY])
        case.clock.now += 0.3
    assert case.told() == ["NodePortTaken", "Ready"]
    case.clock.now += 57.1
    await case.events.tell(WEB, [TAKEN])
    assert case.told() == ["NodePortTaken"]


async def test_what_another_request_tells_is_something_else(case: Case) -> None:
    await case.events.tell(WEB, [TAKEN])
    await case.events.tell(FRONT, [TAKEN])
    assert case.told() == ["NodePortTaken"] * 2


async def test_other_words_are_something_else(case: Case) -> None:
    await case.events.tell(WEB, [TAKEN, TAKEN._replace(note="it is held by a third")])
    assert case.told() == ["NodePortTaken"] * 2


async def test_of_many_different_ones_there_are_ten_at_once_then_two_a_minute(case: Case) -> None:
    for number in range(100):
        await case.events.tell(WEB, [TAKEN._replace(note=f"{number}")])
    assert len(case.told()) == 10
    case.clock.now += 60
    for number in range(100, 200):
        await case.events.tell(WEB, [TAKEN._replace(note=f"{number}")])
    assert len(case.told()) == 2


async def test_one_that_cannot_be_told_is_lost(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    case.client.on("POST", "events", lambda call: an_error(403, "you may not"))
    await case.events.tell(WEB, [TAKEN])
    assert caplog.messages == ["shop/web: no event: you may not"]


NO_PODS = Event("Warning", "NoPodsMatch", "no pod")
PODS = Event("Normal", "EndpointsReady", "2 of 2")


def a_status(reason: str) -> dict[str, Any]:
    condition = {
        "type": "EndpointsAvailable",
        "status": "False",
        "reason": reason,
        "message": "told",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-03-01T12:00:00Z",
    }
    return {"conditions": [condition]}


async def test_that_there_are_no_pods_is_told_once_it_has_lasted(case: Case) -> None:
    await case.events.tell(WEB, [NO_PODS])
    assert await case.events.tell_lasting(WEB, a_status("NoPodsMatch")) == timedelta(seconds=10)
    case.clock.now += 9
    assert await case.events.tell_lasting(WEB, a_status("NoPodsMatch")) == timedelta(seconds=1)
    assert case.told() == []
    case.clock.now += 1
    assert await case.events.tell_lasting(WEB, a_status("PodsNotReady")) is None
    assert case.told() == ["NoPodsMatch"]
    await case.events.tell(WEB, [PODS])
    assert case.told() == ["EndpointsReady"]


async def test_pods_that_come_soon_are_not_worth_a_word(case: Case) -> None:
    await case.events.tell(WEB, [NO_PODS])
    case.clock.now += 9
    await case.events.tell(WEB, [PODS])
    case.clock.now += 9
    assert await case.events.tell_lasting(WEB, a_status("EndpointsReady")) is None
    assert case.told() == []


async def test_a_spec_that_turned_to_something_else_is_not_said_to_lack_pods(case: Case) -> None:
    await case.events.tell(WEB, [NO_PODS])
    case.clock.now += 10
    assert await case.events.tell_lasting(WEB, a_status("NotApplicable")) is None
    assert case.told() == []


async def test_a_workload_that_is_scaled_to_zero_is_told_at_once(case: Case) -> None:
    await case.events.tell(WEB, [NO_PODS._replace(type="Normal")])
    assert case.told() == ["NoPodsMatch"]
