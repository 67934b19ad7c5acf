"""Request -> its Service, whole."""

from typing import Any

import pytest

from exposer.api import AcceptedRequest
from exposer.desired import desired_objects
from exposer.desired.service import desired_service
from exposer.grammar import Kind, Protocol
from tests.support.builders import a_mapping, an_accepted_request, an_owner

INSIDE = {
    "sessionAffinity": "None",
    "internalTrafficPolicy": "Cluster",
    "ipFamilyPolicy": "SingleStack",
}
OUTSIDE = INSIDE | {"externalTrafficPolicy": "Cluster"}


def service(spec: dict[str, Any], name: str = "web", **metadata: Any) -> dict[str, Any]:
    """The Service of the request shop/web."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": {"app.kubernetes.io/managed-by": "exposer"},
            "ownerReferences": [
                {
                    "apiVersion": "exposer.dev/v1alpha1",
                    "kind": "ExposeRequest",
                    "name": "web",
                    "uid": "uid-of-request",
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
            **metadata,
        },
        "spec": spec,
    }


def port(number: int, target: int | str, **more: Any) -> dict[str, Any]:
    whole = {
        "name": f"{number}-{target}",
        "port": number,
        "targetPort": target,
        "protocol": "TCP",
    }
    return whole | more


SELECTOR = {"app": "web"}


@pytest.mark.parametrize(
    ("request_", "desired"),
    [
        pytest.param(
            an_accepted_request(
                ports=[a_mapping(app_protocol="kubernetes.io/h2c"), a_mapping(53, 53)]
            ),
            service(
                {
                    "type": "ClusterIP",
                    **INSIDE,
                    "selector": SELECTOR,
                    "ports": [port(80, 8080, appProtocol="kubernetes.io/h2c"), port(53, 53)],
                }
            ),
            id="an appProtocol",
        ),
        pytest.param(
            an_accepted_request(),
            service(
                INSIDE | {"type": "ClusterIP", "selector": SELECTOR, "ports": [port(80, 8080)]}
            ),
            id="port and target",
        ),
        pytest.param(
            an_accepted_request(ports=[a_mapping(80, "http")]),
            service(
                INSIDE | {"type": "ClusterIP", "selector": SELECTOR, "ports": [port(80, "http")]}
            ),
            id="named target",
        ),
        pytest.param(
            an_accepted_request(ports=[a_mapping(443, 8443, name="https"), a_mapping(80, 80)]),
            service(
                INSIDE
                | {
                    "type": "ClusterIP",
                    "selector": SELECTOR,
                    "ports": [port(443, 8443, name="https"), port(80, 80)],
                }
            ),
            id="several ports in their order",
        ),
        pytest.param(
            an_accepted_request(
                ports=[
                    a_mapping(53, 53, name="53-53-udp", protocol=Protocol.UDP),
                    a_mapping(9, 9, name="9-9-sctp", protocol=Protocol.SCTP),
                ]
            ),
            service(
                INSIDE
                | {
                    "type": "ClusterIP",
                    "selector": SELECTOR,
                    "ports": [
                        port(53, 53, name="53-53-udp", protocol="UDP"),
                        port(9, 9, name="9-9-sctp", protocol="SCTP"),
                    ],
                }
            ),
            id="protocols",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.NODE_PORT),
            service(
                OUTSIDE | {"type": "NodePort", "selector": SELECTOR, "ports": [port(80, 8080)]}
            ),
            id="the cluster picks the node port",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.NODE_PORT, ports=[a_mapping(node_port=30080)]),
            service(
                OUTSIDE
                | {
                    "type": "NodePort",
                    "selector": SELECTOR,
                    "ports": [port(80, 8080, nodePort=30080)],
                }
            ),
            id="node port",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.LOAD_BALANCER, ports=[a_mapping(node_port=30080)]),
            service(
                OUTSIDE
                | {
                    "type": "LoadBalancer",
                    "selector": SELECTOR,
                    "ports": [port(80, 8080, nodePort=30080)],
                }
            ),
            id="load balancer",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.HEADLESS),
            service(
                INSIDE
                | {
                    "type": "ClusterIP",
                    "clusterIP": "None",
                    "selector": SELECTOR,
                    "ports": [port(80, 8080)],
                }
            ),
            id="headless",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.HEADLESS, ports=[]),
            service(INSIDE | {"type": "ClusterIP", "clusterIP": "None", "selector": SELECTOR}),
            id="headless without ports",
        ),
        pytest.param(
            an_accepted_request(kind=Kind.EXTERNAL_NAME, ports=[], external_name="db.example.com"),
            service({"type": "ExternalName", "externalName": "db.example.com"}),
            id="external name",
        ),
        pytest.param(
            an_accepted_request(addresses=["192.0.2.10"]),
            service(INSIDE | {"type": "ClusterIP", "ports": [port(80, 8080)]}),
            id="addresses: no selector",
        ),
        pytest.param(
            an_accepted_request(service_name="front"),
            service(
                INSIDE | {"type": "ClusterIP", "selector": SELECTOR, "ports": [port(80, 8080)]},
                "front",
            ),
            id="service name",
        ),
    ],
)
def test_a_request_wants_the_service(request_: AcceptedRequest, desired: dict[str, Any]) -> None:
    assert desired_service(an_owner(), request_) == desired


@pytest.mark.parametrize(
    ("request_", "kinds"),
    [
        pytest.param(an_accepted_request(), ["Service"], id="selector"),
        pytest.param(
            an_accepted_request(kind=Kind.EXTERNAL_NAME, ports=[], external_name="db"),
            ["Service"],
            id="external name",
        ),
        pytest.param(
            an_accepted_request(addresses=["192.0.2.10"]),
            ["Service", "EndpointSlice", "Endpoints"],
            id="addresses",
        ),
        pytest.param(
            an_accepted_request(addresses=["192.0.2.10", "2001:db8::10"]),
            ["Service", "EndpointSlice", "EndpointSlice", "Endpoints"],
            id="addresses of both families",
        ),
    ],
)
def test_a_request_wants_its_objects_the_service_first(
    request_: AcceptedRequest, kinds: list[str]
) -> None:
    assert [body["kind"] for body in desired_objects(an_owner(), request_)] == kinds


def test_the_template_adds_fields_and_wins_over_the_defaults() -> None:
    request = an_accepted_request(
        kind=Kind.NODE_PORT,
        labels={"team": "shop"},
        annotations={"note": "kept"},
        service_spec={"externalTrafficPolicy": "Local", "publishNotReadyAddresses": True},
    )
    assert desired_service(an_owner(), request) == service(
        OUTSIDE
        | {
            "type": "NodePort",
            "externalTrafficPolicy": "Local",
            "publishNotReadyAddresses": True,
            "selector": SELECTOR,
            "ports": [port(80, 8080)],
        },
        labels={"team": "shop", "app.kubernetes.io/managed-by": "exposer"},
        annotations={"note": "kept"},
    )


@pytest.mark.parametrize(
    ("wanted", "config"),
    [
        pytest.param({}, {"clientIP": {"timeoutSeconds": 10800}}, id="default"),
        pytest.param(
            {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}},
            {"clientIP": {"timeoutSeconds": 5}},
            id="asked for",
        ),
    ],
)
def test_an_affinity_has_its_timeout_said(wanted: dict[str, Any], config: dict[str, Any]) -> None:
    request = an_accepted_request(service_spec={"sessionAffinity": "ClientIP", **wanted})
    assert desired_service(an_owner(), request)["spec"]["sessionAffinityConfig"] == config


@pytest.mark.parametrize(
    ("request_", "policy"),
    [
        pytest.param(an_accepted_request(kind=Kind.HEADLESS), "SingleStack", id="selector"),
        pytest.param(
            an_accepted_request(kind=Kind.HEADLESS, addresses=["192.0.2.10"]),
            "RequireDualStack",
            id="headless without a selector",
        ),
        pytest.param(
            an_accepted_request(
                kind=Kind.HEADLESS,
                addresses=["192.0.2.10"],
                service_spec={"ipFamilyPolicy": "SingleStack"},
            ),
            "SingleStack",
            id="asked for",
        ),
        pytest.param(
            an_accepted_request(service_spec={"ipFamilies": ["IPv4", "IPv6"]}),
            None,
            id="two families, which the API server judges",
        ),
    ],
)
def test_a_family_policy_that_is_not_asked_for_is_that_of_a_new_service(
    request_: AcceptedRequest, policy: str | None
) -> None:
    assert desired_service(an_owner(), request_)["spec"].get("ipFamilyPolicy") == policy


@pytest.mark.parametrize(
    ("allocate", "node_ports"),
    [
        pytest.param({}, [None, 30081], id="unsaid"),
        pytest.param({"allocateLoadBalancerNodePorts": True}, [None, 30081], id="allocated"),
        pytest.param({"allocateLoadBalancerNodePorts": False}, [0, 30081], id="none"),
    ],
)
def test_a_load_balancer_without_node_ports_says_so_of_each_port(
    allocate: dict[str, Any], node_ports: list[int | None]
) -> None:
    request = an_accepted_request(
        kind=Kind.LOAD_BALANCER,
        ports=[a_mapping(80), a_mapping(81, node_port=30081)],
        service_spec=allocate,
    )
    ports = desired_service(an_owner(), request)["spec"]["ports"]
    assert [port.get("nodePort") for port in ports] == node_ports
