"""The changes in place that take two applies."""

from typing import Any

import pytest

from exposer.desired.service import desired_service
from exposer.grammar import Kind
from exposer.observed import Snapshot
from exposer.plan import Apply, Plan, plan
from exposer.plan.steps import first_step
from tests.support.builders import (
    REQUEST_UID,
    SERVICE_UID,
    Body,
    a_service,
    a_slice,
    an_accepted_request,
    an_owner,
)

LOCAL: Body = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}


def wanted(kind: Kind = Kind.CLUSTER_IP, **template: Any) -> Body:
    return desired_service(an_owner(), an_accepted_request(kind=kind, service_spec=template))


@pytest.mark.parametrize(
    ("desired", "spec"),
    [
        pytest.param(wanted(), {}, id="nothing said"),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local", healthCheckNodePort=30911),
            LOCAL | {"healthCheckNodePort": 30911},
            id="the health check node port that stands",
        ),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local", healthCheckNodePort=30911),
            {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster"},
            id="a first health check node port",
        ),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local"),
            LOCAL | {"healthCheckNodePort": 30911},
            id="any health check node port",
        ),
    ],
)
def test_nearly_every_change_takes_one_step(desired: Body, spec: Body) -> None:
    assert first_step(desired, a_service(spec=spec)) is None


def test_another_health_check_node_port_is_none_first() -> None:
    service = a_service(spec=LOCAL | {"healthCheckNodePort": 30911})
    template = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 30912}
    desired = wanted(Kind.LOAD_BALANCER, **template)
    assert plan(REQUEST_UID, [desired], Snapshot((service,))) == Plan(
        (
            Apply(wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Cluster"), SERVICE_UID),
            Apply(desired, SERVICE_UID),
        )
    )


def test_only_services_take_two_steps() -> None:
    assert first_step(wanted(), a_slice()) is None
