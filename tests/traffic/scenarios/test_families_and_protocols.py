"""IPv6, both families, and UDP.

Not SCTP, which many kernels come without: it is tested up to the Service's spec, which the API
server takes in tests/property.
"""

import pytest

from localcluster import Cluster
from tests.support.space import Space
from tests.support.traffic import REFUSED, Client, Traffic

pytestmark = pytest.mark.traffic


@pytest.fixture(scope="module", autouse=True)
def pod(traffic: Traffic) -> str:
    """One that answers on 8080, and in UDP on 5353."""
    traffic.serve("web", args=["--http=8080", "--udp=5353"])
    (name,) = traffic.pod_names("app=web")
    return name


@pytest.mark.parametrize("policy", ["RequireDualStack", "PreferDualStack"])
def test_both_families_answer(
    cluster: Cluster, space: Space, inside: Client, outside: Client, pod: str, policy: str
) -> None:
    name = policy.lower()
    template = {"spec": {"ipFamilyPolicy": policy}}
    space.expose("!80:8080", name=name, selector={"app": "web"}, serviceTemplate=template)
    status = space.until_endpoints(name, ready=1, total=1)  # the one pod, with its two addresses
    ipv4, ipv6 = status["clusterIPs"]
    assert inside.until_answered(f"http://{ipv4}") == pod
    assert inside.until_answered(f"http://[{ipv6}]") == pod
    assert (inside.resolve(name), inside.resolve(name, "AAAA")) == ([ipv4], [ipv6])
    port = status["ports"][0]["nodePort"]
    for number in (1, 2):
        ipv4, ipv6 = cluster.network.node_address(number)
        assert outside.until_answered(f"http://{ipv4}:{port}") == pod
        assert outside.until_answered(f"http://[{ipv6}]:{port}") == pod


def test_ipv6_alone_answers(
    cluster: Cluster, space: Space, inside: Client, outside: Client, pod: str
) -> None:
    template = {"spec": {"ipFamilies": ["IPv6"]}}
    space.expose("!80:8080", name="six", selector={"app": "web"}, serviceTemplate=template)
    status = space.until_endpoints("six", ready=1, total=1)
    assert status["clusterIPs"] == [status["clusterIP"]]
    assert inside.until_answered(f"http://[{status['clusterIP']}]") == pod
    assert inside.resolve("six", "AAAA") == [status["clusterIP"]]
    port = status["ports"][0]["nodePort"]
    for number in (1, 2):
        ipv4, ipv6 = cluster.network.node_address(number)
        assert outside.until_answered(f"http://[{ipv6}]:{port}") == pod
        assert outside.attempt(f"http://{ipv4}:{port}") == REFUSED


def test_datagrams_are_answered(
    cluster: Cluster, space: Space, inside: Client, outside: Client, pod: str
) -> None:
    space.expose("!80:5353/udp", name="datagrams", selector={"app": "web"})
    status = space.until_endpoints("datagrams", ready=1, total=1)
    (port,) = status["ports"]
    assert (port["name"], port["protocol"]) == ("80-5353-udp", "UDP")
    assert inside.until_answered(f"udp://{status['clusterIP']}:80") == pod
    for number in (1, 2):
        node, _ = cluster.network.node_address(number)
        assert outside.until_answered(f"udp://{node}:{port['nodePort']}") == pod
