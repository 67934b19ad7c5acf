"""The settings are those that kopf has: a dataclass would take any."""

from dataclasses import fields
from datetime import timedelta
from itertools import islice

import kopf

from exposer.engine.tuning import tuned_settings


def test_no_setting_is_misspelt() -> None:
    tuned, known = tuned_settings(), kopf.OperatorSettings()
    for group in fields(known):
        names = vars(getattr(known, group.name)).keys()
        assert vars(getattr(tuned, group.name)).keys() == names, group.name


def test_a_silence_of_that_length_ends_a_watch() -> None:
    assert tuned_settings(timedelta(seconds=3)).watching.inactivity_timeout == 3


def test_a_request_is_tried_again_for_ever_and_ever_slower() -> None:
    delays = tuned_settings().networking.error_backoffs
    assert not isinstance(delays, float)
    assert list(islice(delays, 8)) == [1, 1, 2, 3, 5, 8, 10, 10]
    assert list(islice(delays, 2)) == [1, 1]  # the next request begins anew
