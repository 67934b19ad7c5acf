"""Service, Events about it -> what its load balancer's controller reports to be wrong."""

import pytest

from exposer.status.load_balancer import LoadBalancerWarnings, load_balancer_errors
from tests.support.builders import Body, a_warning

FINE = {"port": 80, "protocol": "TCP"}


def failed(port: int, protocol: str = "TCP") -> Body:
    return {"port": port, "protocol": protocol, "error": "example.com/InUse"}


def condition(**changes: str) -> Body:
    whole = {"type": "LoadBalancerPortsError", "status": "True", "reason": "InUse", "message": "no"}
    return whole | changes


@pytest.mark.parametrize(
    ("conditions", "load_balancer", "errors"),
    [
        pytest.param([], {}, [], id="nothing"),
        pytest.param([], {"ingress": None}, [], id="null"),
        pytest.param([], {"ingress": [{"ip": "198.51.100.7", "ports": [FINE]}]}, [], id="fine"),
        pytest.param(
            [],
            {
                "ingress": [
                    {"ip": "198.51.100.7", "ports": [FINE, failed(53, "UDP")]},
                    {"hostname": "lb.example.com", "ports": [failed(443)]},
                ]
            },
            [
                "port 53/UDP at 198.51.100.7: example.com/InUse",
                "port 443/TCP at lb.example.com: example.com/InUse",
            ],
            id="ports",
        ),
        pytest.param([condition()], {}, ["InUse: no"], id="a condition"),
        pytest.param([condition(message="")], {}, ["InUse"], id="without a message"),
        pytest.param([condition(status="False")], {}, [], id="a condition that does not hold"),
        pytest.param([condition(type="Other")], {}, [], id="another condition"),
        pytest.param(
            [condition()],
            {"ingress": [{"ip": "198.51.100.7", "ports": [*map(failed, range(1, 8))]}]},
            [
                "InUse: no",
                "port 1/TCP at 198.51.100.7: example.com/InUse",
                "port 2/TCP at 198.51.100.7: example.com/InUse",
                "port 3/TCP at 198.51.100.7: example.com/InUse",
                "port 4/TCP at 198.51.100.7: example.com/InUse",
                "and 3 more",
            ],
            id="many",
        ),
    ],
)
def test_what_is_wrong_with_it(
    conditions: list[Body], load_balancer: Body, errors: list[str]
) -> None:
    assert load_balancer_errors(conditions, load_balancer) == errors


FAILED = "service-controller says: SyncLoadBalancerFailed: "
MICRO = "2026-03-01T12:00:00.000001Z"


def a_later(note: str, **changes: str) -> Body:
    return a_warning(note, deprecatedLastTimestamp="2026-03-01T12:00:01Z", **changes)


@pytest.mark.parametrize(
    ("events", "warnings"),
    [
        pytest.param([], {}, id="none"),
        pytest.param([a_warning("no")], {"service-web": f"{FAILED}no"}, id="one"),
        pytest.param(
            [a_warning("a", uid="1"), a_warning("b", uid="2")],
            {"1": f"{FAILED}a", "2": f"{FAILED}b"},
            id="two Services",
        ),
        pytest.param([a_warning(uid="")], {}, id="about nobody knows which Service"),
        pytest.param(
            [a_warning("no", reportingController="")],
            {"service-web": f"{FAILED}no"},
            id="an older recorder",
        ),
        pytest.param(
            [a_warning("no", deprecatedSource={}, reportingController="example.com/metal")],
            {"service-web": "example.com/metal says: SyncLoadBalancerFailed: no"},
            id="a newer recorder",
        ),
        pytest.param([a_warning(deprecatedSource={}, reportingController="")], {}, id="by nobody"),
        pytest.param(
            [a_warning("no"), a_later("hints", reportingController="endpoint-slice-controller")],
            {"service-web": f"{FAILED}no"},
            id="by one that makes no load balancers",
        ),
        pytest.param(
            [a_later("new"), a_warning("old")], {"service-web": f"{FAILED}new"}, id="a newer one"
        ),
        pytest.param(
            [a_warning("new", eventTime=MICRO), a_warning("old")],
            {"service-web": f"{FAILED}new"},
            id="a newer one, by less than a second",
        ),
        pytest.param(
            [
                a_warning("new", series={"lastObservedTime": "2026-03-01T12:00:02.000000Z"}),
                a_later("old"),
            ],
            {"service-web": f"{FAILED}new"},
            id="one that was seen again",
        ),
        pytest.param(
            [
                a_warning(
                    "new",
                    deprecatedLastTimestamp=None,
                    metadata={
                        "creationTimestamp": "2026-03-01T12:00:01Z",
                        "resourceVersion": "99",
                    },
                ),
                a_warning("old"),
            ],
            {"service-web": f"{FAILED}new"},
            id="a newer one without a time of its own",
        ),
        pytest.param(
            [
                a_warning(
                    "new",
                    metadata={
                        "creationTimestamp": "2026-03-01T12:00:00Z",
                        "resourceVersion": "1000",
                    },
                ),
                a_warning("old"),
            ],
            {"service-web": f"{FAILED}new"},
            id="two in one second",
        ),
        pytest.param(
            [a_warning("")],
            {"service-web": "service-controller says: SyncLoadBalancerFailed"},
            id="without a note",
        ),
        pytest.param(
            [a_warning("no", reason="")],
            {"service-web": "service-controller says: no"},
            id="without a reason",
        ),
        pytest.param(
            [a_warning("é\n  \x1b[31mred\x07 \u202e\u2028line\x00")],
            {"service-web": f"{FAILED}é [31mred line"},
            id="lines and commands to a terminal",
        ),
        pytest.param(
            [a_warning("x" * (300 - len(FAILED)))],
            {"service-web": FAILED + "x" * (300 - len(FAILED))},
            id="300 characters",
        ),
        pytest.param(
            [a_warning("x" * (301 - len(FAILED)))],
            {"service-web": FAILED + "x" * (299 - len(FAILED)) + "…"},
            id="301 characters",
        ),
    ],
)
def test_what_a_controller_warned_of_last(events: list[Body], warnings: dict[str, str]) -> None:
    uids = ("service-web", "1", "2")
    found = LoadBalancerWarnings(uids)
    for event in events:
        found.take(event)
    assert {uid: found.of(uid) for uid in uids if found.of(uid)} == warnings


def test_of_services_that_nobody_asks_for_nothing_is_kept() -> None:
    found = LoadBalancerWarnings(["other"])
    found.take(a_warning("no"))
    assert found.of("service-web") == ""
