"""A wrong request is refused as it is applied: with the place, what is wrong, and what is right."""

import subprocess
from typing import Any

import pytest
import yaml

from localcluster import Cluster
from localcluster.api import Api
from tests.support.dry_run import refusal, stored
from tests.support.operator_process import install

pytestmark = pytest.mark.cluster

LONG = "a" * 64


@pytest.fixture(scope="module")
def requests(cluster: Cluster, api: Api) -> Api:
    """An API server that knows of ExposeRequests."""
    install(cluster)
    return api


PORT = "a port is a number from 1 to 65535 without leading zeros"
FORM = (
    'not a port string: write "port", "port:target" or "nodePort:port:target", before it a sign '
    'and a name if need be ("!web=80:8080"), behind it a protocol ("53/udp"); or "@host"; or "#"'
)
HOST = (
    'not a DNS name: write one whose parts are of a-z, 0-9 and "-", with no "-" at an end, such as '
    '"@db.example.com"'
)
TARGET = 'nothing behind ":": write a port or the name of a container port, or leave out the ":"'
PROTOCOL = (
    "a port string ends behind its protocol, which is one of tcp, udp, sctp, http, https, grpc, "
    'h2c, ws, wss; or tcp+ and any other appProtocol, as in "80/tcp+example.com/custom"'
)
APP_PROTOCOL = "an appProtocol has at most 63 characters, and the DNS name before it at most 253"
NUMERIC = (
    "a host that ends in a number is taken for an IP address, which can't be a CNAME: put "
    "addresses into spec.addresses"
)
LOCALHOST = '"localhost" is each client\'s own machine: write the DNS name of the other machine'
PARTS = 'at most three parts between colons are possible: "nodePort:port:target"'
IN_THE_LIST = "one string a port: separate them in the list, not in the string"
SIGN = "a sign is the first character of a string, and only one: write one there"
NAME = 'a name stands before "=", of a-z, 0-9 and "-": write "web=80:8080"'
LABEL = "a name, or a part of a DNS name, has at most 63 characters"
LENGTHS = (
    "the ranges in one string are of one length, and a name is one port: write as many ports on "
    'either side, as in "8000-8003:9000-9003"'
)
NODE_PORT = (
    'only "!" (NodePort) and "^" (LoadBalancer) strings have a node port: write "port:target", or '
    "another sign"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            'the string is empty: write a port, such as "80:8080", in quotes, as a "!80:8080" '
            "without them is empty in YAML",
        ),
        ("0", PORT),
        ("080", PORT),
        ("100000", PORT),
        ("70000", "a port is 1 to 65535"),
        ("80:70000", "a port is 1 to 65535"),
        ("80:", TARGET),
        ("80:/udp", TARGET),
        ("80:8080:90:1", PARTS),
        ("#80,90", IN_THE_LIST),
        ("80 ", "a space has no place in a port string: leave it out"),
        ("80!", SIGN),
        ("80/icmp", PROTOCOL),
        ("80/tcp/udp", PROTOCOL),
        ("80/TCP", PROTOCOL),
        ("80/example.com/custom", PROTOCOL),
        ("80/tcp+", PROTOCOL),
        ("80/http+x", PROTOCOL),
        ("80/tcp+Example.com/x", PROTOCOL),
        ("0/tcp", PORT),
        ("80:/http", TARGET),
        ("http/tcp", FORM),
        ("70000/udp", "a port is 1 to 65535"),
        (f"80/tcp+{LONG}", APP_PROTOCOL),
        (f"80/tcp+a.b/{LONG}", APP_PROTOCOL),
        (f"80/tcp+{'a' * 254}/a", APP_PROTOCOL),
        ("=80", NAME),
        ("a=b=80", NAME),
        ("web_1=80", NAME),
        ("http", FORM),
        ("80:a--b", FORM),
        (f"{LONG}=80", LABEL),
        ("80:abcdefghijklmnop", "the name of a container port has at most 15 characters"),
        ("8003-8000", 'a range runs from its lower port to its higher one, as in "8000-8003"'),
        ("1-3:4-5", LENGTHS),
        ("1-3:http", LENGTHS),
        ("30080:80:8080", NODE_PORT),
        ("#30080:80:8080", NODE_PORT),
        (
            f"{'a' * 58}=9999-10000",
            'each port of a range is named "name-port", which has at most 63 characters: write a '
            "shorter name",
        ),
        ("@", HOST),
        ("@a..b", HOST),
        ("@host:80", "a host has no port, and an address is no host: write a DNS name"),
        ("@192.0.2.1", NUMERIC),
        ("@127.1", NUMERIC),
        ("@2130706433", NUMERIC),
        ("@0x7f000001.", NUMERIC),
        ("@localhost", LOCALHOST),
        ("@www.localhost.", LOCALHOST),
        ("@a..", HOST),
        (f"@{LONG}", LABEL),
        (f"@{'a.' * 127}a", "a DNS name has at most 253 characters"),
    ],
)
def test_a_wrong_string_is_refused_with_its_index(requests: Api, text: str, said: str) -> None:
    alone = text[:1] in ("#", "@")
    found = refusal(requests, {"ports": [text] if alone else ["65535", text]})
    assert found == f'spec.ports[{0 if alone else 1}]: Invalid value: "{text}": {said}'


