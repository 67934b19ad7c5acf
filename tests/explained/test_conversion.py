"""Service -> ExposeRequest: whole requests, and what they lose."""

from typing import Any

import pytest

from exposer.explained.backends import Backends, InconvertibleError, backends_in
from exposer.explained.conversion import conversion_of
from tests.support.builders import a_slice_body, an_endpoint

Body = dict[str, Any]


def a_service(spec: Body, **metadata: Any) -> Body:
    whole = {"name": "web", "namespace": "shop"} | metadata
    return {"apiVersion": "v1", "kind": "Service", "metadata": whole, "spec": spec}


def a_port(number: int = 80, target: int | str = 8080, **more: Any) -> Body:
    return {"name": f"{number}-{target}", "port": number, "targetPort": target} | more


WEB = {"selector": {"app": "web"}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(WEB | {"ports": [a_port()]}, {"ports": ["80:8080"]}, id="the least"),
        pytest.param(
            WEB
            | {
                "type": "ClusterIP",
                "clusterIP": "10.96.0.50",
                "clusterIPs": ["10.96.0.50"],
                "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack",
                "internalTrafficPolicy": "Cluster",
                "sessionAffinity": "None",
                "ports": [a_port(protocol="TCP")],
            },
            {"ports": ["80:8080"], "serviceTemplate": {"spec": {"clusterIP": "10.96.0.50"}}},
            id="as the API server has it, without what it fills in",
        ),
        pytest.param(
            {"selector": {"run": "web"}, "ports": [a_port()]},
            {"ports": ["80:8080"], "selector": {"run": "web"}},
            id="another selector",
        ),
        pytest.param(
            WEB | {"clusterIP": "None", "ports": [a_port()]}, {"ports": ["#80:8080"]}, id="headless"
        ),
        pytest.param(WEB | {"clusterIP": "None"}, {"ports": ["#"]}, id="headless without ports"),
        pytest.param(
            WEB
            | {
                "ports": [
                    a_port(80, appProtocol="http"),
                    a_port(81, appProtocol="kubernetes.io/h2c"),
                    a_port(82, appProtocol="TCP"),
                    a_port(83, appProtocol="h2c"),
                    a_port(84, appProtocol=f"{'p' * 253}/{'n' * 63}"),
                ]
            },
            {
                "ports": [
                    "80:8080/http",
                    "81:8080/h2c",
                    "82:8080/tcp+TCP",
                    "83:8080/tcp+h2c",
                    f"84:8080/tcp+{'p' * 253}/{'n' * 63}",
                ]
            },
            id="appProtocols",
        ),
        pytest.param(
            {"type": "ExternalName", "externalName": "db.example.com"},
            {"ports": ["@db.example.com"]},
            id="external name",
        ),
        pytest.param(
            WEB
            | {
                "type": "LoadBalancer",
                "ports": [a_port(nodePort=30080)],
                "externalTrafficPolicy": "Local",
                "healthCheckNodePort": 31000,
                "allocateLoadBalancerNodePorts": True,
                "loadBalancerClass": "example.com/lb",
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
            },
            {
                "ports": ["^30080:80:8080"],
                "serviceTemplate": {
                    "spec": {
                        "sessionAffinity": "ClientIP",
                        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
                        "externalTrafficPolicy": "Local",
                        "loadBalancerClass": "example.com/lb",
                        "healthCheckNodePort": 31000,
                    }
                },
            },
            id="fields that need each other",
        ),
        pytest.param(
            WEB
            | {
                "ports": [a_port()],
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}},
            },
            {"ports": ["80:8080"], "serviceTemplate": {"spec": {"sessionAffinity": "ClientIP"}}},
            id="the default timeout",
        ),
        pytest.param(
            WEB | {"ports": [a_port()], "ipFamilies": ["IPv6"], "ipFamilyPolicy": "SingleStack"},
            {"ports": ["80:8080"], "serviceTemplate": {"spec": {"ipFamilies": ["IPv6"]}}},
            id="the other IP family",
        ),
    ],
)
def test_the_request_is_as_short_as_it_can_be(spec: Body, expected: Body) -> None:
    conversion = conversion_of(a_service(spec))
    assert (conversion.request, conversion.losses) == (
        {
            "apiVersion": "exposer.dev/v1alpha1",
            "kind": "ExposeRequest",
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": expected,
        },
        (),
    )


