"""Field by field: what is ours and different, and what is somebody else's."""

from collections.abc import Sequence

import pytest

from exposer.desired import desired_objects
from exposer.desired.service import desired_service
from exposer.observed import ObjectRecord
from exposer.plan.differences import differing_fields
from tests.support.builders import (
    MANAGED_BY,
    OWNER_REFERENCE,
    Body,
    a_mapping,
    a_service,
    a_service_port,
    an_accepted_request,
    an_endpoints,
    an_owner,
)

PORT_KEY = 'k:{"port":80,"protocol":"TCP"}'
OURS: Body = {
    "f:metadata": {
        "f:labels": {"f:app.kubernetes.io/managed-by": {}},
        "f:ownerReferences": {'k:{"uid":"uid-of-request"}': {}},
    },
    "f:spec": {
        "f:ports": {
            PORT_KEY: {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}}
        },
        "f:selector": {},
        "f:type": {},
        "f:sessionAffinity": {},
        "f:internalTrafficPolicy": {},
    },
}


def applied(fields: Body, manager: str = "exposer") -> list[Body]:
    return [{"manager": manager, "operation": "Apply", "fieldsV1": fields}]


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(a_service(), id="as desired"),
        pytest.param(a_service(managed_fields=applied(OURS)), id="as applied"),
        pytest.param(a_service(labels=MANAGED_BY | {"team": "shop"}), id="another's label"),
        pytest.param(a_service(spec={"ipFamilies": ["IPv4"]}), id="a default"),
        pytest.param(a_service(spec={"loadBalancerIP": "192.0.2.1"}), id="another's field"),
        pytest.param(
            a_service(spec={"ports": [a_service_port(node_port=30080)]}), id="allocated node port"
        ),
        pytest.param(
            a_service(
                managed_fields=applied({"f:spec": {"f:externalName": {}}}, manager="kubectl")
            ),
            id="a field that another applied",
        ),
    ],
)
def test_what_others_own_is_no_difference(service: ObjectRecord) -> None:
    assert not differing_fields(desired_service(an_owner(), an_accepted_request()), service)


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(a_service(spec={"type": "NodePort"}), id="type"),
        pytest.param(a_service(spec={"selector": {"app": "other"}}), id="selector"),
        pytest.param(
            a_service(spec={"selector": {"app": "web", "tier": "front"}}),
            id="a label more in the selector, which is one value",
        ),
        pytest.param(a_service(spec={"selector": None}), id="no selector"),
        pytest.param(a_service(spec={"ports": []}), id="no port"),
        pytest.param(a_service(spec={"ports": [a_service_port(81)]}), id="another port"),
        pytest.param(a_service(spec={"ports": [a_service_port(80, 9090)]}), id="target port"),
        pytest.param(a_service(spec={"ports": [a_service_port(protocol="UDP")]}), id="protocol"),
        pytest.param(a_service(spec={"ports": [a_service_port(name="web")]}), id="port name"),
        pytest.param(a_service(labels={}), id="label taken away"),
        pytest.param(a_service(owner=None), id="owner taken away"),
        pytest.param(
            a_service(owner=OWNER_REFERENCE | {"blockOwnerDeletion": False}), id="owner changed"
        ),
    ],
)
def test_a_desired_field_that_is_not_so_is_a_difference(service: ObjectRecord) -> None:
    assert differing_fields(desired_service(an_owner(), an_accepted_request()), service)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"f:spec": {"f:externalName": {}}}, id="field"),
        pytest.param({"f:metadata": {"f:labels": {"f:team": {}}}}, id="label"),
        pytest.param(
            {"f:spec": {"f:ports": {PORT_KEY: {".": {}, "f:nodePort": {}}}}}, id="node port"
        ),
        pytest.param(
            {"f:spec": {"f:ports": {PORT_KEY: {".": {}, "f:appProtocol": {}}}}}, id="appProtocol"
        ),
        pytest.param(
            {"f:spec": {"f:ports": {'k:{"port":81,"protocol":"TCP"}': {".": {}, "f:name": {}}}}},
            id="port",
        ),
    ],
)
def test_a_field_that_we_own_and_want_no_more_is_a_difference(fields: Body) -> None:
    service = a_service(managed_fields=applied(fields))
    assert differing_fields(desired_service(an_owner(), an_accepted_request()), service)


