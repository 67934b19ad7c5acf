"""Ports -> port strings: as few as can be."""

import pytest

from exposer.explained.strings import port_strings
from exposer.grammar import Kind, PortMapping, Protocol, canonical
from tests.support.builders import a_mapping


def ports(*rows: tuple[str, int, int]) -> list[PortMapping]:
    return [a_mapping(port, target, name=name) for name, port, target in rows]


def unnamed(port: int, target: int | str) -> PortMapping:
    return PortMapping("", port, target, None, Protocol.TCP)


@pytest.mark.parametrize(
    ("kind", "mappings", "strings"),
    [
        pytest.param(Kind.CLUSTER_IP, [unnamed(80, 80)], ["80"], id="no name"),
        pytest.param(Kind.CLUSTER_IP, ports(("80-8080", 80, 8080)), ["80:8080"], id="default name"),
        pytest.param(Kind.CLUSTER_IP, ports(("web", 80, 80)), ["web=80"], id="name"),
        pytest.param(Kind.CLUSTER_IP, [a_mapping(80, "http")], ["80:http"], id="target by name"),
        pytest.param(
            Kind.NODE_PORT,
            [a_mapping(80, 8080, node_port=30080), a_mapping(443, 8443)],
            ["!30080:80:8080", "!443:8443"],
            id="one of two node ports",
        ),
        pytest.param(
            Kind.HEADLESS,
            [a_mapping(53, 53, name="53-53-udp", protocol=Protocol.UDP)],
            ["#53/udp"],
            id="protocol",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("80-90", 80, 90), ("81-91", 81, 91), ("82-92", 82, 92)),
            ["80-82:90-92"],
            id="a range",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("rtp-5004", 5004, 5004), ("rtp-5005", 5005, 5005)),
            ["rtp=5004-5005"],
            id="a range with a name",
        ),
        pytest.param(
            Kind.NODE_PORT,
            [a_mapping(80, 80, node_port=30000), a_mapping(81, 81, node_port=30001)],
            ["!30000-30001:80-81:80-81"],
            id="a range of node ports",
        ),
        pytest.param(
            Kind.NODE_PORT,
            [a_mapping(80, 80, node_port=30000), a_mapping(81, 81, node_port=30002)],
            ["!30000:80:80", "!30002:81:81"],
            id="node ports that are not in a row",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("80-80", 80, 80), ("81-80", 81, 80)),
            ["80", "81:80"],
            id="targets that are not in a row",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("81-81", 81, 81), ("80-80", 80, 80)),
            ["81", "80"],
            id="in the order of the ports",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("a-80", 80, 80), ("b-81", 81, 81)),
            ["a-80=80", "b-81=81"],
            id="names that are not of one range",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("80-80", 80, 80), ("80-81", 81, 81)),
            ["80=80-81"],
            id="a range whose name is a number",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("80-80", 80, 80), ("a-81", 81, 81), ("a-82", 82, 82)),
            ["80", "a=81-82"],
            id="a run that begins with the second port",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            ports(("a--80", 80, 80), ("a--81", 81, 81)),
            ["a--80=80", "a--81=81"],
            id="what would be no label",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            [
                a_mapping(53, 53, name="dns-53"),
                a_mapping(54, 54, name="dns-54", protocol=Protocol.UDP),
            ],
            ["dns-53=53", "dns-54=54/udp"],
            id="two protocols",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            [
                a_mapping(80, 80, app_protocol="http"),
                a_mapping(81, 81, app_protocol="http"),
                a_mapping(82, 82),
            ],
            ["80-81/http", "82"],
            id="two appProtocols",
        ),
        pytest.param(
            Kind.CLUSTER_IP,
            [a_mapping(80, "a"), a_mapping(81, "a")],
            ["80:a", "81:a"],
            id="a name is one port",
        ),
    ],
)
def test_the_strings(kind: Kind, mappings: list[PortMapping], strings: list[str]) -> None:
    assert [canonical(each) for each in port_strings(kind, mappings)] == strings
