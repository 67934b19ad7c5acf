"""Each meaning has one spelling."""

import pytest

from exposer.grammar import canonical, parse


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        pytest.param("80:80", "80", id="target like port"),
        pytest.param("80:8080/tcp", "80:8080", id="tcp is the default"),
        pytest.param("80-80:90-90", "80:90", id="range of one"),
        pytest.param("80-8080=80:8080", "80:8080", id="default name"),
        pytest.param("80-http=80:http", "80:http", id="default name of a named target"),
        pytest.param("53-53-udp=53:53/udp", "53/udp", id="default name of udp"),
        pytest.param("80-8080-udp=80:8080", "80-8080-udp=80:8080", id="udp's default name on tcp"),
        pytest.param("8000-8003:8000-8003", "8000-8003", id="range to itself"),
        pytest.param("!80:80", "!80", id="node port picked"),
        pytest.param("!30080:80:80", "!30080:80:80", id="node port: three parts stay"),
        pytest.param("!30080-30080:80-80:http/tcp", "!30080:80:http", id="ranges of one"),
        pytest.param("^web=80:80/tcp", "^web=80", id="load balancer"),
        pytest.param("#80:80", "#80", id="headless"),
        pytest.param("#80-80:80", "#80", id="headless range of one"),
        pytest.param("80:80/tcp+http", "80/http", id="a word is shorter"),
        pytest.param("80/tcp+kubernetes.io/h2c", "80/h2c", id="a word for a prefix, too"),
        pytest.param("80/tcp+kubernetes.io/ws", "80/ws", id="ws"),
        pytest.param("80/tcp+kubernetes.io/wss", "80/wss", id="wss"),
        pytest.param("80-80=80:80/grpc", "80/grpc", id="default name with an appProtocol"),
        pytest.param("@db.example.com.", "@db.example.com", id="a dot at the end"),
    ],
)
def test_a_spelling_is_made_canonical(text: str, spelling: str) -> None:
    assert canonical(parse(text)) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "80",
        "80:8080",
        "80:http",
        "https=443:8443",
        "53/udp",
        "9:10/sctp",
        "8000-8003",
        "8000-8003:9000-9003",
        "!80",
        "!80:8080",
        "!30080:80:8080",
        "!web=30080:80:http/udp",
        "!30000-30003:8000-8003:9000-9003",
        "^80:8080",
        "^30080:80:8080",
        "#",
        "#80",
        "#80:http",
        "@db.example.com",
        "80/https",
        "80/wss",
        "80/tcp+h2c",
        "80/tcp+HTTP",
        "80/tcp+TCP",
        "80/udp+http",
        "9/sctp+kubernetes.io/h2c",
        "^dns=30053:53:dns/udp+example.com/a_b.C",
        "8000-8003/ws",
        "@1.2.3.4.in-addr.arpa",
        "@0x7g",
        "@localhost.example.com",
    ],
)
def test_a_canonical_spelling_stays(text: str) -> None:
    assert canonical(parse(text)) == text
