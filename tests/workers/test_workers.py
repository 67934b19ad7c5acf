"""What is reconciled, when, and what comes of failures."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exposer.api import Reason
from exposer.backoff import Backoff
from exposer.observed import Key, News
from exposer.plan import Refusal
from exposer.reconcile import Reconciler, Result
from exposer.workers import StatusDebounce, Workers, WorkQueue, waking
from tests.support.builders import a_key
from tests.support.clock import Clock, run_until_idle

WEB, FRONT = a_key("web"), a_key("front")
REFUSED = Refusal(Reason.PENDING, "not yet")


class FakeReconciler(Reconciler):
    """Does nothing but remember, and answer as told."""

    def __init__(self) -> None:
        self.reconciled: list[Key] = []
        self.answer: Callable[[Key], Result] = lambda key: Result()
        self.hold: asyncio.Event | None = None

    async def reconcile(self, key: Key, now: datetime) -> Result:
        self.reconciled.append(key)
        if self.hold is not None:
            await self.hold.wait()
        return self.answer(key)


class FakeBackoff(Backoff[Key]):
    """Remembers the failures, and gives a delay that is over at once, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.delay = timedelta(hours=1)

    def failed(self, key: Key, longest: timedelta = timedelta(0)) -> timedelta:
        self.told.append(f"{key.name} failed")
        return self.delay

    def succeeded(self, key: Key) -> None:
        self.told.append(f"{key.name} begins anew")


class Case:
    """Workers on a reconciler that does nothing."""

    def __init__(self) -> None:
        self.reconciler, self.backoff, self.clock = FakeReconciler(), FakeBackoff(), Clock()
        self.queue, self.debounce = WorkQueue(), StatusDebounce(self.clock)
        self.workers = Workers(self.reconciler, self.queue, self.debounce, self.backoff)
        self.leads = asyncio.Event()
        self.leads.set()
        self.synced = {"shop"}

    async def work(self) -> list[Key]:
        """Work until nothing is left to do; returns what was reconciled."""
        self.reconciler.reconciled.clear()
        await run_until_idle(self.workers.run(self.leads, self.synced.__contains__))
        return self.reconciler.reconciled.copy()


@pytest.fixture
def case() -> Case:
    return Case()


async def test_what_is_added_is_reconciled(case: Case) -> None:
    case.queue.add([WEB, FRONT])
    assert await case.work() == [WEB, FRONT]


async def test_who_does_not_lead_reconciles_nothing(case: Case) -> None:
    case.leads.clear()
    case.queue.add([WEB])
    running = asyncio.create_task(case.workers.run(case.leads, case.synced.__contains__))
    for turn in range(40):
        await asyncio.sleep(0)
        if turn == 20:
            assert case.reconciler.reconciled == []
            case.leads.set()
    running.cancel()
    assert case.reconciler.reconciled == [WEB]


async def test_what_failed_in_an_outage_is_tried_again_once_a_write_got_through(
    case: Case,
) -> None:
    outage = Refusal(Reason.PENDING, "no answer", passing=True)
    case.reconciler.answer = lambda key: Result(outage)
    case.queue.add([WEB])
    await case.work()
    case.reconciler.answer = lambda key: Result(reported=True)
    case.queue.add([FRONT])
    assert await case.work() == [FRONT, WEB]


async def test_of_those_that_failed_in_an_outage_each_write_that_gets_through_lets_two_try(
    case: Case,
) -> None:
    outage = Refusal(Reason.PENDING, "no answer", passing=True)
    many = [a_key(f"web-{number}", f"shop-{number % 2}") for number in range(6)]
    case.synced = {"shop", "shop-0", "shop-1"}
    case.reconciler.answer = lambda key: Result(outage)
    case.queue.add(many)
    await case.work()
    case.reconciler.answer = lambda key: Result(outage if key in many else None, reported=True)
    case.queue.add([FRONT])
    assert await case.work() == [FRONT, many[0]]
    assert case.queue.depth == 1  # and one that has to wait, as there are ten retries a second


