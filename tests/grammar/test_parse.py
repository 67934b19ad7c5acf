"""What each port string means."""

from dataclasses import replace

import pytest

from exposer.grammar import Kind, PortMapping, Ports, PortString, Protocol, parse

TCP, UDP, SCTP = Protocol.TCP, Protocol.UDP, Protocol.SCTP
LONG_NAME = "n" * 63
LONG_HOST = ".".join(["h" * 63, "h" * 63, "h" * 63, "h" * 61])


def mapped(
    kind: Kind,
    port: int,
    target: int | str,
    node_port: int | None = None,
    protocol: Protocol = TCP,
    name: str | None = None,
) -> PortString:
    """A string of one port."""
    return PortString(
        kind,
        ports=Ports(port, port),
        target=target if isinstance(target, str) else Ports(target, target),
        node_ports=None if node_port is None else Ports(node_port, node_port),
        protocol=protocol,
        name=name,
    )


def app(port: int, target: int, app_protocol: str, protocol: Protocol = TCP) -> PortString:
    """A ClusterIP string of one port with an appProtocol."""
    node = mapped(Kind.CLUSTER_IP, port, target, protocol=protocol)
    return replace(node, app_protocol=app_protocol)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param("80", mapped(Kind.CLUSTER_IP, 80, 80), id="port alone"),
        pytest.param("1", mapped(Kind.CLUSTER_IP, 1, 1), id="smallest port"),
        pytest.param("65535", mapped(Kind.CLUSTER_IP, 65535, 65535), id="largest port"),
        pytest.param("80:8080", mapped(Kind.CLUSTER_IP, 80, 8080), id="port and target"),
        pytest.param("80:http", mapped(Kind.CLUSTER_IP, 80, "http"), id="named target"),
        pytest.param("80:8a", mapped(Kind.CLUSTER_IP, 80, "8a"), id="target with one letter"),
        pytest.param("80:a-1-b", mapped(Kind.CLUSTER_IP, 80, "a-1-b"), id="target with dashes"),
        pytest.param("80:1-a", mapped(Kind.CLUSTER_IP, 80, "1-a"), id="target like a range"),
        pytest.param("80:abcdefghijklmno", mapped(Kind.CLUSTER_IP, 80, "abcdefghijklmno"), id="15"),
        pytest.param("!80", mapped(Kind.NODE_PORT, 80, 80), id="node port, port alone"),
        pytest.param("!80:8080", mapped(Kind.NODE_PORT, 80, 8080), id="node port picked"),
        pytest.param("!80:http", mapped(Kind.NODE_PORT, 80, "http"), id="node port, named target"),
        pytest.param("!30080:80:8080", mapped(Kind.NODE_PORT, 80, 8080, 30080), id="node port"),
        pytest.param("!1:80:http", mapped(Kind.NODE_PORT, 80, "http", 1), id="any node port"),
        pytest.param("^80:8080", mapped(Kind.LOAD_BALANCER, 80, 8080), id="load balancer"),
        pytest.param(
            "^30080:80:8080",
            mapped(Kind.LOAD_BALANCER, 80, 8080, 30080),
            id="load balancer with node port",
        ),
        pytest.param("#80:80", mapped(Kind.HEADLESS, 80, 80), id="headless"),
        pytest.param("#80:http", mapped(Kind.HEADLESS, 80, "http"), id="headless, named target"),
        pytest.param("#", PortString(Kind.HEADLESS), id="headless without ports"),
        pytest.param(
            "@db.example.com",
            PortString(Kind.EXTERNAL_NAME, host="db.example.com"),
            id="external name",
        ),
        pytest.param("@db", PortString(Kind.EXTERNAL_NAME, host="db"), id="host of one label"),
        pytest.param(
            "@1.2.3.4.in-addr.arpa",
            PortString(Kind.EXTERNAL_NAME, host="1.2.3.4.in-addr.arpa"),
            id="host that begins like an address",
        ),
        pytest.param(
            f"@{LONG_HOST}", PortString(Kind.EXTERNAL_NAME, host=LONG_HOST), id="longest host"
        ),
        pytest.param(
            "https=443:8443", mapped(Kind.CLUSTER_IP, 443, 8443, name="https"), id="named port"
        ),
        pytest.param("web=80", mapped(Kind.CLUSTER_IP, 80, 80, name="web"), id="named port alone"),
        pytest.param(
            "!web=30080:80:http",
            mapped(Kind.NODE_PORT, 80, "http", 30080, name="web"),
            id="name behind the sign",
        ),
        pytest.param("#web=80", mapped(Kind.HEADLESS, 80, 80, name="web"), id="headless, named"),
        pytest.param(
            "8-0=80", mapped(Kind.CLUSTER_IP, 80, 80, name="8-0"), id="name without a letter"
        ),
        pytest.param(
            f"{LONG_NAME}=80", mapped(Kind.CLUSTER_IP, 80, 80, name=LONG_NAME), id="longest name"
        ),
        pytest.param("80/tcp", mapped(Kind.CLUSTER_IP, 80, 80), id="tcp"),
        pytest.param("53/udp", mapped(Kind.CLUSTER_IP, 53, 53, protocol=UDP), id="udp"),
        pytest.param("9/sctp", mapped(Kind.CLUSTER_IP, 9, 9, protocol=SCTP), id="sctp"),
        pytest.param(
            "!53:5353/udp", mapped(Kind.NODE_PORT, 53, 5353, protocol=UDP), id="node port, udp"
        ),
        pytest.param(
            "^dns=30053:53:dns/udp",
            mapped(Kind.LOAD_BALANCER, 53, "dns", 30053, UDP, "dns"),
            id="all parts",
        ),
        pytest.param(
            "8000-8003",
            PortString(Kind.CLUSTER_IP, Ports(8000, 8003), Ports(8000, 8003)),
            id="range",
        ),
        pytest.param(
            "8000-8003:9000-9003",
            PortString(Kind.CLUSTER_IP, Ports(8000, 8003), Ports(9000, 9003)),
            id="range to range",
        ),
        pytest.param(
            "!30000-30001:80-81:90-91/udp",
            PortString(Kind.NODE_PORT, Ports(80, 81), Ports(90, 91), Ports(30000, 30001), UDP),
            id="range of node ports",
        ),
        pytest.param(
            "1-65535",
            PortString(Kind.CLUSTER_IP, Ports(1, 65535), Ports(1, 65535)),
            id="widest range",
        ),
        pytest.param("80-80", mapped(Kind.CLUSTER_IP, 80, 80), id="range of one"),
        pytest.param("80/http", app(80, 80, "http"), id="http"),
        pytest.param("443:8443/https", app(443, 8443, "https"), id="https"),
        pytest.param("50051/grpc", app(50051, 50051, "grpc"), id="grpc"),
        pytest.param("80/h2c", app(80, 80, "kubernetes.io/h2c"), id="h2c"),
        pytest.param("80/ws", app(80, 80, "kubernetes.io/ws"), id="ws"),
        pytest.param("80/wss", app(80, 80, "kubernetes.io/wss"), id="wss"),
        pytest.param("80/tcp+TCP", app(80, 80, "TCP"), id="any other"),
        pytest.param(
            "53/udp+example.com/custom", app(53, 53, "example.com/custom", UDP), id="with a prefix"
        ),
        pytest.param(
            "9:10/sctp+a-b_c.D", app(9, 10, "a-b_c.D", SCTP), id="all characters of an appProtocol"
        ),
        pytest.param(
            f"80/tcp+{'p' * 253}/{'N' * 63}",
            app(80, 80, f"{'p' * 253}/{'N' * 63}"),
            id="longest appProtocol",
        ),
        pytest.param(
            "@db.example.com.",
            PortString(Kind.EXTERNAL_NAME, host="db.example.com"),
            id="a dot at the end of the host",
        ),
        pytest.param("80-80:http", mapped(Kind.CLUSTER_IP, 80, "http"), id="range of one to name"),
    ],
)
def test_a_string_is_read_as(text: str, node: PortString) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "mappings"),
    [
        pytest.param("80:8080", [PortMapping("80-8080", 80, 8080, None, TCP)], id="default name"),
        pytest.param("80", [PortMapping("80-80", 80, 80, None, TCP)], id="port alone"),
        pytest.param("80:http", [PortMapping("80-http", 80, "http", None, TCP)], id="named target"),
        pytest.param("53/udp", [PortMapping("53-53-udp", 53, 53, None, UDP)], id="udp"),
        pytest.param("9:10/sctp", [PortMapping("9-10-sctp", 9, 10, None, SCTP)], id="sctp"),
        pytest.param(
            "!30080:80:http", [PortMapping("80-http", 80, "http", 30080, TCP)], id="node port"
        ),
        pytest.param(
            "80-81/h2c",
            [
                PortMapping("80-80", 80, 80, None, TCP, "kubernetes.io/h2c"),
                PortMapping("81-81", 81, 81, None, TCP, "kubernetes.io/h2c"),
            ],
            id="an appProtocol is not in the names",
        ),
        pytest.param("web=80/udp", [PortMapping("web", 80, 80, None, UDP)], id="own name"),
        pytest.param("#", [], id="headless without ports"),
        pytest.param("@db.example.com", [], id="external name"),
        pytest.param(
            "!30000-30002:80-82:90-92/udp",
            [
                PortMapping("80-90-udp", 80, 90, 30000, UDP),
                PortMapping("81-91-udp", 81, 91, 30001, UDP),
                PortMapping("82-92-udp", 82, 92, 30002, UDP),
            ],
            id="range",
        ),
        pytest.param(
            "rtp=8000-8001",
            [
                PortMapping("rtp-8000", 8000, 8000, None, TCP),
                PortMapping("rtp-8001", 8001, 8001, None, TCP),
            ],
            id="range with a name",
        ),
    ],
)
def test_a_string_is_spelled_out_into_ports(text: str, mappings: list[PortMapping]) -> None:
    assert list(parse(text).mappings) == mappings


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("80", "80:80", id="target like port"),
        pytest.param("80", "80/tcp", id="tcp"),
        pytest.param("80", "80-80:80-80/tcp", id="range of one"),
        pytest.param("80:8080", "80-8080=80:8080", id="default name"),
        pytest.param("53/udp", "53-53-udp=53:53/udp", id="default name of udp"),
        pytest.param("8000-8003", "8000-8003:8000-8003", id="range to itself"),
    ],
)
def test_equal_meanings_are_equal_values(text: str, other: str) -> None:
    assert parse(text) == parse(other)
