"""The whole status as the API server takes it."""

from copy import deepcopy

import pytest

from exposer.api import Reason, Refused, Verdict
from exposer.grammar import Kind
from exposer.observed import ObjectRecord, Snapshot
from exposer.plan import Outcome
from exposer.status import status_of
from tests.support.builders import (
    NOW,
    Body,
    a_request,
    a_service,
    a_service_port,
    a_slice,
    an_accepted_request,
    an_endpoint,
)


def status(*objects: ObjectRecord, verdict: Verdict | None = None) -> Body:
    """The status of the request shop/web."""
    return status_of(
        a_request(generation=3),
        verdict or an_accepted_request(),
        Snapshot(objects),
        Outcome(),
        NOW,
    )


def condition(kind: str, reason: str, message: str, status: str = "True") -> Body:
    return {
        "type": kind,
        "status": status,
        "observedGeneration": 3,
        "lastTransitionTime": "2026-03-01T12:00:00Z",
        "reason": reason,
        "message": message,
    }


def test_a_node_port_with_its_endpoints() -> None:
    service = a_service(
        spec={"type": "NodePort", "ports": [a_service_port(80, "http", node_port=30080)]}
    )
    pod = {"kind": "Pod", "name": "web-0", "namespace": "shop"}
    endpoints = a_slice(
        endpoints=[
            an_endpoint("10.244.1.11", nodeName="node1", zone="a", targetRef=pod),
            an_endpoint("10.244.1.12", conditions={"ready": False}),
        ]
    )
    assert status(service, endpoints) == {
        "observedGeneration": 3,
        "serviceName": "web",
        "type": "NodePort",
        "clusterIP": "10.96.12.7",
        "clusterIPs": ["10.96.12.7"],
        "dnsName": "web.shop.svc.cluster.local",
        "ports": [
            {
                "name": "80-http",
                "port": 80,
                "targetPort": "http",
                "nodePort": 30080,
                "protocol": "TCP",
            }
        ],
        "endpoints": [
            {
                "ip": "10.244.1.11",
                "ports": [8080],
                "ready": True,
                "serving": True,
                "terminating": False,
                "nodeName": "node1",
                "zone": "a",
                "targetRef": {"kind": "Pod", "name": "web-0"},
            },
            {
                "ip": "10.244.1.12",
                "ports": [8080],
                "ready": False,
                "serving": False,
                "terminating": False,
            },
        ],
        "endpointSummary": {"ready": 1, "total": 2, "truncated": False},
        "display": {
            "type": "NodePort",
            "clusterIP": "10.96.12.7",
            "ports": "80:30080/TCP",
            "endpoints": "1/2",
            "external": "<none>",
            "service": "web",
        },
        "conditions": [
            condition("Accepted", "Accepted", "the spec can be carried out"),
            condition("Programmed", "Programmed", 'Service "web" stands as the spec says'),
            condition("EndpointsAvailable", "EndpointsReady", "1 of 2 endpoints are ready"),
            condition("Ready", "Ready", "the Service is ready to take traffic"),
        ],
    }


def test_a_refused_request_without_a_service() -> None:
    waiting = "waiting for a spec that can be carried out; what stands is left as it is"
    assert status(verdict=Refused(Reason.INVALID_SPEC, "wrong")) == {
        "observedGeneration": 3,
        "ports": [],
        "endpoints": [],
        "endpointSummary": {"ready": 0, "total": 0, "truncated": False},
        "display": {
            "type": "<none>",
            "clusterIP": "<none>",
            "ports": "<none>",
            "endpoints": "<none>",
            "external": "<none>",
            "service": "<none>",
        },
        "conditions": [
            condition("Accepted", "InvalidSpec", "wrong", "False"),
            condition("Programmed", "Pending", waiting, "False"),
            condition("EndpointsAvailable", "Pending", "there is no Service yet", "False"),
            condition("Ready", "InvalidSpec", "wrong", "False"),
            condition("Stalled", "InvalidSpec", "wrong"),
        ],
    }


EXTERNAL = a_service(
    spec={
        "type": "ExternalName",
        "externalName": "db.example.com",
        "clusterIP": None,
        "clusterIPs": None,
        "ports": None,
        "selector": None,
    }
)
HEADLESS = a_service(spec={"clusterIP": "None", "clusterIPs": ["None"]})
BALANCED = a_service(
    spec={"type": "LoadBalancer", "ports": [a_service_port(node_port=31000)]},
    status={"loadBalancer": {"ingress": [{"ip": "198.51.100.7"}, {"ip": "2001:db8::7"}]}},
)


@pytest.mark.parametrize(
    ("service", "kind", "display"),
    [
        pytest.param(
            EXTERNAL,
            Kind.EXTERNAL_NAME,
            ["ExternalName", "<none>", "<none>", "<none>", "db.example.com", "web"],
            id="external name",
        ),
        pytest.param(
            HEADLESS,
            Kind.HEADLESS,
            ["Headless", "None", "80/TCP", "1/1", "<none>", "web"],
            id="headless",
        ),
        pytest.param(
            BALANCED,
            Kind.LOAD_BALANCER,
            [
                "LoadBalancer",
                "10.96.12.7",
                "80:31000/TCP",
                "1/1",
                "198.51.100.7,2001:db8::7",
                "web",
            ],
            id="load balancer",
        ),
    ],
)
def test_the_columns_show(service: ObjectRecord, kind: Kind, display: list[str]) -> None:
    host = "db.example.com" if kind is Kind.EXTERNAL_NAME else None
    found = status(service, a_slice(), verdict=an_accepted_request(kind=kind, external_name=host))
    columns = ("type", "clusterIP", "ports", "endpoints", "external", "service")
    assert found["display"] == dict(zip(columns, display, strict=True))


def test_a_load_balancers_ways_in_are_told() -> None:
    found = status(BALANCED, verdict=an_accepted_request(kind=Kind.LOAD_BALANCER))
    assert found["loadBalancer"] == {"ingress": [{"ip": "198.51.100.7"}, {"ip": "2001:db8::7"}]}


def test_of_many_endpoints_the_first_100_are_shown_and_all_counted() -> None:
    endpoints = [an_endpoint(f"10.0.0.{number}") for number in range(1, 151)]
    found = status(a_service(), a_slice(endpoints=endpoints))
    assert ([row["ip"] for row in found["endpoints"]], found["endpointSummary"]) == (
        [f"10.0.0.{number}" for number in range(1, 101)],
        {"ready": 150, "total": 150, "truncated": True},
    )


@pytest.mark.parametrize(
    ("objects", "name"),
    [
        pytest.param([a_service(owner=None)], "<none>", id="a foreign one is not told of"),
        pytest.param([a_service(name="old")], "old", id="the old one, while it alone stands"),
        pytest.param([a_service(name="old"), a_service()], "web", id="the wanted one"),
    ],
)
def test_the_service_that_is_told_of_is(objects: list[ObjectRecord], name: str) -> None:
    assert status(*objects)["display"]["service"] == name


def test_the_same_again_is_the_same_status() -> None:
    """A converged request costs no write: the second status equals the one that stands."""
    first = status(a_service(), a_slice())
    later = NOW.replace(year=2027)
    again = status_of(
        a_request(generation=3, status=deepcopy(first)),
        an_accepted_request(),
        Snapshot((a_service(version=9), a_slice(version=9))),
        Outcome(),
        later,
    )
    assert again == first
