"""A process gets the Lease, renews it, loses it, and releases it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from exposer.leadership.lease import ElectedLeadership
from exposer.observed import Key
from tests.support.clock import Clock
from tests.support.fake_client import Call, FakeClient, an_error

PATH = "/apis/coordination.k8s.io/v1/namespaces/system/leases/exposer"
OTHERS = {"holderIdentity": "other", "leaseDurationSeconds": 15, "acquireTime": "then"}


class Case:
    """A process that wants to lead, and the API server's Lease."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.client = FakeClient()
        self.client.on("PUT", "leases/exposer", self._put)
        self.client.on("POST", "leases", self._put)
        self.fails: Exception | None = None
        self.client.on("GET", "leases/exposer", lambda call: self.fails)
        self.leadership = ElectedLeadership(
            Key("system", "exposer"), timedelta(seconds=15), self.clock
        )

    def _put(self, call: Call) -> object:
        """Take it, unless it was written by somebody since it was read."""
        if self.fails is not None:
            return self.fails
        known = self.client.objects.get(PATH)
        version = call.body["metadata"].get("resourceVersion")
        if known is not None and known["metadata"]["resourceVersion"] != version:
            return an_error(409)
        return self.client.put(PATH, call.body)

    def lease(self, spec: dict[str, Any]) -> None:
        """Somebody writes the Lease."""
        self.client.put(PATH, {"metadata": {"name": "exposer"}, "spec": spec})

    @property
    def holder(self) -> str:
        found: str = self.client.objects[PATH]["spec"]["holderIdentity"]
        return found

    async def once(self) -> None:
        """One turn of the election."""
        running = asyncio.create_task(self.leadership.run(self.client))
        for _ in range(10):
            await asyncio.sleep(0)
        running.cancel()

    def state(self) -> tuple[bool, bool]:
        return self.leadership.leads.is_set(), self.leadership.may_write()


@pytest.fixture
def case() -> Case:
    return Case()


async def test_who_finds_no_lease_leads(case: Case) -> None:
    assert case.state() == (False, False)
    await case.once()
    assert (case.state(), case.holder) == ((True, True), case.leadership.identity)


async def test_who_finds_anothers_waits_until_that_is_over(case: Case) -> None:
    case.lease(OTHERS)
    await case.once()
    case.clock.now += 14.9
    await case.once()
    assert case.state() == (False, False)
    case.clock.now += 0.2
    await case.once()
    assert (case.state(), case.holder) == ((True, True), case.leadership.identity)


async def test_no_write_begins_in_the_last_third(case: Case) -> None:
    await case.once()
    case.clock.now += 9.9
    assert case.leadership.may_write()
    case.clock.now += 0.2
    assert not case.leadership.may_write()


async def test_a_renewal_gives_time(case: Case) -> None:
    await case.once()
    case.clock.now += 5
    await case.once()
    case.clock.now += 9.9
    assert case.leadership.may_write()


async def test_a_renewal_is_one_call(case: Case) -> None:
    await case.once()
    case.client.calls.clear()
    case.clock.now += 5
    await case.once()
    assert [call.method for call in case.client.calls] == ["PUT"]


async def test_a_lease_that_somebody_touched_is_looked_at_and_renewed(case: Case) -> None:
    await case.once()
    case.lease(case.client.objects[PATH]["spec"])
    case.clock.now += 5
    await case.once()
    await case.once()
    assert (case.state(), case.holder) == ((True, True), case.leadership.identity)
    case.clock.now += 9
    assert case.leadership.may_write()


@pytest.mark.parametrize("code", [0, 403, 500])
async def test_in_an_outage_it_leads_no_more_and_waits(case: Case, code: int) -> None:
    await case.once()
    case.fails = an_error(code)
    case.clock.now += 9
    await case.once()
    assert case.state() == (True, True)
    case.clock.now += 2
    await case.once()
    assert case.state() == (False, False)
    case.fails = None
    await case.once()
    assert case.state() == (True, True)


async def test_a_trouble_is_told_once(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    case.fails = an_error(403, "you may not")
    for _ in range(3):
        await case.once()
    assert caplog.messages == ["the lease system/exposer can't be had now: you may not"]


async def test_who_was_frozen_and_finds_anothers_leads_no_more(case: Case) -> None:
    await case.once()
    case.clock.now += 60
    case.lease(OTHERS)
    assert not case.leadership.may_write()
    await case.once()
    assert case.state() == (False, False)


async def test_who_stopped_leading_waits_behind_the_next_one(case: Case) -> None:
    await case.once()
    case.fails = an_error(0)
    case.clock.now += 11
    await case.once()
    case.fails = None
    case.lease(OTHERS)
    await case.once()
    assert case.state() == (False, False)


async def test_of_two_that_are_equally_fast_one_leads(case: Case) -> None:
    case.client.on("POST", "leases", lambda call: an_error(409))
    await case.once()
    assert case.state() == (False, False)


async def test_who_releases_it_leads_and_writes_no_more(case: Case) -> None:
    await case.once()
    await case.leadership.release(case.client)
    assert (case.state(), case.holder) == ((False, False), "")


async def test_who_does_not_hold_it_leaves_it_alone(case: Case) -> None:
    case.lease(OTHERS)
    await case.leadership.release(case.client)
    assert (case.holder, case.client.calls) == ("other", [])


async def test_while_it_is_released_nothing_is_written(case: Case) -> None:
    await case.once()
    seen: list[bool] = []

    def look(call: Call) -> dict[str, Any]:
        seen.append(case.leadership.may_write())
        return call.body  # type: ignore[no-any-return]

    case.client.on("PUT", "leases/exposer", look)
    await case.leadership.release(case.client)
    assert seen == [False]
