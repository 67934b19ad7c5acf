"""What others put into an owned object and may not stay, and whose it becomes."""

import pytest

from exposer.desired import desired_objects
from exposer.desired.service import desired_service
from exposer.grammar import Kind, Protocol
from exposer.plan.foreign import foreign_fields, taken_over
from tests.support.builders import (
    OWNER_REFERENCE,
    Body,
    a_mapping,
    a_service,
    a_service_body,
    a_service_port,
    a_slice,
    an_accepted_request,
    an_owner,
)

PORT = 'k:{"port":80,"protocol":"TCP"}'
OTHER_PORT = 'k:{"port":81,"protocol":"TCP"}'
PORTS = [a_service_port(80, node_port=30080), a_service_port(81, node_port=30081)]


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"externalIPs": ["192.0.2.1"]}, ["f:spec f:externalIPs"], id="external IPs"),
        pytest.param(
            {"publishNotReadyAddresses": True, "trafficDistribution": "PreferClose"},
            ["f:spec f:publishNotReadyAddresses", "f:spec f:trafficDistribution"],
            id="two fields",
        ),
        pytest.param({"selector": {"app": "other"}}, [], id="a desired field with another value"),
        pytest.param({"allocateLoadBalancerNodePorts": True}, [], id="a default"),
        pytest.param(
            {"allocateLoadBalancerNodePorts": False},
            ["f:spec f:allocateLoadBalancerNodePorts"],
            id="not the default",
        ),
        pytest.param(
            {"loadBalancerIP": "192.0.2.1", "loadBalancerClass": "x/y", "fieldOfTomorrow": 1},
            [],
            id="what is left to others",
        ),
        pytest.param(
            {"ports": [a_service_port(81), a_service_port()]},
            [f"f:spec f:ports {OTHER_PORT}"],
            id="a port more",
        ),
        pytest.param(
            {"ports": [a_service_port() | {"appProtocol": "http"}]},
            [f"f:spec f:ports {PORT} f:appProtocol"],
            id="a field of a port",
        ),
        pytest.param({"ports": [a_service_port(node_port=30080)]}, [], id="a node port"),
    ],
)
def test_what_is_not_desired_and_decides_on_traffic_is_foreign(
    spec: Body, fields: list[str]
) -> None:
    desired = desired_service(an_owner(), an_accepted_request())
    assert list(foreign_fields(desired, a_service(spec=spec))) == fields


def test_what_is_asked_for_is_not_foreign() -> None:
    wish = {"publishNotReadyAddresses": True, "trafficDistribution": "PreferClose"}
    desired = desired_service(an_owner(), an_accepted_request(service_spec=wish))
    assert foreign_fields(desired, a_service(spec=wish)) == ()


def test_what_we_own_ourselves_is_not_foreign() -> None:
    desired = desired_service(an_owner(), an_accepted_request())
    fields: Body = {
        "f:spec": {"f:externalIPs": {}, "f:ports": {OTHER_PORT: {".": {}, "f:port": {}}}}
    }
    service = a_service(
        spec={"externalIPs": ["192.0.2.1"], "ports": [a_service_port(), a_service_port(81)]},
        managed_fields=[{"manager": "exposer", "operation": "Apply", "fieldsV1": fields}],
    )
    assert foreign_fields(desired, service) == ()


def test_a_selector_is_foreign_to_a_service_with_addresses() -> None:
    service, *_ = desired_objects(an_owner(), an_accepted_request(addresses=["192.0.2.10"]))
    assert foreign_fields(service, a_service()) == ("f:spec f:selector",)


@pytest.mark.parametrize(
    ("ports", "fields"),
    [
        pytest.param(PORTS, (), id="each its own"),
        pytest.param(
            [a_service_port(80, node_port=30081), a_service_port(81, node_port=30080)],
            (f"f:spec f:ports {OTHER_PORT} f:nodePort",),
            id="that of another port",
        ),
        pytest.param(
            [a_service_port(80, node_port=30080), a_service_port(82, node_port=30081)],
            ('f:spec f:ports k:{"port":82,"protocol":"TCP"}',),
            id="of a port that goes as a whole",
        ),
    ],
)
def test_a_node_port_that_is_asked_for_elsewhere_is_foreign(
    ports: list[Body], fields: tuple[str, ...]
) -> None:
    request = an_accepted_request(
        kind=Kind.NODE_PORT, ports=[a_mapping(80, node_port=30080), a_mapping(81)]
    )
    desired = desired_service(an_owner(), request)
    assert foreign_fields(desired, a_service(spec={"type": "NodePort", "ports": ports})) == fields