def test_labels_and_annotations_go_along_but_for_bookkeeping() -> None:
    conversion = conversion_of(
        a_service(
            WEB | {"ports": [a_port()]},
            labels={"team": "a", "app.kubernetes.io/managed-by": "Helm"},
            annotations={"note": "b", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
        )
    )
    assert conversion.request["spec"]["serviceTemplate"] == {
        "metadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}}
    }
    assert conversion.losses == (
        'metadata.labels: app.kubernetes.io/managed-by is the operator\'s own; "Helm" is left out',
    )


@pytest.mark.parametrize(
    ("spec", "losses"),
    [
        pytest.param(
            WEB | {"ports": [{"port": 80}]},
            ['spec.ports[0].name: nothing becomes "80-80"'],
            id="a port without a name",
        ),
        pytest.param(
            {"type": "ExternalName", "externalName": "db.example.com."},
            ['spec.externalName: "db.example.com." becomes "db.example.com"'],
            id="the dot at the end of an external name",
        ),
        pytest.param(
            WEB
            | {
                "ports": [a_port()],
                "externalIPs": ["192.0.2.1"],
                "externalTrafficPolicy": "Cluster",
                "loadBalancerIP": "192.0.2.2",
            },
            [
                'spec.externalIPs: ["192.0.2.1"] can\'t be said in a request, and is left out',
                'spec.loadBalancerIP: "192.0.2.2" can\'t be said in a request, and is left out',
            ],
            id="addresses of others",
        ),
        pytest.param(
            WEB
            | {
                "ports": [a_port()],
                "clusterIP": "10.96.0.50",
                "clusterIPs": ["10.96.0.50", "fd00::50"],
                "ipFamilies": ["IPv4", "IPv6"],
                "ipFamilyPolicy": "RequireDualStack",
            },
            ['spec.clusterIPs: ["fd00::50"] can\'t be said in a request, and is left out'],
            id="the second ClusterIP",
        ),
        pytest.param(
            {
                "type": "ExternalName",
                "externalName": "db.example.com",
                "selector": {"app": "web"},
                "ports": [a_port()],
            },
            [
                'spec.selector: {"app": "web"} can\'t be said in a request, and is left out',
                'spec.ports[0]: {"protocol": "TCP", "name": "80-8080", "port": 80, "targetPort": '
                "8080} can't be said in a request, and is left out",
            ],
            id="what does nothing beside an external name",
        ),
    ],
)
def test_nothing_is_lost_silently(spec: Body, losses: list[str]) -> None:
    assert sorted(conversion_of(a_service(spec)).losses) == sorted(losses)


def test_an_owner_is_told() -> None:
    owner = {"kind": "Gateway", "name": "gate"}
    conversion = conversion_of(a_service(WEB | {"ports": [a_port()]}, ownerReferences=[owner]))
    assert conversion.losses == (
        'metadata.ownerReferences: Gateway "gate" owns the Service, and may go on writing it',
    )


def test_the_addresses_behind_a_service_without_a_selector_are_taken() -> None:
    # The port on the addresses is the EndpointSlice's: nobody reads such a Service's target port.
    slices = [
        a_slice_body(
            ports=[{"name": "80-80", "port": 9376, "protocol": "TCP"}],
            endpoints=[
                an_endpoint("192.0.2.10"),
                an_endpoint("192.0.2.9", conditions={"ready": False}),
            ],
        )
    ]
    backends = backends_in(slices)
    assert backends == Backends(
        ("192.0.2.9", "192.0.2.10"),
        {"80-80": 9376},
        ("spec.addresses: 192.0.2.9 is not ready, but counts as ready in a request",),
    )
    conversion = conversion_of(a_service({"ports": [a_port(80, 80)]}), backends)
    assert conversion.request["spec"] == {
        "ports": ["80-80=80:9376"],
        "addresses": ["192.0.2.9", "192.0.2.10"],
    }
    assert conversion.losses == (
        "spec.addresses: 192.0.2.9 is not ready, but counts as ready in a request",
        "spec.ports[0].targetPort: 80 becomes 9376",
    )


@pytest.mark.parametrize(
    ("spec", "template"),
    [
        pytest.param({}, {}, id="both families, as nothing is said"),
        pytest.param({"ipFamilyPolicy": "RequireDualStack"}, {}, id="both families"),
        pytest.param(
            {"ipFamilyPolicy": "SingleStack"},
            {"serviceTemplate": {"spec": {"ipFamilyPolicy": "SingleStack"}}},
            id="one family",
        ),
    ],
)
def test_a_headless_service_without_a_selector_has_both_ip_families_by_default(
    spec: Body, template: Body
) -> None:
    service = a_service({"clusterIP": "None", "ports": [a_port()]} | spec)
    conversion = conversion_of(service, Backends(("192.0.2.10",), {"80-8080": 8080}))
    assert (conversion.request["spec"], conversion.losses) == (
        {"ports": ["#80:8080"], "addresses": ["192.0.2.10"]} | template,
        (),
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param({"ports": [a_port()]}, "no selector", id="nothing to send the traffic to"),
        pytest.param(
            {"type": "ExternalName", "externalName": "192.0.2.1"},
            "ends in a number",
            id="an address",
        ),
        pytest.param(WEB | {"ports": []}, "at least 1 item", id="no ports"),
    ],
)
def test_what_no_request_makes_is_refused_with_the_reason(spec: Body, words: str) -> None:
    with pytest.raises(InconvertibleError, match=words):
        conversion_of(a_service(spec))


def test_addresses_with_several_ports_are_refused() -> None:
    slices = [a_slice_body(ports=[{"name": "a", "port": number}]) for number in (1, 2)]
    with pytest.raises(InconvertibleError, match='several ports for "a": 1, 2'):
        backends_in(slices)
