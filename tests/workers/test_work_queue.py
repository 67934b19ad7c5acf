"""Each key once, in order, and never in two hands."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from exposer.observed import Key
from exposer.workers.work_queue import Item, WorkQueue
from tests.support.builders import a_key

ONE, TWO, THREE = a_key("one"), a_key("two"), a_key("three")
AT_ONCE, NEVER = timedelta(0), timedelta(hours=1)


async def all_taken(queue: WorkQueue) -> list[Key]:
    """Take all keys that can be taken now and are due now; none is given back."""
    last = a_key("last")
    queue.add_after(last, AT_ONCE)  # behind all timers that are due already
    taken = []
    while (key := (await queue.get()).key) != last:
        taken.append(key)
    return taken


async def timers() -> None:
    """Let the timers that are due do their work."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_keys_are_taken_in_the_order_in_which_they_were_added() -> None:
    queue = WorkQueue()
    queue.add([TWO, ONE])
    queue.add([THREE])
    assert await all_taken(queue) == [TWO, ONE, THREE]


async def test_a_key_that_is_added_often_is_taken_once() -> None:
    queue = WorkQueue()
    queue.add([ONE, TWO, ONE])
    queue.add([TWO, ONE])
    assert await all_taken(queue) == [ONE, TWO]


async def test_a_key_is_not_given_to_a_second_hand() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    await queue.get()
    queue.add([ONE])
    assert await all_taken(queue) == []


async def test_a_key_that_is_added_while_taken_is_taken_again_once_it_is_done() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    key = (await queue.get()).key
    queue.add([ONE])
    queue.add([ONE])
    queue.done(key)
    assert await all_taken(queue) == [ONE]


async def test_a_key_that_is_done_is_not_taken_again() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    queue.done((await queue.get()).key)
    assert await all_taken(queue) == []


async def test_a_key_that_is_done_can_be_added_again() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    queue.done((await queue.get()).key)
    queue.add([ONE])
    assert await all_taken(queue) == [ONE]


async def test_who_waits_is_woken_by_an_added_key() -> None:
    queue = WorkQueue()
    waiting = asyncio.create_task(queue.get())
    queue.add([ONE])
    assert await waiting == Item(ONE, is_retry=False)


async def test_a_delayed_key_is_taken_when_its_time_has_come() -> None:
    queue = WorkQueue()
    queue.add_after(ONE, AT_ONCE)
    queue.add_after(TWO, NEVER)
    assert await all_taken(queue) == [ONE]


async def test_an_added_key_takes_the_place_of_a_delay() -> None:
    queue = WorkQueue()
    queue.add_after(ONE, AT_ONCE)
    queue.add([ONE])
    queue.done((await queue.get()).key)
    assert await all_taken(queue) == []


async def test_of_two_delays_the_one_that_ends_sooner_counts() -> None:
    queue = WorkQueue()
    queue.add_after(ONE, NEVER)
    queue.add_after(ONE, AT_ONCE)
    queue.add_after(TWO, AT_ONCE)
    queue.add_after(TWO, NEVER)
    assert await all_taken(queue) == [ONE, TWO]


async def test_a_delay_of_a_key_that_is_to_be_taken_anyway_is_none() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    queue.add_after(ONE, AT_ONCE)
    taken = (await queue.get()).key
    queue.done(taken)
    assert await all_taken(queue) == []


async def test_a_delay_that_ends_while_the_key_is_taken_waits_for_its_end() -> None:
    queue = WorkQueue()
    queue.add([ONE])
    key = (await queue.get()).key
    queue.add_after(ONE, AT_ONCE)
    before = await all_taken(queue)
    queue.done(key)
    assert (before, (await queue.get()).key) == ([], ONE)


async def test_what_changed_goes_before_what_is_tried_again() -> None:
    queue = WorkQueue()
    queue.add_after(ONE, AT_ONCE, is_retry=True)
    await timers()
    queue.add([TWO])
    taken = [await queue.get(), await queue.get()]
    assert taken == [Item(TWO, is_retry=False), Item(ONE, is_retry=True)]


async def test_what_changes_while_it_waits_to_be_tried_again_goes_first() -> None:
    queue = WorkQueue()
    for key in (ONE, TWO):
        queue.add_after(key, AT_ONCE, is_retry=True)
    await timers()
    queue.add([TWO])
    assert await queue.get() == Item(TWO, is_retry=False)
    assert (await queue.get(), queue.depth) == (Item(ONE, is_retry=True), 0)


async def test_of_retries_there_are_only_so_many_a_second() -> None:
    queue = WorkQueue(retry_gap=NEVER)
    for key in (ONE, TWO):
        queue.add_after(key, AT_ONCE, is_retry=True)
    await timers()
    first, second = await queue.get(), asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add([THREE])
    assert (first, await second) == (Item(ONE, is_retry=True), Item(THREE, is_retry=False))
    assert queue.depth == 1


