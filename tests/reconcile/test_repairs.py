"""What others change is put back at once, then ever more slowly."""

from datetime import timedelta

import pytest

from exposer.repairs import Repairs
from tests.support.builders import a_key
from tests.support.clock import Clock

WEB, FRONT = a_key("web"), a_key("front")


def seconds(delay: timedelta) -> float:
    return delay.total_seconds()


def test_the_first_repair_is_made_at_once() -> None:
    assert seconds(Repairs(Clock()).pause(WEB)) == 0


def test_each_waits_twice_as_long_as_the_one_before() -> None:
    clock = Clock()
    repairs = Repairs(clock)
    pauses = []
    for _ in range(8):
        repairs.made(WEB, "changed")
        pauses.append(seconds(repairs.pause(WEB)))
        clock.now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_the_pause_gets_shorter_as_time_goes_by() -> None:
    clock = Clock()
    repairs = Repairs(clock)
    repairs.made(WEB, "changed")
    clock.now += 0.75
    assert (seconds(repairs.pause(WEB)), seconds(repairs.pause(FRONT))) == (0.25, 0)


@pytest.mark.parametrize(("count", "told"), [(1, ""), (3, ""), (4, "the last"), (5, "the last")])
def test_who_changes_it_four_times_in_a_row_contests_it(count: int, told: str) -> None:
    repairs = Repairs(Clock())
    for number in range(count):
        repairs.made(WEB, "the last" if number == count - 1 else "an earlier one")
    assert repairs.contested(WEB) == told


def test_after_some_quiet_all_begins_anew() -> None:
    clock = Clock()
    repairs = Repairs(clock)
    for _ in range(4):
        repairs.made(WEB, "changed")
    assert seconds(repairs.until_quiet(WEB)) == 13  # the pause, and five seconds
    clock.now += 13.5
    assert (repairs.contested(WEB), seconds(repairs.pause(WEB))) == ("", 0)
    repairs.made(WEB, "changed")
    assert seconds(repairs.pause(WEB)) == 1


def test_what_is_forgotten_begins_anew() -> None:
    repairs = Repairs(Clock())
    for _ in range(3):
        repairs.made(WEB, "changed")
    repairs.forget(WEB)
    assert (repairs.contested(WEB), seconds(repairs.until_quiet(WEB))) == ("", 0)
