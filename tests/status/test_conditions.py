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
from tests.support.builders import (
    NOW,
    Body,
    a_pod,
    a_port_row,
    a_slice,
    an_accepted_request,
    some_facts,
)

ACCEPTED, PROGRAMMED = ConditionType.ACCEPTED, ConditionType.PROGRAMMED
AVAILABLE, READY = ConditionType.ENDPOINTS_AVAILABLE, ConditionType.READY
STALLED = ConditionType.STALLED
UNCHANGED = "waiting for a valid spec; the existing Service stays unchanged"
NO_ADDRESS = "waiting for a load balancer controller to give the Service an address"
NO_POD = 'no pod with an IP address has the labels "app=web"'
LATE = "the cluster has not listed the endpoints yet"
NO_METRICS = (
    'no endpoint for port "9090-metrics": no ready pod has a container port named "metrics"; their '
    'ports are named "http"'
)

IS_ACCEPTED = Fact(ACCEPTED, "True", Reason.ACCEPTED, "the spec is valid")
IS_PROGRAMMED = Fact(PROGRAMMED, "True", Reason.PROGRAMMED, 'Service "web" is up to date')
IS_AVAILABLE = Fact(AVAILABLE, "True", Reason.ENDPOINTS_READY, "1 of 1 endpoints are ready")
IS_READY = Fact(READY, "True", Reason.READY, "the Service is up to date")
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
                IS_ACCEPTED._replace(message="the spec is valid; one?; two?"),
                IS_PROGRAMMED,
                IS_AVAILABLE,
                IS_READY,
            ],
            id="hints",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(slices=[a_slice(endpoints=[])]),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(AVAILABLE, "False", Reason.NO_PODS_MATCH, NO_POD),
                IS_READY,
            ],
            id="ready does not depend on pods",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(slices=[]),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(AVAILABLE, "Unknown", Reason.PENDING, LATE),
                IS_READY,
            ],
            id="the cluster has not looked for pods yet",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(
                ports=[a_port_row(), a_port_row(9090, "metrics")], pods=[a_pod("web-0", "", "http")]
            ),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(AVAILABLE, "False", Reason.TARGET_PORT_NOT_FOUND, NO_METRICS),
                IS_READY,
            ],
            id="one of two ports has no endpoint",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(
                ports=[a_port_row(), a_port_row(9090, "metrics"), a_port_row(443, 8443)],
                pods=[a_pod("web-0", "", "http")],
            ),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(
                    AVAILABLE,
                    "False",
                    Reason.TARGET_PORT_NOT_FOUND,
                    f'{NO_METRICS}; no endpoint for port "443-8443": {LATE}',
                ),
                IS_READY,
            ],
            id="two of three ports have no endpoint, each for its reason",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(),
            some_facts(families=["IPv4", "IPv6"], cluster_ips={"IPv6": "fd00:10:96::7"}),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                Fact(
                    AVAILABLE,
                    "True",
                    Reason.ENDPOINTS_READY,
                    "1 of 1 endpoints are ready; no ready endpoint is IPv6: connections to "
                    "fd00:10:96::7 are refused",
                ),
                IS_READY,
            ],
            id="one of two IP families has no endpoint",
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
            some_facts(kind=Kind.LOAD_BALANCER, warning="service-controller says: Failed: no"),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                IS_AVAILABLE,
                Fact(
                    READY,
                    "False",
                    Reason.PENDING,
                    f"{NO_ADDRESS}; service-controller says: Failed: no",
                ),
            ],
            id="a load balancer that gets none, with what is said of it",
        ),
        pytest.param(
            LOAD_BALANCER,
            Outcome(),
            some_facts(
                kind=Kind.LOAD_BALANCER,
                ingress=[LoadBalancerIngress(hostname="lb.example.com")],
                warning="service-controller says: Failed: no",
            ),
            [IS_ACCEPTED, IS_PROGRAMMED, IS_AVAILABLE, IS_READY],
            id="a load balancer with a name",
        ),
        pytest.param(
            LOAD_BALANCER,
            Outcome(),
            some_facts(
                kind=Kind.LOAD_BALANCER,
                ingress=[LoadBalancerIngress(ip="198.51.100.7")],
                errors=["port 80/TCP at 198.51.100.7: example.com/InUse", "and 2 more"],
            ),
            [
                IS_ACCEPTED,
                IS_PROGRAMMED,
                IS_AVAILABLE,
                Fact(
                    READY,
                    "False",
                    Reason.LOAD_BALANCER_ERROR,
                    "the load balancer has an error: port 80/TCP at 198.51.100.7: "
                    "example.com/InUse; and 2 more",
                ),
            ],
            id="a load balancer with an error",
        ),
        pytest.param(
            Refused(Reason.MIXED_KINDS, "mixed"),
            Outcome(),
            Facts(),
            [
                Fact(ACCEPTED, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(PROGRAMMED, "False", Reason.PENDING, "waiting for a valid spec"),
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
                Fact(PROGRAMMED, "False", Reason.PENDING, UNCHANGED),
                IS_AVAILABLE,
                Fact(READY, "False", Reason.MIXED_KINDS, "mixed"),
                Fact(STALLED, "True", Reason.MIXED_KINDS, "mixed"),
            ],
            id="refused after a change: what stands still stands",
        ),
        pytest.param(
            an_accepted_request(),
            Outcome(Refusal(Reason.NODE_PORT_TAKEN, "taken")),
            Facts(),
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
            Facts(),
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
            Facts(),
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
        message="the Service is up to date",
    )


@pytest.mark.parametrize(
    ("previous", "since"),
    [
        pytest.param({}, NOW, id="no status yet"),
        pytest.param({"conditions": None}, NOW, id="no conditions yet"),
        pytest.param({"conditions": "none"}, NOW, id="edited by hand: no list"),
        pytest.param({"conditions": {"type": "Ready"}}, NOW, id="edited by hand: one condition"),
        pytest.param({"conditions": ["Ready", None]}, NOW, id="edited by hand: no conditions"),
        pytest.param({"conditions": [{"type": ["Ready"]}]}, NOW, id="edited by hand: no type"),
        pytest.param(
            {"conditions": [{"type": "Ready", "status": "True"}]}, NOW, id="edited by hand: no time"
        ),
        *(
            pytest.param(written("True", when), NOW, id=f"edited by hand: {when}")
            for when in (
                "",
                "yesterday",
                "2026-02-28",
                "2026-02-28T12:00:00",
                "2026-02-30T12:00:00Z",
                "2016-12-31T23:59:60Z",
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+23:59",
                "10000-01-01T00:00:00Z",
                "9999-12-31T23:59:59-12:00",
                "2026-02-28T12:00:00+24:00",
                "2026-02-28t12:00:00z",
            )
        ),
        pytest.param(
            {"conditions": [written("True")["conditions"][0] | {"lastTransitionTime": 5}]},
            NOW,
            id="edited by hand: a number",
        ),
        pytest.param(
            written("True", "2026-02-28T14:00:00.123456789+02:00"),
            EARLIER,
            id="edited by hand: another spelling",
        ),
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


def test_a_time_is_written_as_it_was() -> None:
    """Whatever the API server takes from one who edits it by hand."""
    (found,) = conditions([IS_READY], 2, written("True", "0001-02-03T04:05:06Z"), NOW)
    assert found.model_dump(mode="json")["last_transition_time"] == "0001-02-03T04:05:06Z"


def test_a_condition_that_holds_no_more_is_left_out() -> None:
    assert conditions([IS_READY], 2, written("True", kind="Stalled"), NOW) == [ready(NOW)]