@pytest.mark.parametrize(
    ("service", "names"),
    [
        pytest.param(a_service(managed_fields=applied(OURS)), [], id="none"),
        pytest.param(a_service(spec={"selector": {"app": "other"}}), ["spec.selector"], id="map"),
        pytest.param(
            a_service(spec={"type": "NodePort", "ports": [a_service_port(80, 9090, name="x")]}),
            ["spec.type", "spec.ports[80/TCP].name", "spec.ports[80/TCP].targetPort"],
            id="of a port",
        ),
        pytest.param(
            a_service(spec={"ports": [a_service_port(protocol="UDP")]}),
            ["spec.ports[80/TCP]", "spec.ports[80/UDP]"],
            id="a port that is not there, and another that is",
        ),
        pytest.param(
            a_service(labels={}), ["metadata.labels.app.kubernetes.io/managed-by"], id="label"
        ),
        pytest.param(
            a_service(owner=OWNER_REFERENCE | {"blockOwnerDeletion": False}),
            ["metadata.ownerReferences[uid-of-request]"],
            id="owner",
        ),
        pytest.param(
            a_service(managed_fields=applied({"f:metadata": {"f:labels": {"f:a.dev/team": {}}}})),
            ["metadata.labels.a.dev/team"],
            id="a label that we own and want no more",
        ),
        pytest.param(
            a_service(
                managed_fields=applied(
                    {
                        "f:spec": {
                            "f:ports": {
                                PORT_KEY: {".": {}, "f:port": {}, "f:nodePort": {}},
                                'k:{"port":81,"protocol":"UDP"}': {
                                    ".": {},
                                    "f:name": {},
                                    "f:port": {},
                                },
                            }
                        }
                    }
                )
            ),
            ["spec.ports[80/TCP].nodePort", "spec.ports[81/UDP]"],
            id="ports that we own and want no more",
        ),
    ],
)
def test_the_fields_that_differ_are_named_as_users_know_them(
    service: ObjectRecord, names: list[str]
) -> None:
    assert differing_fields(desired_service(an_owner(), an_accepted_request()), service) == names


def test_an_asked_for_node_port_that_another_was_allocated_for_is_a_difference() -> None:
    request = an_accepted_request(ports=[a_mapping(node_port=30080)])
    service = a_service(spec={"ports": [a_service_port(node_port=31234)]})
    assert differing_fields(desired_service(an_owner(), request), service)


@pytest.mark.parametrize("standing", [{}, {"appProtocol": "https"}], ids=["none", "another"])
def test_an_app_protocol_that_is_not_so_is_a_difference(standing: Body) -> None:
    request = an_accepted_request(ports=[a_mapping(app_protocol="http")])
    service = a_service(spec={"ports": [a_service_port() | standing]})
    fields = differing_fields(desired_service(an_owner(), request), service)
    assert fields == ["spec.ports[80/TCP].appProtocol"]


HTTP: Body = {"name": "http", "port": 80, "protocol": "TCP"}
HTTPS: Body = {"name": "https", "port": 443, "protocol": "TCP"}
LABELS = MANAGED_BY | {"endpointslice.kubernetes.io/skip-mirror": "true"}


@pytest.mark.parametrize(
    ("subsets", "different"),
    [
        pytest.param([(["192.0.2.9", "192.0.2.10"], [HTTP, HTTPS])], False, id="as desired"),
        pytest.param([(["192.0.2.10", "192.0.2.9"], [HTTPS, HTTP])], False, id="in another order"),
        pytest.param([(["192.0.2.9"], [HTTP, HTTPS])], True, id="an address less"),
        pytest.param([(["192.0.2.9", "192.0.2.10"], [HTTP])], True, id="a port less"),
        pytest.param(
            [(["192.0.2.9", "192.0.2.10"], [HTTP, HTTPS]), (["192.0.2.8"], [HTTP])],
            True,
            id="a subset more",
        ),
        pytest.param([], True, id="none"),
    ],
)
def test_the_order_in_subsets_is_no_difference(
    subsets: Sequence[tuple[list[str], list[Body]]], different: bool
) -> None:
    request = an_accepted_request(
        ports=[a_mapping(80, 80, name="http"), a_mapping(443, 443, name="https")],
        addresses=["192.0.2.9", "192.0.2.10"],
    )
    observed = an_endpoints(
        labels=LABELS,
        subsets=[
            {"addresses": [{"ip": ip} for ip in addresses], "ports": ports}
            for addresses, ports in subsets
        ],
    )
    found = differing_fields(desired_objects(an_owner(), request)[-1], observed)
    assert found == (["subsets"] if different else [])
