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

POLICY: Body = {"f:ipFamilyPolicy": {}}
DUAL: Body = {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv4", "IPv6"]}
LOCAL: Body = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}


def wanted(kind: Kind = Kind.CLUSTER_IP, **template: Any) -> Body:
    if kind is Kind.EXTERNAL_NAME:
        request = an_accepted_request(kind=kind, ports=[], external_name="db.example.com")
    else:
        request = an_accepted_request(kind=kind, service_spec=template)
    return desired_service(an_owner(), request)


def owning(fields: Body) -> list[Body]:
    return [{"manager": "exposer", "operation": "Apply", "fieldsV1": {"f:spec": fields}}]


@pytest.mark.parametrize(
    ("desired", "spec", "fields"),
    [
        pytest.param(wanted(), {}, {}, id="nothing said"),
        pytest.param(wanted(), DUAL, {}, id="a policy of somebody else's"),
        pytest.param(wanted(**DUAL), DUAL, POLICY, id="the policy that stands"),
        pytest.param(
            wanted(ipFamilyPolicy="PreferDualStack"), DUAL, POLICY, id="another policy is said"
        ),
        pytest.param(
            wanted(), {"ipFamilyPolicy": "SingleStack"}, POLICY, id="the first step is done"
        ),
        pytest.param(wanted(Kind.EXTERNAL_NAME), DUAL, POLICY, id="an external name has none"),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local", healthCheckNodePort=30911),
            LOCAL | {"healthCheckNodePort": 30911},
            {},
            id="the health check node port that stands",
        ),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local", healthCheckNodePort=30911),
            {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster"},
            {},
            id="a first health check node port",
        ),
        pytest.param(
            wanted(Kind.LOAD_BALANCER, externalTrafficPolicy="Local"),
            LOCAL | {"healthCheckNodePort": 30911},
            {},
            id="any health check node port",
        ),
    ],
)
def test_nearly_every_change_takes_one_step(desired: Body, spec: Body, fields: Body) -> None:
    assert first_step(desired, a_service(spec=spec, managed_fields=owning(fields))) is None


def test_a_policy_that_is_taken_back_is_single_stack_first() -> None:
    service = a_service(spec=DUAL, managed_fields=owning(POLICY))
    desired = wanted()
    assert plan(REQUEST_UID, [desired], Snapshot((service,))) == Plan(
        (Apply(wanted(ipFamilyPolicy="SingleStack"), SERVICE_UID), Apply(desired, SERVICE_UID))
    )


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