SIGNS_DIFFER = " are of two kinds, but all strings of a request are of one: make a request for each"
PORT_TWICE = "a Service has each port once a protocol: change a port or leave one string out"
NODE_PORT_TWICE = "a node port leads to one port a protocol: change one of the two"
NAME_TWICE = 'each port has a name of its own: change one, as in "web=80:8080"'
ALONE = '"@host" and "#" stand alone in their request'


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (
            ["80:8080", "!80:90"],
            f'spec.ports[1] "!80:90" and spec.ports[0] "80:8080"{SIGNS_DIFFER}',
        ),
        (["@a", "@b"], ALONE),
        (["#", "#80"], ALONE),
        (["1-900", "1001-1101"], "a request has at most 1000 ports: spread them over several"),
        (["80", "80:90"], f'spec.ports[0] "80" and spec.ports[1] "80:90": {PORT_TWICE}'),
        (["1-9", "a=5/tcp"], f'spec.ports[0] "1-9" and spec.ports[1] "a=5/tcp": {PORT_TWICE}'),
        (
            ["!1", "!3000:2:2", "!3000:3:3"],
            f'spec.ports[1] "!3000:2:2" and spec.ports[2] "!3000:3:3": {NODE_PORT_TWICE}',
        ),
        (
            ["80", "80:8080/http"],
            f'spec.ports[0] "80" and spec.ports[1] "80:8080/http": {PORT_TWICE}',
        ),
        (
            ["53/udp+a.b/tcp", "x=53/udp"],
            f'spec.ports[0] "53/udp+a.b/tcp" and spec.ports[1] "x=53/udp": {PORT_TWICE}',
        ),
        (
            ["80:8080/h2c", "80-8080=81/ws"],
            f'spec.ports[0] "80:8080/h2c" and spec.ports[1] "80-8080=81/ws": {NAME_TWICE}',
        ),
        (["a=80", "a=81"], f'spec.ports[0] "a=80" and spec.ports[1] "a=81": {NAME_TWICE}'),
        (["a=1-3", "a-2=9"], f'spec.ports[0] "a=1-3" and spec.ports[1] "a-2=9": {NAME_TWICE}'),
        (
            ["80", "81:81", "80-80=9"],
            f'spec.ports[0] "80" and spec.ports[2] "80-80=9": {NAME_TWICE}',
        ),
    ],
    ids=str,
)
def test_strings_that_do_not_go_together_are_refused_by_name(
    requests: Api, ports: list[str], said: str
) -> None:
    assert refusal(requests, {"ports": ports}) == f"spec.ports: Invalid value: {said}"


def test_the_same_string_twice_is_refused_with_both_places(requests: Api) -> None:
    found = refusal(requests, {"ports": ["80", "81", "80"]})
    assert f'spec.ports[0] "80" and spec.ports[2] "80": {PORT_TWICE}' in found


def test_as_many_and_as_long_strings_as_can_be_are_within_the_budget(requests: Api) -> None:
    """The API server gives up on rules that take too long for one request."""
    ports = [
        f"!{'a' * 54}{i:03}={20000 + 10 * i}-{20009 + 10 * i}:{1 + 10 * i}-{10 + 10 * i}"
        f":{30000 + 10 * i}-{30009 + 10 * i}/sctp+{'a.' * 126}a/{'n' * 63}"
        for i in range(100)
    ]
    assert stored(requests, {"ports": ports}) == {"ports": ports}
    found = refusal(requests, {"ports": [*ports[:-1], ports[0]]})
    assert f'spec.ports[0] "{ports[0]}" and spec.ports[99] "{ports[0]}": {PORT_TWICE}' in found


def apply(cluster: Cluster, spec: dict[str, Any]) -> str:
    """What kubectl says on standard error; it must fail."""
    return apply_text(cluster, yaml.safe_dump(spec, default_flow_style=True))


def apply_text(cluster: Cluster, spec: str) -> str:
    """The same of a spec as YAML."""
    request = (
        "apiVersion: exposer.dev/v1alpha1\nkind: ExposeRequest\n"
        f"metadata: {{name: refused, namespace: default}}\nspec: {spec}"
    )
    done = subprocess.run(
        [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", "apply", "-f", "-"],
        input=request,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr.strip()


def test_kubectl_says_which_string_is_wrong_and_stores_nothing(
    cluster: Cluster, requests: Api
) -> None:
    assert apply(cluster, {"ports": ["80", "81:"]}) == (
        'The ExposeRequest "refused" is invalid: spec.ports[1]: Invalid value: "81:": ' + TARGET
    )
    path = "/apis/exposer.dev/v1alpha1/namespaces/default/exposerequests"
    assert requests.get(path)["items"] == []


EMPTY = (
    'Invalid value: "": the string is empty: write a port, such as "80:8080", in quotes, as a '
    '"!80:8080" without them is empty in YAML'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("!80:8080", EMPTY, id="a tag"),
        pytest.param("#80", '"null": spec.ports[0] in body must be of type string', id="a comment"),
        pytest.param(
            "80", '"integer": spec.ports[0] in body must be of type string', id="a number"
        ),
        pytest.param("@db.example.com", "cannot start any token", id="a character kept for later"),
    ],
)
def test_a_string_without_quotes_is_refused(
    cluster: Cluster, requests: Api, text: str, said: str
) -> None:
    assert said in apply_text(cluster, f"\n  ports:\n  - {text}\n")


def test_kubectl_refuses_a_field_that_there_is_not(cluster: Cluster, requests: Api) -> None:
    found = apply(cluster, {"ports": ["80"], "selectors": {"app": "web"}})
    assert 'strict decoding error: unknown field "spec.selectors"' in found
