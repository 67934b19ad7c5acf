"""Service -> the port rows of the status, and the columns that show them."""

import pytest

from exposer.api.report import LoadBalancerIngress, PortStatus
from exposer.grammar import Protocol
from exposer.status.ports import external_column, ingress_rows, port_rows, ports_column
from tests.support.builders import Body, a_port_row, a_service_port


@pytest.mark.parametrize(
    ("spec", "rows"),
    [
        pytest.param({}, [], id="no field"),
        pytest.param({"ports": []}, [], id="no ports"),
        pytest.param({"ports": [a_service_port()]}, [a_port_row()], id="cluster IP"),
        pytest.param(
            {"ports": [a_service_port(80, "http", node_port=30080)]},
            [a_port_row(80, "http", node_port=30080)],
            id="node port to a named target",
        ),
        pytest.param(
            {"ports": [a_service_port(53, 53, protocol="UDP"), a_service_port(9, 9)]},
            [a_port_row(53, 53, protocol=Protocol.UDP), a_port_row(9, 9)],
            id="in the Service's order",
        ),
        pytest.param(
            {"ports": [a_service_port() | {"appProtocol": "kubernetes.io/h2c"}]},
            [a_port_row(app_protocol="kubernetes.io/h2c")],
            id="an appProtocol",
        ),
        pytest.param(
            {"ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}]},
            [PortStatus(name="", port=80, target_port=80, protocol=Protocol.TCP)],
            id="without a name",
        ),
    ],
)
def test_a_service_has_the_port_rows(spec: Body, rows: list[PortStatus]) -> None:
    assert port_rows(spec) == rows


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        pytest.param([], "", id="none"),
        pytest.param([a_port_row()], "80/TCP", id="cluster IP"),
        pytest.param([a_port_row(node_port=30080)], "80:30080/TCP", id="node port"),
        pytest.param(
            [a_port_row(node_port=30080), a_port_row(53, 53, protocol=Protocol.UDP)],
            "80:30080/TCP,53/UDP",
            id="two",
        ),
        pytest.param(
            [a_port_row(port) for port in range(1, 17)],
            "1/TCP,2/TCP,3/TCP,4/TCP,5/TCP,6/TCP,7/TCP,8/TCP,"
            "9/TCP,10/TCP,11/TCP,12/TCP,13/TCP,14/TCP,15/TCP,16/TCP",
            id="16",
        ),
        pytest.param(
            [a_port_row(port) for port in range(1, 1001)],
            "1/TCP,2/TCP,3/TCP,4/TCP,5/TCP,6/TCP,7/TCP,8/TCP,"
            "9/TCP,10/TCP,11/TCP,12/TCP,13/TCP,14/TCP,15/TCP,16/TCP,+984 more",
            id="1000",
        ),
    ],
)
def test_the_column_shows_ports_as_kubectl_does(rows: list[PortStatus], column: str) -> None:
    assert ports_column(rows) == column


@pytest.mark.parametrize(
    ("load_balancer", "rows"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"ingress": None}, [], id="null"),
        pytest.param(
            {"ingress": [{"ip": "198.51.100.7", "ipMode": "VIP"}, {"hostname": "lb.example.com"}]},
            [
                LoadBalancerIngress(ip="198.51.100.7"),
                LoadBalancerIngress(hostname="lb.example.com"),
            ],
            id="address and name",
        ),
    ],
)
def test_a_load_balancer_has_the_ways_in(
    load_balancer: Body, rows: list[LoadBalancerIngress]
) -> None:
    assert ingress_rows(load_balancer) == rows


@pytest.mark.parametrize(
    ("name", "ingress", "column"),
    [
        pytest.param(None, [], "", id="none"),
        pytest.param("db.example.com", [], "db.example.com", id="external name"),
        pytest.param(
            None,
            [
                LoadBalancerIngress(ip="198.51.100.7"),
                LoadBalancerIngress(hostname="lb.example.com"),
            ],
            "198.51.100.7,lb.example.com",
            id="load balancer",
        ),
    ],
)
def test_the_column_shows_the_way_in_from_outside(
    name: str | None, ingress: list[LoadBalancerIngress], column: str
) -> None:
    assert external_column(name, ingress) == column
