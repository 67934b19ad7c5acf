"""A wrong request is refused as it is applied: with the place, what is wrong, and what is right."""

import subprocess
from typing import Any

import pytest
import yaml

from localcluster import Cluster
from localcluster.api import Api
from tests.budget.worst import WORST_CLASHES, WORST_SPECS
from tests.support.dry_run import comparable, refusal, stored, validated

pytestmark = pytest.mark.cluster

LONG = "a" * 64


@pytest.fixture(scope="module")
def requests(cluster: Cluster, api: Api) -> Api:
    """An API server that knows of ExposeRequests."""
    return validated(cluster, api)


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
APP_PROTOCOL = (
    'an appProtocol is of a-z, A-Z, 0-9, "-", "_" and ".", with a letter or digit at both ends, '
    'and may have a DNS name before it: write "80/tcp+example.com/custom"'
)
LONG_APP_PROTOCOL = (
    "an appProtocol has at most 63 characters, and the DNS name before it at most 253"
)
NUMERIC = (
    "a host that ends in a number is taken for an IP address, which can't be a CNAME: put "
    "addresses into spec.addresses"
)
LOCALHOST = '"localhost" is each client\'s own machine: write the DNS name of the other machine'
PARTS = 'at most three parts between colons are possible: "nodePort:port:target"'
IN_THE_LIST = "one string a port: separate them in the list, not in the string"
SIGN = "a sign is the first character of a string, and only one: write one there"
NAME = 'a name stands before "=", of a-z, 0-9 and "-", with no "-" at an end: write "web=80:8080"'
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
        ("70000", PORT),
        ("80:70000", PORT),
        ("80:1-65536", PORT),
        ("a=0-5", PORT),
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
        ("80/tcp+", APP_PROTOCOL),
        ("80/http+x", PROTOCOL),
        ("80/tcp+Example.com/x", APP_PROTOCOL),
        ("0/tcp", PORT),
        ("80:/http", TARGET),
        ("http/tcp", FORM),
        ("70000/udp", PORT),
        (f"80/tcp+{LONG}", LONG_APP_PROTOCOL),
        (f"80/tcp+a.b/{LONG}", LONG_APP_PROTOCOL),
        (f"80/tcp+{'a' * 254}/a", LONG_APP_PROTOCOL),
        ("=80", NAME),
        ("a=b=80", NAME),
        ("web_1=80", NAME),
        ("http", FORM),
        ("80:a--b", FORM),
        (f"{LONG}=80", LABEL),
        ("80:abcdefghijklmnop", "the name of a container port has at most 15 characters"),
        ("30080:80:8080", NODE_PORT),
        ("#30080:80:8080", NODE_PORT),
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
    told = f'spec.ports[{0 if alone else 1}]: Invalid value: "{text}": {said}'
    assert comparable(requests, found) == comparable(requests, told)


SIGNS_DIFFER = " are of two kinds, but all strings of a request are of one: make a request for each"
ALONE = '"@host" and "#" stand alone in their request'


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (["80:8080", "81", "!80:90"], f'"80:8080" and "!80:90"{SIGNS_DIFFER}'),
        (["@a", "@b"], ALONE),
        (["#", "#80"], ALONE),
    ],
    ids=str,
)
def test_strings_of_several_kinds_are_refused(requests: Api, ports: list[str], said: str) -> None:
    found = comparable(requests, refusal(requests, {"ports": ports}))
    assert found == f"spec.ports: Invalid value: {said}"


