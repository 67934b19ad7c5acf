"""The conditions, all of them each time, and their history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from exposer.api import ConditionType, Reason, Refused, Verdict
from exposer.api.report import Condition, LoadBalancerIngress
from exposer.grammar import Kind
from exposer.plan import Outcome, Refusal
from exposer.status.conditions import Fact, Truth, conditions, facts
from exposer.status.diagnosis import Facts
from tests.support.builders import NOW, Body, an_accepted_request, some_facts

ACCEPTED, PROGRAMMED = ConditionType.ACCEPTED, ConditionType.PROGRAMMED
AVAILABLE, READY = ConditionType.ENDPOINTS_AVAILABLE, ConditionType.READY
STALLED = ConditionType.STALLED
LEFT_AS_IT_IS = "waiting for a spec that can be carried out; what stands is left as it is"
NO_ADDRESS = "waiting for a load balancer controller to give the Service an address"
NO_POD = 'no pod has the labels "app=web"'
NOTHING_STANDS = some_facts(kind=None, selector={}, ports=[], rows=[])

IS_ACCEPTED = Fact(ACCEPTED, "True", Reason.ACCEPTED, "the spec can be carried out")
IS_PROGRAMMED = Fact(PROGRAMMED, "True", Reason.PROGRAMMED, 'Service "web" stands as the spec says')
IS_AVAILABLE = Fact(AVAILABLE, "True", Reason.ENDPOINTS_READY, "1 of 1 endpoints are ready")
IS_READY = Fact(READY, "True", Reason.READY, "the Service is ready to take traffic")
NO_SERVICE = Fact(AVAILABLE, "False", Reason.PENDING, "there is no Service yet")
LOAD_BALANCER = an_accepted_request(kind=Kind.LOAD_BALANCER)


@pytest.mark.parametrize(
    ("verdict", "outcome", "seen", "expected"),
    [
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(),
            [IS_ACCEPTED, IS_PROGRAMMED, IS_AVAILABLE, IS_READY],
            id="all is well",
        ),
        pytest.param(
            replace(an_accepted_request(), hints=("one?", "two?")),
            Outcome(),
            some_facts(),
            [
                IS_ACCEPTED._replace(message="the spec can be carried out; one?; two?"),
                IS_PROGRAMMED,
                IS_AVAILABLE,
                IS_READY,
            ],
            id="hints",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(rows=[]),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(AVAILABLE, "False", Reason.NO_PODS_MATCH, NO_POD),
                IS_READY,
            ],
            id="ready does not hang on pods",
        ),
        pytest.param(
            LOAD_BALANCER,
            Outcome(),
            some_facts(kind=Kind.LOAD_BALANCER),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                IS_AVAILABLE,
                Fact(READY, "False", Reason.PENDING, NO_ADDRESS),
            ],
            id="a load balancer without an address",
        ),
        pytest.param(
            LOAD_BALANCER,
            Outcome(),
            some_facts(
                kind=Kind.LOAD_BALANCER, ingress=[LoadBalancerIngress(hostname="lb.example.com")]
            ),
            [IS_ACCEPTED, IS_PROGRAMMED, IS_AVAILABLE, IS_READY],
            id="a load balancer with a name",
        ),
        pytest.param(
            Refused(Reason.MIXED_KINDS, "mixed"),
            Outcome(),
            NOTHING_STANDS,
            [
                Fact(ACCEPTED, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(PROGRAMMED, "False", Reason.PENDING, LEFT_AS_IT_IS),
                NO_SERVICE,
                Fact(READY, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(STALLED, "True", Reason.MIXED_KINDS, "mixed"),
            ],
            id="refused from the beginning",
        ),
        pytest.param(
            Refused(Reason.MIXED_KINDS, "mixed"),
            Outcome(),
            some_facts(),
            [
                Fact(ACCEPTED, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(PROGRAMMED, "False", Reason.PENDING, LEFT_AS_IT_IS),
                IS_AVAILABLE,
                Fact(READY, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(STALLED, "True", Reason.MIXED_KINDS, "mixed"),
            ],
            id="refused after a change: what stands still stands",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(Refusal(Reason.NODE_PORT_TAKEN, "taken")),
            NOTHING_STANDS,
            [
                IS_ACCEPTED,
                Fact(PROGRAMMED, "False", Reason.NODE_PORT_TAKEN, "taken"),
                NO_SERVICE,
                Fact(READY, "False", Reason.NODE_PORT_TAKEN, "taken"),
            ],
            id="a refusal that may pass is no stall",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(Refusal(Reason.NODE_PORT_OUT_OF_RANGE, "out", retry=False)),
            NOTHING_STANDS,
            [
                IS_ACCEPTED,
                Fact(PROGRAMMED, "False", Reason.NODE_PORT_OUT_OF_RANGE, "out"),
                NO_SERVICE,
                Fact(READY, "False", Reason.NODE_PORT_OUT_OF_RANGE, "out"),
                Fact(STALLED, "True", Reason.NODE_PORT_OUT_OF_RANGE, "out"),
            ],
            id="a refusal that only the user can help with is a stall",
        ),
        pytest.param(
            LOAD_BALANCER,
            Outcome(Refusal(Reason.SERVICE_CONFLICT, "theirs")),
            NOTHING_STANDS,
            [
                IS_ACCEPTED,
                Fact(PROGRAMMED, "False", Reason.SERVICE_CONFLICT, "theirs"),
                NO_SERVICE,
                Fact(READY, "False", Reason.SERVICE_CONFLICT, "theirs"),
            ],
            id="the first condition that does not hold decides",
        ),
    ],
)
def test_what_is_known_makes_the_conditions(
    verdict: Verdict, outcome: Outcome, seen: Facts, expected: list[Fact]
) -> None:
    assert facts(verdict, outcome, seen) == expected


EARLIER = NOW - timedelta(days=1)


def written(status: str, when: str = "2026-02-28T12:00:00Z", kind: str = "Ready") -> Body:
    """A status as it was written a day ago."""
    condition = {
        "type": kind,
        "status": status,
        "reason": "Pending",
        "message": "as it was",
        "observedGeneration": 1,
        "lastTransitionTime": when,
    }
    return {"conditions": [condition]}


def ready(since: datetime, status: Truth = "True") -> Condition:
    return Condition(
        type=READY,
        status=status,
        observed_generation=2,
        last_transition_time=since,
        reason=Reason.READY,
        message="the Service is ready to take traffic",
    )


@pytest.mark.parametrize(
    ("previous", "since"),
    [
        pytest.param({}, NOW, id="no status yet"),
        pytest.param({"conditions": None}, NOW, id="no conditions yet"),
        pytest.param(written("True", kind="Accepted"), NOW, id="another condition"),
        pytest.param(written("False"), NOW, id="the status changes"),
        pytest.param(written("Unknown"), NOW, id="it was unknown"),
        pytest.param(written("True"), EARLIER, id="only reason, message and generation change"),
    ],
)
def test_a_condition_keeps_its_time_until_its_status_changes(
    previous: Body, since: datetime
) -> None:
    assert conditions([IS_READY], 2, previous, NOW) == [ready(since)]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(NOW.replace(microsecond=999_999), id="parts of a second"),
        pytest.param(NOW.astimezone(timezone(timedelta(hours=2))), id="another time zone"),
    ],
)
def test_a_time_is_in_whole_seconds_of_utc(now: datetime) -> None:
    (found,) = conditions([IS_READY], 2, {}, now)
    assert (found.last_transition_time, found.last_transition_time.tzinfo) == (NOW, UTC)


def test_a_condition_that_holds_no_more_is_left_out() -> None:
    assert conditions([IS_READY], 2, written("True", kind="Stalled"), NOW) == [ready(NOW)]
