"""An Event is told once, and never more often than people can read."""

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
