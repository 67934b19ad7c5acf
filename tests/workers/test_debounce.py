"""The first change is written at once, a storm once a second."""

from datetime import timedelta

from exposer.workers.debounce import StatusDebounce
from tests.support.builders import a_key
from tests.support.clock import Clock

ONE, TWO = a_key("one"), a_key("two")


def test_the_first_change_is_not_held_up() -> None:
    assert StatusDebounce(Clock()).delay(ONE) == timedelta(0)


def test_a_change_right_after_is_held_up_for_the_rest_of_a_second() -> None:
    clock = Clock()
    debounce = StatusDebounce(clock)
    debounce.written(ONE)
    clock.now += 0.25
    assert (debounce.delay(ONE), debounce.delay(TWO)) == (timedelta(seconds=0.75), timedelta(0))


def test_after_a_second_a_change_is_not_held_up() -> None:
    clock = Clock()
    debounce = StatusDebounce(clock)
    debounce.written(ONE)
    clock.now += 1
    assert debounce.delay(ONE) == timedelta(0)


def test_each_write_starts_a_second() -> None:
    clock = Clock()
    debounce = StatusDebounce(clock)
    debounce.written(ONE)
    clock.now += 1
    debounce.written(ONE)
    assert debounce.delay(ONE) == timedelta(seconds=1)