BACKWARDS = 'a range runs from its lower port to its higher one, as in "8000-8003"'
RANGE_NAME = (
    'each port of a range is named "name-port", which has at most 63 characters: write a shorter '
    "name"
)
PORT_TWICE = (
    "a port can be there only once for each protocol: change a port or leave one string out"
)
NODE_PORT_TWICE = "a node port leads to one port a protocol: change one of the two"
NAME_TWICE = 'each port has a name of its own: change one, as in "web=80:8080"'


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (["80", "8003-8000"], f'"8003-8000": {BACKWARDS}'),
        (["80:83-82/udp"], f'"80:83-82/udp": {BACKWARDS}'),
        (["!30001-30000:80:80"], f'"!30001-30000:80:80": {BACKWARDS}'),
        (["1-3:4-5"], f'"1-3:4-5": {LENGTHS}'),
        (["1-3:http"], f'"1-3:http": {LENGTHS}'),
        (["!30000:1-3:1-3"], f'"!30000:1-3:1-3": {LENGTHS}'),
        ([f"{'a' * 58}=9999-10000"], f'"{"a" * 58}=9999-10000": {RANGE_NAME}'),
        (["80", "81", "80"], f'"80" and "80": {PORT_TWICE}'),
        (["80", "80:90"], f'"80" and "80:90": {PORT_TWICE}'),
        (["8", "1-9", "a=5/tcp"], f'"8" and "1-9": {PORT_TWICE}'),
        (["1-9", "a=5/tcp"], f'"1-9" and "a=5/tcp": {PORT_TWICE}'),
        (
            ["!1", "!3000:2:2", "!3000:3:3"],
            f'"!3000:2:2" and "!3000:3:3": {NODE_PORT_TWICE}',
        ),
        (["80", "80:8080/http"], f'"80" and "80:8080/http": {PORT_TWICE}'),
        (["53/udp+a.b/tcp", "x=53/udp"], f'"53/udp+a.b/tcp" and "x=53/udp": {PORT_TWICE}'),
        (["80:8080/h2c", "80-8080=81/ws"], f'"80:8080/h2c" and "80-8080=81/ws": {NAME_TWICE}'),
        (["a=80", "a=81"], f'"a=80" and "a=81": {NAME_TWICE}'),
        (["a=1-3", "a-2=9"], f'"a=1-3" and "a-2=9": {NAME_TWICE}'),
        (["1-3:11-13", "2-12=99"], f'"1-3:11-13" and "2-12=99": {NAME_TWICE}'),
        (["80", "81:81", "80-80=9"], f'"80" and "80-80=9": {NAME_TWICE}'),
    ],
    ids=str,
)
def test_strings_that_do_not_go_together_are_refused_by_name(
    requests: Api, ports: list[str], said: str
) -> None:
    assert refusal(requests, {"ports": ports}) == f"spec.ports: {said}"


def test_too_many_ports_are_refused(requests: Api) -> None:
    assert refusal(requests, {"ports": ["1-900", "1001-1101"]}) == (
        "spec.ports: a request has at most 1000 ports: spread them over several"
    )


@pytest.mark.parametrize("spec", WORST_SPECS.values(), ids=WORST_SPECS)
def test_the_worst_that_can_be_is_within_the_budget(requests: Api, spec: dict[str, Any]) -> None:
    """The API server gives up on rules that take too long for one request."""
    assert stored(requests, spec) == spec


@pytest.mark.parametrize("spec", WORST_CLASHES.values(), ids=WORST_CLASHES)
def test_the_worst_that_clashes_is_refused_within_the_budget(
    requests: Api, spec: dict[str, Any]
) -> None:
    assert refusal(requests, spec).endswith(PORT_TWICE)


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
    told = 'The ExposeRequest "refused" is invalid: spec.ports[1]: Invalid value: "81:": ' + TARGET
    found = apply(cluster, {"ports": ["80", "81:"]})
    assert comparable(requests, found) == comparable(requests, told)
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
        pytest.param(
            "#80",
            'Invalid value: "null": spec.ports[0] in body must be of type string',
            id="a comment",
        ),
        pytest.param(
            "80",
            'Invalid value: "integer": spec.ports[0] in body must be of type string',
            id="a number",
        ),
        pytest.param("@db.example.com", "cannot start any token", id="a character kept for later"),
    ],
)
def test_a_string_without_quotes_is_refused(
    cluster: Cluster, requests: Api, text: str, said: str
) -> None:
    found = apply_text(cluster, f"\n  ports:\n  - {text}\n")
    assert comparable(requests, said) in comparable(requests, found)


def test_kubectl_refuses_a_field_that_there_is_not(cluster: Cluster, requests: Api) -> None:
    found = apply(cluster, {"ports": ["80"], "selectors": {"app": "web"}})
    assert 'strict decoding error: unknown field "spec.selectors"' in found
