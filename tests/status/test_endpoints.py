"""EndpointSlices -> the rows of the status."""

import pytest

from exposer.api.report import EndpointStatus, EndpointSummary, TargetReference
from exposer.observed import ObjectRecord
from exposer.status.endpoints import endpoint_rows, endpoint_summary
from tests.support.builders import Body, a_row, a_slice, an_endpoint


def conditions(**states: bool | None) -> Body:
    return an_endpoint(conditions=states)


NO_PORTS: list[Body] = []
TWO_PORTS = [{"name": "b", "port": 9090}, {"name": "a", "port": 8080}]


@pytest.mark.parametrize(
    ("slices", "rows"),
    [
        pytest.param([], [], id="no slice"),
        pytest.param([a_slice(endpoints=[])], [], id="empty slice"),
        pytest.param([a_slice()], [a_row()], id="one endpoint"),
        pytest.param(
            [
                a_slice(
                    endpoints=[
                        an_endpoint(
                            nodeName="node1",
                            zone="a",
                            targetRef={"kind": "Pod", "name": "web-0", "namespace": "shop"},
                        )
                    ]
                )
            ],
            [
                a_row(
                    node_name="node1",
                    zone="a",
                    target_ref=TargetReference(kind="Pod", name="web-0"),
                )
            ],
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
            [
                a_slice(name="a", ports=[{"port": 9090}]),
                a_slice(name="b", ports=[{"port": 8080}]),
            ],
            [a_row(ports=[8080, 9090])],
            id="one address in two slices is one row",
        ),
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
    ],
)
def test_slices_make_the_rows(slices: list[ObjectRecord], rows: list[EndpointStatus]) -> None:
    assert endpoint_rows(slices) == rows


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
    assert endpoint_rows([a_slice(endpoints=[endpoint])]) == [row]


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        pytest.param([], EndpointSummary(ready=0, total=0, truncated=False), id="none"),
        pytest.param(
            [a_row("192.0.2.1"), a_row("192.0.2.2", ready=False), a_row("192.0.2.3")],
            EndpointSummary(ready=2, total=3, truncated=False),
            id="two of three",
        ),
        pytest.param(
            [a_row()] * 100, EndpointSummary(ready=100, total=100, truncated=False), id="100"
        ),
        pytest.param(
            [a_row()] * 101, EndpointSummary(ready=101, total=101, truncated=True), id="101"
        ),
    ],
)
def test_the_summary_counts_all(rows: list[EndpointStatus], summary: EndpointSummary) -> None:
    assert endpoint_summary(rows) == summary
