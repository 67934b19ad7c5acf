"""Request with addresses -> its Endpoints and EndpointSlices, whole."""

from typing import Any

import pytest

from exposer.api import AcceptedRequest
from exposer.desired.endpoints import desired_endpoints, desired_slices
from exposer.grammar import Kind, Protocol
from tests.support.builders import OWNER_REFERENCE, a_mapping, an_accepted_request, an_owner

V4, V6 = "192.0.2.10", "2001:db8::10"
PORT = {"name": "80-8080", "port": 8080, "protocol": "TCP"}


def endpoints(subset: dict[str, Any], name: str = "web") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": {
                "app.kubernetes.io/managed-by": "exposer",
                "endpointslice.kubernetes.io/skip-mirror": "true",
            },
            "ownerReferences": [OWNER_REFERENCE],
        },
        "subsets": [subset],
    }


def slice_of(
    addresses: list[str], content: dict[str, Any], service: str = "web", family: str = "IPv4"
) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service}-exposer-{family.lower()}",
            "namespace": "shop",
            "labels": {
                "app.kubernetes.io/managed-by": "exposer",
                "kubernetes.io/service-name": service,
                "endpointslice.kubernetes.io/managed-by": "exposer.dev",
            },
            "ownerReferences": [OWNER_REFERENCE],
        },
        "addressType": family,
        "endpoints": [
            {"addresses": [address], "conditions": {"ready": True}} for address in addresses
        ],
        **content,
    }


@pytest.mark.parametrize(
    ("request_", "desired"),
    [
        pytest.param(
            an_accepted_request(addresses=[V4]),
            endpoints({"addresses": [{"ip": V4}], "ports": [PORT]}),
            id="one address",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4, V6]),
            endpoints({"addresses": [{"ip": V4}, {"ip": V6}], "ports": [PORT]}),
            id="both families",
        ),
        pytest.param(
            an_accepted_request(
                addresses=[V4],
                ports=[
                    a_mapping(443, 8443, name="https", node_port=30443),
                    a_mapping(53, 5353, name="dns", protocol=Protocol.UDP),
                ],
                kind=Kind.NODE_PORT,
            ),
            endpoints(
                {
                    "addresses": [{"ip": V4}],
                    "ports": [
                        {"name": "https", "port": 8443, "protocol": "TCP"},
                        {"name": "dns", "port": 5353, "protocol": "UDP"},
                    ],
                }
            ),
            id="target ports under the Service's names",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4], ports=[a_mapping(app_protocol="http")]),
            endpoints({"addresses": [{"ip": V4}], "ports": [PORT | {"appProtocol": "http"}]}),
            id="an appProtocol",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4], kind=Kind.HEADLESS, ports=[]),
            endpoints({"addresses": [{"ip": V4}]}),
            id="no ports",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4], service_name="front"),
            endpoints({"addresses": [{"ip": V4}], "ports": [PORT]}, "front"),
            id="service name",
        ),
    ],
)
def test_a_request_wants_the_endpoints(request_: AcceptedRequest, desired: dict[str, Any]) -> None:
    assert desired_endpoints(an_owner(), request_) == desired


@pytest.mark.parametrize(
    ("request_", "desired"),
    [
        pytest.param(
            an_accepted_request(addresses=[V4, "192.0.2.9"]),
            [slice_of(["192.0.2.9", V4], {"ports": [PORT]})],
            id="IPv4",
        ),
        pytest.param(
            an_accepted_request(addresses=[V6]),
            [slice_of([V6], {"ports": [PORT]}, family="IPv6")],
            id="IPv6",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4, V6, "192.0.2.9"]),
            [
                slice_of(["192.0.2.9", V4], {"ports": [PORT]}),
                slice_of([V6], {"ports": [PORT]}, family="IPv6"),
            ],
            id="one slice a family",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4], kind=Kind.HEADLESS, ports=[]),
            [slice_of([V4], {})],
            id="no ports",
        ),
        pytest.param(
            an_accepted_request(addresses=[V4], service_name="front"),
            [slice_of([V4], {"ports": [PORT]}, "front")],
            id="service name",
        ),
    ],
)
def test_a_request_wants_the_slices(
    request_: AcceptedRequest, desired: list[dict[str, Any]]
) -> None:
    assert desired_slices(an_owner(), request_) == desired
