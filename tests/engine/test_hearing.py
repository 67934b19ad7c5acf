"""A watch on which nothing is heard is found."""

from datetime import timedelta

from exposer.engine.hearing import Hearing


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_hearing(clock: Clock) -> Hearing:
    return Hearing(["/one", "/two"], timedelta(seconds=10), clock)


def test_at_the_beginning_there_is_time_to_connect() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    clock.now += 10
    assert hearing.silent() == {}


def test_what_never_began_is_silent() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    clock.now += 11
    assert hearing.silent() == {"/one": timedelta(seconds=11), "/two": timedelta(seconds=11)}


def test_what_is_heard_is_not_silent_and_does_not_speak_for_another() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    clock.now += 8
    hearing.heard("/one")
    clock.now += 8
    assert hearing.silent() == {"/two": timedelta(seconds=16)}


def test_what_is_heard_again_is_not_silent_any_more() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    clock.now += 60
    hearing.heard("/one")
    hearing.heard("/two")
    assert hearing.silent() == {}


def test_a_watch_that_ended_is_made_anew_in_time() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    hearing.ended("/one")
    clock.now += 10
    assert hearing.cut() == {}


def test_a_watch_that_is_not_made_anew_is_cut_from_its_end_on() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    hearing.ended("/one")
    clock.now += 8
    hearing.ended("/one")
    clock.now += 8
    assert hearing.cut() == {"/one": timedelta(seconds=16)}


def test_a_watch_that_was_made_anew_is_not_cut() -> None:
    clock = Clock()
    hearing = a_hearing(clock)
    hearing.ended("/one")
    hearing.heard("/one")
    clock.now += 60
    assert hearing.cut() == {}
