"""EndpointSlices -> what they say of the endpoints, and the rows of the status."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposer.api.report import EndpointStatus, TargetReference
from exposer.observed import ObjectRecord
from exposer.status.endpoints import MAX_BYTES, Endpoints, Shown, endpoints_in, shown
from tests.support.builders import Body, a_row, a_slice, an_endpoint


def conditions(**states: bool | None) -> Body:
    return an_endpoint(conditions=states)


def a_port(name: str, number: int, protocol: str = "TCP") -> Body:
    return {"name": name, "port": number, "protocol": protocol}


def a_pods(name: str, address: str = "10.244.1.11", ready: bool = True) -> Body:
    """The endpoint of a pod."""
    reference = {"kind": "Pod", "name": name, "namespace": "shop"}
    return an_endpoint(address, conditions={"ready": ready}, targetRef=reference)


def a_pods_row(name: str, ip: str = "10.244.1.11", **changes: Any) -> EndpointStatus:
    return a_row(ip, target_ref=TargetReference(kind="Pod", name=name), **changes)


NO_PORTS: list[Body] = []
TWO_PORTS = [a_port("b", 9090), a_port("a", 8080)]
THOUSAND = [a_port(f"{number}-{number}", number) for number in range(8000, 9000)]


@pytest.mark.parametrize(
    ("slices", "rows"),
    [
        pytest.param([], [], id="no slice"),
        pytest.param([a_slice(endpoints=[])], [], id="empty slice"),
        pytest.param([a_slice()], [a_row()], id="one endpoint"),
        pytest.param(
            [a_slice(endpoints=[a_pods("web-0") | {"nodeName": "node1", "zone": "a"}])],
            [a_pods_row("web-0", node_name="node1", zone="a")],
            id="where it is and what it belongs to",
        ),
        pytest.param([a_slice(ports=NO_PORTS)], [a_row(ports=[])], id="no port"),
        pytest.param([a_slice(ports=[{"name": "all"}])], [a_row(ports=[])], id="any port"),
        pytest.param(
            [a_slice(ports=TWO_PORTS)], [a_row(ports=[8080, 9090])], id="ports are sorted"
        ),
        pytest.param(
            [
                a_slice(name="a", endpoints=[an_endpoint("10.0.0.10"), an_endpoint("10.0.0.9")]),
                a_slice(name="b", endpoints=[an_endpoint("9.0.0.1")]),
            ],
            [a_row("9.0.0.1"), a_row("10.0.0.9"), a_row("10.0.0.10")],
            id="sorted by number, across slices",
        ),
        pytest.param(
            [
                a_slice(name="6", address_type="IPv6", endpoints=[an_endpoint("2001:db8::1")]),
                a_slice(name="4", endpoints=[an_endpoint("192.0.2.1")]),
            ],
            [a_row("192.0.2.1"), a_row("2001:db8::1")],
            id="IPv4 first",
        ),
        pytest.param(
            [a_slice(address_type="FQDN", endpoints=[an_endpoint("db.example.com")])],
            [],
            id="names are no addresses",
        ),
        pytest.param(
            [a_slice(name="a", ports=[TWO_PORTS[0]]), a_slice(name="b", ports=[TWO_PORTS[1]])],
            [a_row(ports=[8080, 9090])],
            id="an address whose ports are in two slices is one row",
        ),
        pytest.param([a_slice(name="a"), a_slice(name="b")], [a_row()], id="moved: in both slices"),
        pytest.param(
            [
                a_slice(name="a", endpoints=[conditions(ready=False)]),
                a_slice(name="b", endpoints=[conditions(ready=True)]),
            ],
            [a_row()],
            id="moved, and ready in the new slice",
        ),
        pytest.param(
            [
                a_slice(name="a", endpoints=[conditions(ready=True)]),
                a_slice(name="b", endpoints=[conditions(ready=False)]),
            ],
            [a_row()],
            id="moved, and ready in the old slice",
        ),
        pytest.param(
            [
                a_slice(
                    name="a",
                    ports=[a_port("http", 9002)],
                    endpoints=[a_pods("web-1", "10.240.0.1", ready=False)],
                ),
                a_slice(
                    name="b",
                    ports=[a_port("http", 9001)],
                    endpoints=[a_pods("web-0", "10.240.0.1")],
                ),
            ],
            [
                a_pods_row("web-0", "10.240.0.1", ports=[9001]),
                a_pods_row("web-1", "10.240.0.1", ports=[9002], ready=False, serving=False),
            ],
            id="two pods on the network of one node",
        ),
        pytest.param(
            [a_slice(endpoints=[a_pods("a"), a_pods("b")])],
            [a_pods_row("a"), a_pods_row("b")],
            id="an address that one pod had and another one has",
        ),
        pytest.param(
            [
                a_slice(name="a", ports=[a_port("http", 9001)]),
                a_slice(name="b", ports=[a_port("http", 9002)]),
            ],
            [a_row(ports=[9001]), a_row(ports=[9002])],
            id="an address with one port at two numbers is two endpoints",
        ),
    ],
)
def test_slices_make_the_rows(slices: list[ObjectRecord], rows: list[EndpointStatus]) -> None:
    assert shown(slices) == Shown(rows, None, False)
    assert shown(slices[::-1]) == Shown(rows, None, False)


@pytest.mark.parametrize(
    ("endpoint", "row"),
    [
        pytest.param(conditions(), a_row(), id="unknown counts as ready and serving"),
        pytest.param(conditions(ready=None), a_row(), id="null counts as unknown"),
        pytest.param(conditions(ready=True), a_row(), id="ready"),
        pytest.param(conditions(ready=False), a_row(ready=False, serving=False), id="not ready"),
        pytest.param(
            conditions(ready=False, serving=True, terminating=True),
            a_row(ready=False, serving=True, terminating=True),
            id="terminating, but still serving",
        ),
        pytest.param(
            conditions(ready=False, serving=False, terminating=True),
            a_row(ready=False, serving=False, terminating=True),
            id="terminating",
        ),
        pytest.param(
            conditions(ready=True, serving=False), a_row(serving=False), id="ready, not serving"
        ),
    ],
)
def test_an_endpoint_is_in_the_state(endpoint: Body, row: EndpointStatus) -> None:
    assert shown([a_slice(endpoints=[endpoint])]).rows == [row]


WEB = ("80-8080", "TCP")
COUNTED = Endpoints(
    listed=True,
    total=1,
    within=1,
    willing=1,
    ready=1,
    ports=frozenset({WEB}),
    served=frozenset({WEB}),
    families=frozenset({"IPv4"}),
)
IPV6 = a_slice(name="six", address_type="IPv6", endpoints=[a_pods("web-0", "fd00::1")])


@pytest.mark.parametrize(
    ("slices", "families", "expected"),
    [
        pytest.param([], ["IPv4"], Endpoints(), id="no slice"),
        pytest.param(
            [a_slice(endpoints=[])], ["IPv4"], Endpoints(listed=True), id="an empty slice"
        ),
        pytest.param(
            [a_slice(address_type="FQDN", endpoints=[an_endpoint("db.example.com")])],
            ["IPv4"],
            Endpoints(listed=True),
            id="names are no endpoints",
        ),
        pytest.param([a_slice()], ["IPv4"], COUNTED, id="one"),
        pytest.param([a_slice()], [], COUNTED, id="nobody knows the families"),
        pytest.param(
            [a_slice(endpoints=[a_pods("web-0")]), IPV6],
            ["IPv4", "IPv6"],
            replace(COUNTED, families=frozenset({"IPv4", "IPv6"})),
            id="a pod with two addresses is one",
        ),
        pytest.param(
            [a_slice(endpoints=[an_endpoint("192.0.2.1"), an_endpoint("192.0.2.2")])],
            ["IPv4"],
            replace(COUNTED, total=2, within=2, willing=2, ready=2),
            id="what belongs to nothing is its address",
        ),
        pytest.param(
            [a_slice(name="a"), a_slice(name="b")], ["IPv4"], COUNTED, id="one that is moved"
        ),
        pytest.param(
            [a_slice(endpoints=[an_endpoint("192.0.2.1")]), IPV6],
            ["IPv4"],
            replace(COUNTED, total=2, astray=("fd00::1",)),
            id="one of another family",
        ),
        pytest.param(
            [a_slice(endpoints=[conditions(ready=False)])],
            ["IPv4"],
            replace(COUNTED, willing=0, ready=0, served=frozenset(), families=frozenset()),
            id="not ready",
        ),
        pytest.param(
            [a_slice(ports=NO_PORTS)],
            ["IPv4"],
            replace(COUNTED, ready=0, ports=frozenset(), served=frozenset(), families=frozenset()),
            id="without the port",
        ),
        pytest.param(
            [a_slice(ports=[a_port("80-8080", 8080, "UDP")])],
            ["IPv4"],
            replace(
                COUNTED,
                ready=0,
                ports=frozenset({("80-8080", "UDP")}),
                served=frozenset({("80-8080", "UDP")}),
                families=frozenset(),
            ),
            id="with a port of that name, but of another protocol",
        ),
    ],
)
def test_what_slices_say(
    slices: list[ObjectRecord], families: list[str], expected: Endpoints
) -> None:
    assert endpoints_in(slices, [WEB], families) == expected


def test_an_endpoint_needs_no_port_where_the_service_has_none() -> None:
    found = endpoints_in([a_slice(ports=NO_PORTS)], [], ["IPv4"])
    assert (found.ready, found.families) == (1, frozenset({"IPv4"}))


@pytest.mark.parametrize(
    ("count", "truncated"), [pytest.param(100, False), pytest.param(101, True)]
)
def test_the_first_100_are_shown(count: int, truncated: bool) -> None:
    addresses = [f"10.0.{number // 100}.{number % 100}" for number in range(count)]
    slices = [
        a_slice(name=str(at), endpoints=[*map(an_endpoint, addresses[at::3])]) for at in range(3)
    ]
    expected = [a_row(address) for address in addresses[:100]]
    assert shown(slices) == Shown(expected, None, truncated)


def test_many_ports_are_told_once_where_all_have_the_same() -> None:
    addresses = [f"10.0.0.{number}" for number in range(100)]
    slices = [a_slice(ports=THOUSAND, endpoints=[*map(an_endpoint, addresses)])]
    expected = [a_row(address, ports=None) for address in addresses]
    assert shown(slices) == Shown(expected, [*range(8000, 9000)], False)


@pytest.mark.parametrize(("count", "once"), [pytest.param(16, False), pytest.param(17, True)])
def test_few_ports_are_told_in_every_row(count: int, once: bool) -> None:
    found = shown([a_slice(ports=THOUSAND[:count])])
    numbers = [*range(8000, 8000 + count)]
    expected = ([None], numbers) if once else ([numbers], None)
    assert ([row.ports for row in found.rows], found.ports) == expected


def test_many_ports_that_differ_leave_room_for_a_few_rows() -> None:
    slices = [
        a_slice(
            name="a", ports=THOUSAND, endpoints=[an_endpoint(f"10.0.0.{at}") for at in range(9)]
        ),
        a_slice(name="b", ports=THOUSAND[1:], endpoints=[an_endpoint("10.0.1.1")] * 9),
        a_slice(
            name="c", ports=THOUSAND[2:], endpoints=[an_endpoint(f"9.0.0.{at}") for at in range(9)]
        ),
    ]
    found = shown(slices)
    assert (len(found.rows), found.ports, found.truncated) == (11, None, True)
    assert found.rows[0] == a_row("9.0.0.0", ports=[*range(8002, 9000)])


_TEXTS = st.one_of(st.sampled_from(["node1", "n" * 253]), st.text(max_size=300))
_ENDPOINTS = st.builds(
    lambda number, node, zone, target: an_endpoint(
        f"10.0.0.{number}", nodeName=node, zone=zone, targetRef={"kind": "Pod", "name": target}
    ),
    st.integers(0, 255),
    _TEXTS,
    _TEXTS,
    st.one_of(_TEXTS, st.just("x" * 70_000)),
)
_SLICES = st.builds(
    lambda first, count, endpoints: a_slice(
        ports=[a_port(str(number), number) for number in range(first, first + count)],
        endpoints=endpoints,
    ),
    st.sampled_from([1, 60000]),
    st.sampled_from([0, 1, 16, 17, 1000]),
    st.lists(_ENDPOINTS, max_size=150),
)


@given(st.lists(_SLICES, max_size=3))
def test_the_rows_fit_into_64_kb_and_what_is_left_out_is_said(slices: list[ObjectRecord]) -> None:
    found = shown(slices)
    rows = [row.model_dump(mode="json", by_alias=True, exclude_none=True) for row in found.rows]
    told = json.dumps([rows, found.ports or []], ensure_ascii=False, separators=(",", ":"))
    assert len(told.encode(errors="surrogatepass")) < MAX_BYTES + 10 < 64 * 1024
    everything = {
        (endpoint["addresses"][0], endpoint["targetRef"]["name"])
        for record in slices
        for endpoint in record.body["endpoints"]
    }
    seen = {(row.ip, row.target_ref.name) for row in found.rows if row.target_ref}
    assert seen <= everything
    assert found.truncated or seen == everything