async def test_what_others_make_fail_is_not_tried_again_by_a_write_elsewhere(case: Case) -> None:
    fight = Refusal(
        Reason.FIELDS_OVERRIDDEN, "again", passing=True, retry_after=timedelta(seconds=1)
    )
    case.reconciler.answer = lambda key: Result(fight)
    case.queue.add([WEB])
    await case.work()
    case.reconciler.answer = lambda key: Result(reported=True)
    case.queue.add([FRONT])
    assert await case.work() == [FRONT]


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(
            Refusal(Reason.NODE_PORT_TAKEN, "held by front", held_by=FRONT, woken=True),
            id="what another one has",
        ),
        pytest.param(
            Refusal(Reason.FIELDS_OVERRIDDEN, "not known", seldom=True),
            id="what this version does not know",
        ),
    ],
)
async def test_who_waits_for_what_may_take_long_is_not_tried_again_soon(
    case: Case, refusal: Refusal
) -> None:
    case.backoff.delay = timedelta(0)
    case.reconciler.answer = lambda key: Result(refusal)
    case.queue.add([WEB])
    assert await case.work() == [WEB]


async def test_where_not_all_is_known_nothing_is_reconciled(case: Case) -> None:
    other = Key("other", "web")
    case.queue.add([other, WEB])
    assert await case.work() == [WEB]
    case.synced.add("other")
    case.queue.add([other])
    assert await case.work() == [other]


async def test_what_is_refused_is_tried_again_later(case: Case) -> None:
    case.reconciler.answer = lambda key: Result(REFUSED)
    case.queue.add([WEB])
    assert (await case.work(), case.backoff.told[-1]) == ([WEB], "web failed")
    case.backoff.delay = timedelta(0)
    case.queue.add([WEB])
    assert len(await case.work()) > 1


@pytest.mark.parametrize(
    "result", [Result(), Result(Refusal(Reason.PENDING, "final", retry=False))]
)
async def test_what_is_done_or_final_is_not(case: Case, result: Result) -> None:
    case.backoff.delay = timedelta(0)
    case.reconciler.answer = lambda key: result
    case.queue.add([WEB])
    assert await case.work() == [WEB]


async def test_a_defect_of_ours_is_told_and_tried_again(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(key: Key) -> Result:
        raise ValueError("a defect")

    case.reconciler.answer = fail
    case.queue.add([WEB, FRONT])
    assert (await case.work(), "shop/web: reconcile failed" in caplog.text) == ([WEB, FRONT], True)
    assert {"web failed", "front failed"} <= set(case.backoff.told)


async def test_a_change_lets_the_backoff_begin_anew(case: Case) -> None:
    case.reconciler.answer = lambda key: Result(REFUSED)
    case.queue.add([WEB])
    await case.work()
    assert case.backoff.told == ["web begins anew", "web failed"]
    case.queue.add_after(WEB, timedelta(0), is_retry=True)
    await case.work()
    assert case.backoff.told[2:] == ["web failed"]


async def test_a_refusal_is_logged_once(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    case.reconciler.answer = lambda key: Result(REFUSED)
    for _ in range(3):
        case.queue.add([WEB])
        await case.work()
    assert caplog.messages == ["shop/web: Pending: not yet"]


@pytest.mark.parametrize(
    ("news", "seconds", "due"),
    [
        pytest.param(News.STATUS, 0.5, False, id="endpoints, right after the last status"),
        pytest.param(News.STATUS, 1, True, id="endpoints, a second later"),
        pytest.param(News.CHANGE, 0, True, id="a change that a user makes"),
        pytest.param(News.PLACE, 1, False, id="the place in line"),
    ],
)
async def test_changes_of_endpoints_come_at_most_once_a_second(
    case: Case, news: News, seconds: float, due: bool
) -> None:
    case.reconciler.answer = lambda key: Result(reported=True)
    case.queue.add([WEB])
    await case.work()
    case.clock.now += seconds
    waking(case.queue, case.debounce)({WEB}, news)
    assert await case.work() == ([WEB] if due else [])


async def test_a_status_that_was_written_with_a_service_holds_up_nothing(case: Case) -> None:
    case.reconciler.answer = lambda key: Result(wrote=True, reported=True)
    case.queue.add([WEB])
    await case.work()
    waking(case.queue, case.debounce)({WEB}, News.STATUS)
    assert await case.work() == [WEB]
