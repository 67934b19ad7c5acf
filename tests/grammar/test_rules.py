"""What the strings of one request owe each other."""

import pytest

from exposer.grammar import (
    DuplicatePortError,
    InvalidPortStringError,
    MixedKindsError,
    PortStringError,
    PortStringErrors,
    parse,
    parse_all,
)

ONE_KIND = "all strings of a request are of one kind: make a request for each kind"
PORT_ONCE = (
    "a port can be there only once for each protocol: change the port or leave one string out"
)
NODE_PORT_ONCE = "a node port leads to one port a protocol: change one of the two"
NAME_ONCE = 'each port has a name of its own: change one, as in "web=80:8080"'
AT_MOST = "a request has at most 1000: spread them over several"


def told(texts: list[str]) -> tuple[list[type[PortStringError]], str]:
    """The classes of the errors, and their text."""
    with pytest.raises(PortStringErrors) as caught:
        parse_all(texts)
    return [type(error) for error in caught.value.errors], str(caught.value)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["80", "443:8443", "https=8443"], id="one kind"),
        pytest.param(["53", "53/udp", "53/sctp"], id="one port, three protocols"),
        pytest.param(["!30053:53:53", "!30053:53:53/udp"], id="one node port, two protocols"),
        pytest.param(["80:8080", "81:8080"], id="one target of two ports"),
        pytest.param(["!80", "!81"], id="two node ports to be picked"),
        pytest.param(["1-1000"], id="1000 ports in a range"),
        pytest.param(["1-500", "501-999", "1000"], id="1000 ports in all"),
        pytest.param(["#"], id="headless without ports"),
        pytest.param(["@db.example.com"], id="external name"),
    ],
)
def test_strings_that_go_together_are_read_one_by_one(texts: list[str]) -> None:
    assert parse_all(texts) == tuple(parse(text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(
            ["80", "!443"],
            'spec.ports[1]: "!443" is NodePort, but spec.ports[0] "80" is ClusterIP\n'
            f"  !443\n  ^^^^\n{ONE_KIND}",
            id="cluster IP and node port",
        ),
        pytest.param(
            ["#80", "#81", "^82"],
            'spec.ports[2]: "^82" is LoadBalancer, but spec.ports[0] "#80" is Headless\n'
            f"  ^82\n  ^^^\n{ONE_KIND}",
            id="headless and load balancer",
        ),
        pytest.param(
            ["@db.example.com", "80"],
            'spec.ports[1]: "80" is ClusterIP, but spec.ports[0] "@db.example.com" is '
            f"ExternalName\n  80\n  ^^\n{ONE_KIND}",
            id="external name and cluster IP",
        ),
    ],
)
def test_strings_of_two_kinds_are_refused_and_both_named(texts: list[str], message: str) -> None:
    assert told(texts) == ([MixedKindsError], message)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(
            ["#", "#80"],
            'spec.ports[0]: "#" has no ports, but spec.ports[1] is "#80"\n'
            '  #\n  ^\n"#" stands alone in its request',
            id="headless without ports first",
        ),
        pytest.param(
            ["#80", "#"],
            'spec.ports[1]: "#" has no ports, but spec.ports[0] is "#80"\n'
            '  #\n  ^\n"#" stands alone in its request',
            id="headless without ports last",
        ),
        pytest.param(
            ["@a", "@b"],
            'spec.ports[0]: "@a" is the whole Service, but spec.ports[1] is "@b"\n'
            '  @a\n  ^^\n"@a" stands alone in its request',
            id="two external names",
        ),
    ],
)
def test_a_string_that_stands_alone_is_refused_beside_another(
    texts: list[str], message: str
) -> None:
    assert told(texts) == ([InvalidPortStringError], message)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(
            ["80", "80"],
            f'spec.ports[1]: port 80/TCP is in spec.ports[0] "80" already\n  80\n  ^^\n{PORT_ONCE}',
            id="the same string",
        ),
        pytest.param(
            ["443", "web=80:8080", "80:http"],
            'spec.ports[2]: port 80/TCP is in spec.ports[1] "web=80:8080" already\n'
            f"  80:http\n  ^^^^^^^\n{PORT_ONCE}",
            id="port",
        ),
        pytest.param(
            ["50-60/udp", "55:http/udp"],
            'spec.ports[1]: port 55/UDP is in spec.ports[0] "50-60/udp" already\n'
            f"  55:http/udp\n  ^^^^^^^^^^^\n{PORT_ONCE}",
            id="port in a range",
        ),
        pytest.param(
            ["!30080:80:80", "!30080:81:81"],
            'spec.ports[1]: node port 30080/TCP is in spec.ports[0] "!30080:80:80" already\n'
            f"  !30080:81:81\n  ^^^^^^^^^^^^\n{NODE_PORT_ONCE}",
            id="node port",
        ),
        pytest.param(
            ["web=80", "web=81"],
            'spec.ports[1]: the name "web" is in spec.ports[0] "web=80" already\n'
            f"  web=81\n  ^^^^^^\n{NAME_ONCE}",
            id="name",
        ),
        pytest.param(
            ["80:8080", "80-8080=81"],
            'spec.ports[1]: the name "80-8080" is in spec.ports[0] "80:8080" already\n'
            f"  80-8080=81\n  ^^^^^^^^^^\n{NAME_ONCE}",
            id="default name",
        ),
        pytest.param(
            ["web=80", "web=80/udp"],
            'spec.ports[1]: the name "web" is in spec.ports[0] "web=80" already\n'
            f"  web=80/udp\n  ^^^^^^^^^^\n{NAME_ONCE}",
            id="name on two protocols",
        ),
    ],
)
def test_a_duplicate_is_refused_and_both_strings_named(texts: list[str], message: str) -> None:
    assert told(texts) == ([DuplicatePortError], message)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(
            ["1-1001"],
            "spec.ports[0]: with this string the request has 1001 ports\n"
            f"  1-1001\n  ^^^^^^\n{AT_MOST}",
            id="in one string",
        ),
        pytest.param(
            ["1-500", "501-1000", "1001", "1002"],
            "spec.ports[2]: with this string the request has 1001 ports\n"
            f"  1001\n  ^^^^\n{AT_MOST}",
            id="in all",
        ),
        pytest.param(
            ["1-65535"],
            "spec.ports[0]: with this string the request has 65535 ports\n"
            f"  1-65535\n  ^^^^^^^\n{AT_MOST}",
            id="every port",
        ),
    ],
)
def test_more_than_1000_ports_are_refused(texts: list[str], message: str) -> None:
    assert told(texts) == ([InvalidPortStringError], message)


def test_all_unreadable_strings_are_told_at_once() -> None:
    assert told(["0", "80", "!"]) == (
        [InvalidPortStringError, InvalidPortStringError],
        "spec.ports[0]: port 0 is too small\n  0\n  ^\na port is 1 to 65535\n"
        "\n"
        'spec.ports[2]: no port\n  !\n   ^\nwrite a number from 1 to 65535, such as "80"',
    )
