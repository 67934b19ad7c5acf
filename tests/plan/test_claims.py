"""What only one Service at a time can have, and how it comes from the old one to the new."""

from typing import Any

import pytest

from exposer.desired.service import desired_service
from exposer.grammar import Kind, PortMapping, Protocol
from exposer.plan.claims import wants_what_has, with_node_ports_of
from tests.support.builders import (
    Body,
    a_mapping,
    a_service,
    a_service_port,
    a_slice,
    an_accepted_request,
    an_owner,
)


def wanted(*ports: PortMapping, kind: Kind = Kind.NODE_PORT, **template: Any) -> Body:
    return desired_service(
        an_owner(), an_accepted_request(kind=kind, ports=ports, service_spec=template)
    )


@pytest.mark.parametrize(
    ("desired", "spec", "wants"),
    [
        pytest.param(wanted(a_mapping()), {}, False, id="nothing"),
        pytest.param(
            wanted(a_mapping(node_port=30080)),
            {"ports": [a_service_port(81, node_port=30080)]},
            True,
            id="node port",
        ),
        pytest.param(
            wanted(a_mapping(node_port=30080)),
            {"ports": [a_service_port(80, node_port=30081)]},
            False,
            id="another node port",
        ),
        pytest.param(wanted(a_mapping(), clusterIP="10.96.12.7"), {}, True, id="cluster IP"),
        pytest.param(
            wanted(a_mapping(), clusterIP="10.96.12.8"), {}, False, id="another cluster IP"
        ),
        pytest.param(
            wanted(a_mapping(), kind=Kind.LOAD_BALANCER, healthCheckNodePort=30911),
            {"healthCheckNodePort": 30911},
            True,
            id="health check node port",
        ),
        pytest.param(
            wanted(kind=Kind.HEADLESS), {"clusterIP": "None"}, False, id="both are headless"
        ),
        pytest.param(
            wanted(a_mapping(), kind=Kind.LOAD_BALANCER, allocateLoadBalancerNodePorts=False),
            {"ports": [a_service_port(81, node_port=0)]},
            False,
            id="both have no node port",
        ),
    ],
)
def test_a_service_wants_what_another_one_has(desired: Body, spec: Body, wants: bool) -> None:
    assert wants_what_has(desired, a_service(name="old", spec=spec)) is wants


def test_only_a_service_has_what_another_one_wants() -> None:
    assert not wants_what_has(wanted(a_mapping(node_port=30080)), a_slice())


@pytest.mark.parametrize(
    ("desired", "before", "node_ports"),
    [
        pytest.param(
            wanted(a_mapping(80), a_mapping(81)),
            [a_service_port(80, node_port=30080), a_service_port(81, node_port=30081)],
            [30080, 30081],
            id="all",
        ),
        pytest.param(
            wanted(a_mapping(80), a_mapping(81)),
            [a_service_port(80, node_port=30080)],
            [30080, None],
            id="of ports that were there",
        ),
        pytest.param(
            wanted(a_mapping(53, protocol=Protocol.UDP)),
            [a_service_port(53, node_port=30053)],
            [None],
            id="not of another protocol",
        ),
        pytest.param(
            wanted(a_mapping(80, node_port=30090)),
            [a_service_port(80, node_port=30080)],
            [30090],
            id="not where one is asked for",
        ),
        pytest.param(
            wanted(a_mapping(80), a_mapping(81, node_port=30080)),
            [a_service_port(80, node_port=30080)],
            [None, 30080],
            id="not one that is asked for elsewhere",
        ),
        pytest.param(
            wanted(a_mapping(80), kind=Kind.CLUSTER_IP),
            [a_service_port(80, node_port=30080)],
            [None],
            id="not for a cluster IP",
        ),
        pytest.param(
            wanted(a_mapping(80), kind=Kind.LOAD_BALANCER, allocateLoadBalancerNodePorts=False),
            [a_service_port(80, node_port=30080)],
            [0],
            id="not where none is wanted",
        ),
        pytest.param(wanted(a_mapping(80)), [a_service_port(80)], [None], id="none"),
    ],
)
def test_a_new_service_asks_for_the_node_ports_of_the_old_one(
    desired: Body, before: list[Body], node_ports: list[int | None]
) -> None:
    kept = with_node_ports_of(before, desired)
    assert [port.get("nodePort") for port in kept["spec"]["ports"]] == node_ports


def test_a_node_port_that_somebody_has_is_not_asked_for() -> None:
    before = [a_service_port(80, node_port=30080), a_service_port(81, node_port=30081)]
    kept = with_node_ports_of(before, wanted(a_mapping(80), a_mapping(81)), held={30080})
    assert [port.get("nodePort") for port in kept["spec"]["ports"]] == [None, 30081]
