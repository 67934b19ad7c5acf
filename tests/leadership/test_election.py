"""Who becomes the holder of a Lease, and what is written into it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exposer.leadership.election import bid, released

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
LATER = "2026-03-01T12:00:00.250000Z"
EARLIER = "2026-03-01T11:00:00.000000Z"
DURATION = timedelta(seconds=15)

HELD: dict[str, Any] = {
    "holderIdentity": "other",
    "leaseDurationSeconds": 20,
    "acquireTime": EARLIER,
    "renewTime": EARLIER,
    "leaseTransitions": 4,
}


def mine(acquired: str, transitions: int) -> dict[str, Any]:
    return {
        "holderIdentity": "me",
        "leaseDurationSeconds": 15,
        "acquireTime": acquired,
        "renewTime": LATER,
        "leaseTransitions": transitions,
    }


@pytest.mark.parametrize(
    ("spec", "silence", "expected"),
    [
        pytest.param({}, 0, mine(LATER, 0), id="there is none"),
        pytest.param(HELD, 0, None, id="another's"),
        pytest.param(HELD, 19.9, None, id="another's, by its own duration"),
        pytest.param(HELD, 20, mine(LATER, 5), id="another's that wasn't renewed"),
        pytest.param({**HELD, "holderIdentity": ""}, 0, mine(LATER, 5), id="let go of"),
        pytest.param({"holderIdentity": None}, 0, mine(LATER, 1), id="nobody's ever"),
        pytest.param({**HELD, "holderIdentity": "me"}, 0, mine(EARLIER, 4), id="mine"),
        pytest.param({**HELD, "holderIdentity": "me"}, 99, mine(EARLIER, 4), id="mine for long"),
    ],
)
def test_a_bid(spec: dict[str, Any], silence: float, expected: dict[str, Any] | None) -> None:
    assert bid(spec, "me", timedelta(seconds=silence), DURATION, NOW) == expected


def test_a_duration_is_a_second_at_least() -> None:
    won = bid({}, "me", timedelta(), timedelta(seconds=0.3), NOW)
    assert won is not None
    assert won["leaseDurationSeconds"] == 1


def test_one_that_is_released_can_be_had_at_once() -> None:
    free = released(mine(EARLIER, 4), NOW)
    assert free == {**mine(EARLIER, 4), "holderIdentity": "", "leaseDurationSeconds": 1}
    assert bid(free, "other", timedelta(), DURATION, NOW) is not None