def test_one_node_port_is_another_of_each_protocol() -> None:
    request = an_accepted_request(
        kind=Kind.NODE_PORT,
        ports=[a_mapping(53, node_port=30053), a_mapping(53, name="u", protocol=Protocol.UDP)],
    )
    ports = [
        a_service_port(53, node_port=30053),
        a_service_port(53, name="u", node_port=30053, protocol="UDP"),
    ]
    service = a_service(spec={"type": "NodePort", "ports": ports})
    assert foreign_fields(desired_service(an_owner(), request), service) == ()


@pytest.mark.parametrize(
    ("ports", "fields"),
    [
        pytest.param([{"name": "x", "port": 1}], ("f:ports",), id="some"),
        pytest.param([], (), id="none"),
    ],
)
def test_ports_are_foreign_to_a_slice_of_a_service_without_ports(
    ports: list[Body], fields: tuple[str, ...]
) -> None:
    request = an_accepted_request(kind=Kind.HEADLESS, ports=[], addresses=["192.0.2.10"])
    _, slice_, _ = desired_objects(an_owner(), request)
    assert foreign_fields(slice_, a_slice(owner=OWNER_REFERENCE, ports=ports)) == fields


def managers(**fields: Body) -> list[Body]:
    """Entries of managedFields: ``exposer`` applies, all others update."""
    return [
        {
            "manager": manager,
            "operation": "Apply" if manager == "exposer" else "Update",
            "apiVersion": "v1",
            "fieldsType": "FieldsV1",
            "fieldsV1": owned,
        }
        for manager, owned in fields.items()
    ]


@pytest.mark.parametrize(
    ("before", "paths", "after"),
    [
        pytest.param(
            managers(kubectl={"f:spec": {"f:externalIPs": {}, "f:type": {}}}),
            ["f:spec f:externalIPs"],
            managers(exposer={"f:spec": {"f:externalIPs": {}}}, kubectl={"f:spec": {"f:type": {}}}),
            id="one of two fields",
        ),
        pytest.param(
            managers(exposer={"f:spec": {"f:type": {}}}, kubectl={"f:spec": {"f:externalIPs": {}}}),
            ["f:spec f:externalIPs"],
            managers(exposer={"f:spec": {"f:type": {}, "f:externalIPs": {}}}),
            id="the only field",
        ),
        pytest.param(
            managers(
                kubectl={"f:spec": {"f:ports": {OTHER_PORT: {".": {}, "f:port": {}, "f:name": {}}}}}
            ),
            [f"f:spec f:ports {OTHER_PORT}"],
            managers(
                exposer={"f:spec": {"f:ports": {OTHER_PORT: {".": {}, "f:port": {}, "f:name": {}}}}}
            ),
            id="an item of a list with all its fields",
        ),
        pytest.param(
            managers(
                helm={"f:spec": {"f:ports": {OTHER_PORT: {"f:name": {}}}}},
                kubectl={
                    "f:metadata": {"f:labels": {"f:team": {}}},
                    "f:spec": {"f:ports": {OTHER_PORT: {"f:port": {}}}},
                },
            ),
            [f"f:spec f:ports {OTHER_PORT}"],
            managers(
                exposer={
                    "f:spec": {"f:ports": {OTHER_PORT: {".": {}, "f:port": {}, "f:name": {}}}}
                },
                kubectl={"f:metadata": {"f:labels": {"f:team": {}}}},
            ),
            id="of two managers",
        ),
        pytest.param(
            managers(kubectl={"f:spec": {"f:type": {}}}),
            [f"f:spec f:ports {PORT} f:nodePort", "f:spec f:externalIPs"],
            managers(
                exposer={
                    "f:spec": {
                        "f:ports": {PORT: {".": {}, "f:nodePort": {}}},
                        "f:externalIPs": {},
                    }
                },
                kubectl={"f:spec": {"f:type": {}}},
            ),
            id="what nobody owns",
        ),
    ],
)
def test_fields_come_into_our_hands_with_all_below_them(
    before: list[Body], paths: list[str], after: list[Body]
) -> None:
    assert taken_over(a_service_body(managed_fields=before), paths) == after


def test_what_others_own_of_the_status_is_not_touched() -> None:
    status = managers(cloud={"f:spec": {"f:externalIPs": {}}})[0] | {"subresource": "status"}
    found = taken_over(a_service_body(managed_fields=[status]), ["f:spec f:externalIPs"])
    assert found == [*managers(exposer={"f:spec": {"f:externalIPs": {}}}), status]
