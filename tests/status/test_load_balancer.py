"""Service -> what its load balancer's controller reports to be wrong."""

import pytest

from exposer.status.load_balancer import load_balancer_errors
from tests.support.builders import Body

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
