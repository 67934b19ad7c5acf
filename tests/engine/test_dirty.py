"""Each key once, in order, and never in two hands."""

import asyncio
from datetime import timedelta

from exposer.engine.dirty import DirtyKeys
from exposer.observed import Key
from tests.support.builders import a_key

ONE, TWO, THREE = a_key("one"), a_key("two"), a_key("three")
AT_ONCE, NEVER = timedelta(0), timedelta(hours=1)


async def all_taken(dirty: DirtyKeys) -> list[Key]:
    """Take all keys that can be taken now and are due now; none is given back."""
    last = a_key("last")
    dirty.mark_later(last, AT_ONCE)  # behind all timers that are due already
    taken = []
    while (key := await dirty.take()) != last:
        taken.append(key)
    return taken


async def test_keys_are_taken_in_the_order_of_their_marking() -> None:
    dirty = DirtyKeys()
    dirty.mark([TWO, ONE])
    dirty.mark([THREE])
    assert await all_taken(dirty) == [TWO, ONE, THREE]


async def test_a_key_that_is_marked_often_is_taken_once() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE, TWO, ONE])
    dirty.mark([TWO, ONE])
    assert await all_taken(dirty) == [ONE, TWO]


async def test_a_key_is_not_given_to_a_second_hand() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    await dirty.take()
    dirty.mark([ONE])
    assert await all_taken(dirty) == []


async def test_a_key_that_is_marked_while_taken_is_taken_again_once_it_is_done() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    key = await dirty.take()
    dirty.mark([ONE])
    dirty.mark([ONE])
    dirty.done(key)
    assert await all_taken(dirty) == [ONE]


async def test_a_key_that_is_done_is_not_taken_again() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    dirty.done(await dirty.take())
    assert await all_taken(dirty) == []


async def test_a_key_that_is_done_can_be_marked_again() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    dirty.done(await dirty.take())
    dirty.mark([ONE])
    assert await all_taken(dirty) == [ONE]


async def test_who_waits_is_woken_by_a_mark() -> None:
    dirty = DirtyKeys()
    waiting = asyncio.create_task(dirty.take())
    dirty.mark([ONE])
    assert await waiting == ONE


async def test_a_delayed_key_is_taken_when_its_time_has_come() -> None:
    dirty = DirtyKeys()
    dirty.mark_later(ONE, AT_ONCE)
    dirty.mark_later(TWO, NEVER)
    assert await all_taken(dirty) == [ONE]


async def test_a_mark_takes_the_place_of_a_delay() -> None:
    dirty = DirtyKeys()
    dirty.mark_later(ONE, AT_ONCE)
    dirty.mark([ONE])
    dirty.done(await dirty.take())
    assert await all_taken(dirty) == []


async def test_of_two_delays_the_one_that_ends_sooner_counts() -> None:
    dirty = DirtyKeys()
    dirty.mark_later(ONE, NEVER)
    dirty.mark_later(ONE, AT_ONCE)
    dirty.mark_later(TWO, AT_ONCE)
    dirty.mark_later(TWO, NEVER)
    assert await all_taken(dirty) == [ONE, TWO]


async def test_a_delay_of_a_key_that_is_to_be_taken_anyway_is_none() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    dirty.mark_later(ONE, AT_ONCE)
    taken = await dirty.take()
    dirty.done(taken)
    assert await all_taken(dirty) == []


async def test_a_delay_that_ends_while_the_key_is_taken_waits_for_its_end() -> None:
    dirty = DirtyKeys()
    dirty.mark([ONE])
    key = await dirty.take()
    dirty.mark_later(ONE, AT_ONCE)
    before = await all_taken(dirty)
    dirty.done(key)
    assert (before, await dirty.take()) == ([], ONE)
