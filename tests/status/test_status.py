"""The whole status as the API server takes it."""

from copy import deepcopy

import pytest

from exposer.api import Reason, Refused, Verdict
from exposer.grammar import Kind
from exposer.observed import ObjectRecord, Snapshot
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.plan import Outcome, Refusal
from exposer.status import (
    awaits_address,
    awaits_endpoints,
    depends_on_pods,
    needs_pods,
    status_of,
)
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


def status(
    *objects: ObjectRecord, verdict: Verdict | None = None, backing: BackingPods = UNSEEN
) -> Body:
    """The status of the request shop/web."""
    return status_of(
        a_request(generation=3),
        verdict or an_accepted_request(),
        Snapshot(objects),
        Outcome(),
        NOW,
        backing,
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
        ports=[{"name": "80-http", "port": 8080, "protocol": "TCP"}],
        endpoints=[
            an_endpoint("10.244.1.11", nodeName="node1", zone="a", targetRef=pod),
            an_endpoint("10.244.1.12", conditions={"ready": False}),
        ],
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
            "reason": "Ready",
        },
        "conditions": [
            condition("Accepted", "Accepted", "the spec is valid"),
            condition("Programmed", "Programmed", 'Service "web" is up to date'),
            condition("EndpointsAvailable", "EndpointsReady", "1 of 2 endpoints are ready"),
            condition("Ready", "Ready", "the Service is up to date"),
        ],
    }


def test_a_refused_request_without_a_service() -> None:
    waiting = "waiting for a valid spec"
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
            "reason": "InvalidSpec",
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
            ["ExternalName", "<none>", "<none>", "<none>", "db.example.com", "web", "Ready"],
            id="external name",
        ),
        pytest.param(
            HEADLESS,
            Kind.HEADLESS,
            ["Headless", "None", "80/TCP", "1/1", "<none>", "web", "Ready"],
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
                "Ready",
            ],
            id="load balancer",
        ),
    ],
)
def test_the_columns_show(service: ObjectRecord, kind: Kind, display: list[str]) -> None:
    host = "db.example.com" if kind is Kind.EXTERNAL_NAME else None
    found = status(service, a_slice(), verdict=an_accepted_request(kind=kind, external_name=host))
    columns = ("type", "clusterIP", "ports", "endpoints", "external", "service", "reason")
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


BALANCER = an_accepted_request(kind=Kind.LOAD_BALANCER)
EMPTY = a_slice(endpoints=[])
LAME = a_slice(endpoints=[an_endpoint(conditions={"ready": False})])
METRICS = a_service(spec={"ports": [a_service_port(), a_service_port(9090, "metrics")]})
OLD = {"kind": "Service", "name": "web", "uid": "uid-of-an-earlier-one", "controller": True}


@pytest.mark.parametrize(
    ("objects", "column", "reason"),
    [
        pytest.param([a_service(), a_slice()], "1/1", "Ready", id="all is well"),
        pytest.param([a_service()], "0/0", "Pending", id="nobody has looked for pods yet"),
        pytest.param([a_service(), EMPTY], "0/0", "NoPodsMatch", id="a wrong selector"),
        pytest.param([a_service(), LAME], "0/1", "PodsNotReady", id="not ready"),
        pytest.param(
            [a_service(spec={"ports": [a_service_port(80, "http")]}), a_slice(ports=[])],
            "0/1",
            "TargetPortNotFound",
            id="a named target that no pod has",
        ),
        pytest.param([METRICS, a_slice()], "1/1", "TargetPortNotFound", id="one of two targets"),
        pytest.param(
            [a_service(), a_slice(owner=OLD)], "0/0", "Pending", id="slices of an earlier Service"
        ),
        pytest.param([], "<none>", "Pending", id="a Service that has just gone"),
    ],
)
def test_the_columns_show_what_is_wrong_with_the_endpoints(
    objects: list[ObjectRecord], column: str, reason: str
) -> None:
    found = status(*objects, backing=BackingPods())["display"]
    assert (found["endpoints"], found["reason"]) == (column, reason)


def test_what_is_wrong_with_a_load_balancer_is_shown_before_that_it_has_no_pods() -> None:
    service = a_service(spec={"type": "LoadBalancer"})
    found = status(service, EMPTY, verdict=an_accepted_request(kind=Kind.LOAD_BALANCER))
    assert found["display"]["reason"] == "Pending"


