"""How long to wait before trying again."""

from datetime import timedelta

import pytest

from exposer.backoff import Backoff
from exposer.observed import Key
from tests.support.builders import a_key

WEB, FRONT = a_key("web"), a_key("front")


def delays(backoff: Backoff[Key], count: int) -> list[float]:
    """The delays in seconds of so many failures in a row."""
    return [backoff.failed(WEB).total_seconds() for _ in range(count)]


@pytest.mark.parametrize(
    ("chance", "seconds"),
    [
        pytest.param(1.0, [0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60], id="the most"),
        pytest.param(0.0, [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 30, 30], id="the least"),
        pytest.param(0.5, [0.1875, 0.375, 0.75], id="in between"),
    ],
)
def test_the_delay_doubles_up_to_a_minute(chance: float, seconds: list[float]) -> None:
    assert delays(Backoff(lambda: chance), len(seconds)) == seconds


def test_a_shorter_limit_holds_for_the_failure_that_names_it() -> None:
    backoff: Backoff[Key] = Backoff(lambda: 1.0)
    delays(backoff, 8)
    assert backoff.failed(WEB, timedelta(seconds=5)) == timedelta(seconds=5)


def test_after_very_many_failures_it_is_still_a_minute() -> None:
    assert delays(Backoff(lambda: 1.0), 5000)[-1] == 60


def test_each_failure_asks_for_new_jitter() -> None:
    chances = iter([0.0, 1.0, 0.0])
    assert delays(Backoff(lambda: next(chances)), 3) == [0.125, 0.5, 0.5]


def test_a_success_begins_anew() -> None:
    backoff: Backoff[Key] = Backoff(lambda: 1.0)
    delays(backoff, 5)
    backoff.succeeded(WEB)
    assert delays(backoff, 2) == [0.25, 0.5]


def test_a_success_without_a_failure_is_nothing() -> None:
    backoff: Backoff[Key] = Backoff(lambda: 1.0)
    backoff.succeeded(WEB)
    assert delays(backoff, 1) == [0.25]


def test_the_failures_of_one_request_do_not_delay_another() -> None:
    backoff: Backoff[Key] = Backoff(lambda: 1.0)
    delays(backoff, 5)
    assert backoff.failed(FRONT) == timedelta(seconds=0.25)


def test_the_jitter_is_between_half_and_all() -> None:
    backoff: Backoff[Key] = Backoff()
    firsts = []
    for _ in range(100):
        firsts += delays(backoff, 1)
        backoff.succeeded(WEB)
    assert (min(firsts) >= 0.125, max(firsts) <= 0.25, len(set(firsts)) > 1) == (True,) * 3
