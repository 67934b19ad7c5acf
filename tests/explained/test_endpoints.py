"""EndpointSlices as kube-proxy reads them."""

from exposer.explained.endpoints import Endpoint, endpoints_of
from tests.explained.surveys import HTTP, a_pod_endpoint, a_slice_of, not_ready
from tests.support.builders import a_slice_body, an_endpoint


def test_all_that_a_slice_says_is_kept() -> None:
    hints = {"forZones": [{"name": "a"}], "forNodes": [{"name": "node1"}]}
    conditions = {"ready": False, "serving": True, "terminating": True}
    body = a_pod_endpoint(1, hostname="web-1", hints=hints) | {"conditions": conditions}
    assert endpoints_of([a_slice_of(body)], "IPv4", HTTP) == (
        Endpoint(
            "10.244.1.1",
            8080,
            ready=False,
            serving=True,
            terminating=True,
            node="node1",
            zone="a",
            pod="web-1",
            hostname="web-1",
            zone_hints=frozenset({"a"}),
            node_hints=frozenset({"node1"}),
        ),
    )


def test_what_is_not_said_is_ready_and_serving() -> None:
    (endpoint,) = endpoints_of([a_slice_of({"addresses": ["192.0.2.10"]})], "IPv4", HTTP)
    assert endpoint == Endpoint("192.0.2.10", 8080)


def test_only_the_ports_of_that_name_and_protocol_and_family_count() -> None:
    other = [{"name": "http", "port": 53, "protocol": "UDP"}, {"name": "x", "port": 9}]
    slices = [
        a_slice_of(an_endpoint("10.0.0.10"), an_endpoint("10.0.0.9")),
        a_slice_of(an_endpoint("10.0.0.11"), ports=[other[0]]),
        a_slice_of(an_endpoint("10.0.0.12"), ports=[]),
        a_slice_of(an_endpoint("fd00::1"), address_type="IPv6"),
    ]
    found = endpoints_of(slices, "IPv4", HTTP)
    assert [str(each) for each in found] == ["10.0.0.9:8080", "10.0.0.10:8080"]
    assert [str(each) for each in endpoints_of(slices, "IPv6", HTTP)] == ["[fd00::1]:8080"]


def test_a_named_target_may_be_another_number_on_each_pod() -> None:
    slices = [
        a_slice_of(an_endpoint("10.0.0.1")),
        a_slice_of(
            an_endpoint("10.0.0.2"), ports=[{"name": "http", "port": 9090, "protocol": "TCP"}]
        ),
    ]
    found = endpoints_of(slices, "IPv4", HTTP)
    assert [str(each) for each in found] == ["10.0.0.1:8080", "10.0.0.2:9090"]


def test_an_address_in_two_slices_is_the_one_that_stays() -> None:
    stays = a_slice_of(an_endpoint("10.0.0.1"))
    goes = a_slice_of(an_endpoint("10.0.0.1", conditions=not_ready(terminating=True)))
    for slices in ([stays, goes], [goes, stays]):
        assert endpoints_of(slices, "IPv4", HTTP) == (Endpoint("10.0.0.1", 8080),)


def test_a_service_without_ports_has_endpoints_without_ports() -> None:
    assert endpoints_of([a_slice_body(ports=[])], "IPv4", None) == (Endpoint("10.244.1.11", None),)