@pytest.mark.parametrize(
    ("objects", "verdict", "waits"),
    [
        pytest.param(
            [a_service(spec={"type": "LoadBalancer"}), EMPTY], BALANCER, True, id="no address"
        ),
        pytest.param([BALANCED, EMPTY], BALANCER, False, id="an address"),
        pytest.param([a_service(), EMPTY], an_accepted_request(), False, id="another kind"),
        pytest.param(
            [a_service(spec={"type": "LoadBalancer"}), EMPTY],
            Refused(Reason.MIXED_KINDS, "mixed"),
            False,
            id="no valid spec",
        ),
    ],
)
def test_for_an_address_waits_only_who_lacks_nothing_else(
    objects: list[ObjectRecord], verdict: Verdict, waits: bool
) -> None:
    assert awaits_address(status(*objects, verdict=verdict)) is waits


def test_who_cannot_have_its_service_waits_for_no_address() -> None:
    outcome = Outcome(Refusal(Reason.PENDING, "etcd is slow", passing=True))
    found = status_of(a_request(), BALANCER, Snapshot(), outcome, NOW)
    assert not awaits_address(found)


def test_an_error_of_a_load_balancer_is_told() -> None:
    port = {"port": 80, "protocol": "TCP", "error": "InUse"}
    ingress = [{"ip": "198.51.100.7", "ports": [port]}]
    service = a_service(
        spec={"type": "LoadBalancer"}, status={"loadBalancer": {"ingress": ingress}}
    )
    found = status(service, a_slice(), verdict=an_accepted_request(kind=Kind.LOAD_BALANCER))
    message = "the load balancer has an error: port 80/TCP at 198.51.100.7: InUse"
    assert found["conditions"][-1] == condition("Ready", "LoadBalancerError", message, "False")
    assert found["loadBalancer"] == {"ingress": [{"ip": "198.51.100.7"}]}


@pytest.mark.parametrize(
    ("objects", "needs", "depends", "awaits"),
    [
        pytest.param([a_service(), a_slice()], False, False, False, id="all is well"),
        pytest.param([a_service()], False, False, True, id="not listed yet"),
        pytest.param([a_service(), EMPTY], True, True, False, id="no pods"),
        pytest.param([a_service(), LAME], True, True, False, id="not ready"),
        pytest.param([METRICS, a_slice()], True, False, True, id="no port of that name yet"),
        pytest.param([HEADLESS, a_slice()], True, False, False, id="headless"),
        pytest.param([], False, False, False, id="no Service"),
    ],
)
def test_when_a_look_at_the_pods_may_tell_more(
    objects: list[ObjectRecord], needs: bool, depends: bool, awaits: bool
) -> None:
    found = status(*objects)
    assert (needs_pods(found), depends_on_pods(found), awaits_endpoints(found)) == (
        needs,
        depends,
        awaits,
    )


def test_the_cluster_domain_is_that_of_the_cluster() -> None:
    found = status_of(
        a_request(),
        an_accepted_request(),
        Snapshot((a_service(),)),
        Outcome(),
        NOW,
        cluster_domain="corp.example",
    )
    assert found["dnsName"] == "web.shop.svc.corp.example"


def test_a_thousand_ports_are_listed_whole_and_said_once_for_all_endpoints() -> None:
    numbers = range(8000, 9000)
    service = a_service(spec={"ports": [a_service_port(each, each) for each in numbers]})
    ports = [{"name": f"{each}-{each}", "port": each, "protocol": "TCP"} for each in numbers]
    endpoints = [an_endpoint(f"10.0.0.{number}") for number in range(1, 101)]
    found = status(service, a_slice(ports=ports, endpoints=endpoints))
    assert [each["port"] for each in found["ports"]] == [*numbers]
    assert (found["endpointPorts"], found["endpoints"][0]) == (
        [*numbers],
        {"ip": "10.0.0.1", "ready": True, "serving": True, "terminating": False},
    )
    assert found["endpointSummary"] == {"ready": 100, "total": 100, "truncated": False}


@pytest.mark.parametrize(
    "conditions", [None, "none", {}, [None], [{"type": "Ready", "status": "True"}]], ids=str
)
def test_a_status_that_was_edited_by_hand_is_written_anew(conditions: object) -> None:
    request = a_request(generation=3, status={"conditions": conditions, "observedGeneration": "?"})
    snapshot = Snapshot((a_service(), a_slice()))
    found = status_of(request, an_accepted_request(), snapshot, Outcome(), NOW)
    assert found == status(a_service(), a_slice())


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