async def test_a_retry_comes_when_its_turn_has_come() -> None:
    queue = WorkQueue(retry_gap=timedelta(milliseconds=1))
    for key in (ONE, TWO):
        queue.add_after(key, AT_ONCE, is_retry=True)
    assert [(await queue.get()).key, (await queue.get()).key] == [ONE, TWO]


@pytest.mark.parametrize(
    ("first", "second", "is_retry"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
async def test_what_is_added_while_it_is_taken_is_a_retry_only_if_nothing_changed(
    first: bool, second: bool, is_retry: bool
) -> None:
    queue = WorkQueue()
    queue.add([ONE])
    await queue.get()
    for retry in (first, second):
        queue.add_after(ONE, AT_ONCE, is_retry=retry)
        await timers()
    queue.done(ONE)
    assert await queue.get() == Item(ONE, is_retry)


async def test_a_change_that_is_to_come_makes_a_retry_that_comes_sooner_a_change() -> None:
    queue = WorkQueue()
    queue.add_after(ONE, AT_ONCE, is_retry=True)
    queue.add_after(ONE, NEVER)
    assert await queue.get() == Item(ONE, is_retry=False)


def keys_of(namespace: str, count: int) -> list[Key]:
    return [a_key(f"web-{number}", namespace) for number in range(count)]


A, B, C = keys_of("a", 6), keys_of("b", 6), keys_of("c", 6)


async def taken_and_done(queue: WorkQueue, count: int) -> list[Key]:
    """Take so many keys; each is given back before the next."""
    taken = []
    for _ in range(count):
        taken.append((await queue.get()).key)
        queue.done(taken[-1])
    return taken


async def test_namespaces_take_turns() -> None:
    queue = WorkQueue()
    queue.add(A[:4])
    queue.add(B[:2])
    queue.add(C[:1])
    order = [A[0], B[0], C[0], A[1], B[1], A[2], A[3]]
    assert await taken_and_done(queue, 7) == order


async def test_a_namespace_that_comes_late_waits_for_one_key_of_each_other() -> None:
    queue = WorkQueue()
    queue.add(A)
    queue.add(B)
    await taken_and_done(queue, 3)
    queue.add(C[:1])
    assert await taken_and_done(queue, 3) == [B[1], A[2], C[0]]


async def test_namespaces_take_turns_with_retries_too() -> None:
    queue = WorkQueue(retry_gap=AT_ONCE)
    for key in (*A[:3], *B[:2]):
        queue.add_after(key, AT_ONCE, is_retry=True)
    await timers()
    assert await taken_and_done(queue, 5) == [A[0], B[0], A[1], B[1], A[2]]


async def test_a_retry_does_not_wait_until_nothing_changes_elsewhere() -> None:
    queue = WorkQueue()
    queue.add(A)
    queue.add_after(B[0], AT_ONCE, is_retry=True)
    await timers()
    assert await taken_and_done(queue, 2) == [B[0], A[0]]


@pytest.mark.parametrize(
    ("workers", "others", "most"),
    [
        pytest.param(16, 0, 8, id="half, where there is nobody else"),
        pytest.param(16, 4, 6, id="half of what others leave"),
        pytest.param(16, 15, 1, id="the last"),
        pytest.param(1, 0, 1, id="of one"),
    ],
)
async def test_a_namespace_has_no_more_workers_than_it_leaves(
    workers: int, others: int, most: int
) -> None:
    queue = WorkQueue(workers=workers)
    queue.add(a_key("web", f"other-{number}") for number in range(others))
    for _ in range(others):
        await queue.get()
    many = keys_of("a", 20)
    queue.add(many)
    taken = []
    with suppress(TimeoutError):
        async with asyncio.timeout(0):
            while True:
                taken.append((await queue.get()).key)
    assert taken == many[:most]


async def test_who_may_have_no_more_workers_gets_one_that_is_given_back() -> None:
    queue = WorkQueue(workers=2)
    queue.add(A[:2])
    first = (await queue.get()).key
    second = asyncio.create_task(queue.get())
    await timers()
    assert not second.done()
    queue.done(first)
    assert (await second).key == A[1]


async def test_no_retries_of_a_namespace_fill_the_workers_either() -> None:
    queue = WorkQueue(retry_gap=AT_ONCE, workers=2)
    for key in A[:2]:
        queue.add_after(key, AT_ONCE, is_retry=True)
    queue.add_after(B[0], timedelta(milliseconds=1), is_retry=True)
    assert [(await queue.get()).key, (await queue.get()).key] == [A[0], B[0]]


async def test_the_depth_counts_all_that_wait() -> None:
    queue = WorkQueue(retry_gap=NEVER)
    queue.add([*A, *B])
    for key in C[:2]:
        queue.add_after(key, AT_ONCE, is_retry=True)
    await timers()
    taken = (await queue.get()).key
    queue.add([taken])
    assert queue.depth == 14
