"""``exposer url``: what is printed of the ways."""

import json

import pytest

from exposer.commands import main
from exposer.commands.printing import as_json
from exposer.commands.url import lines
from exposer.explained.ways import ways_to
from exposer.grammar import Kind
from tests.explained.surveys import EMPTY, a_slice_of, a_survey
from tests.support.builders import a_service_port, an_endpoint


def test_a_section_for_each_way() -> None:
    survey = a_survey(spec={"type": "LoadBalancer"}, ingress=[{"ip": "203.0.113.9"}])
    assert (
        "\n".join(lines(ways_to(survey, Kind.LOAD_BALANCER)))
        == """\
Service "web" in namespace "shop": LoadBalancer 10.96.12.7

DNS, inside the cluster
  web                          in namespace shop
  web.shop                     in every namespace
  web.shop.svc.cluster.local   in full

Ports, inside the cluster
  http   http://web.shop.svc.cluster.local:80   TCP

Environment of pods that start now in namespace shop
  WEB_SERVICE_HOST=10.96.12.7
  WEB_SERVICE_PORT=80
  WEB_SERVICE_PORT_HTTP=80
  WEB_PORT=tcp://10.96.12.7:80
  WEB_PORT_80_TCP=tcp://10.96.12.7:80
  WEB_PORT_80_TCP_PROTO=tcp
  WEB_PORT_80_TCP_PORT=80
  WEB_PORT_80_TCP_ADDR=10.96.12.7

Nodes
  http   http://10.240.0.1:30080   TCP   node1   InternalIP
  http   http://10.240.0.2:30080   TCP   node2   InternalIP

Load balancer
  http   http://203.0.113.9:80   TCP"""
    )


def test_what_there_is_not_has_no_section_and_nothing_ready_is_the_last_line() -> None:
    spec = {"type": "ClusterIP", "clusterIP": "None", "clusterIPs": ["None"]}
    survey = a_survey(spec=spec | {"ports": [a_service_port(53, 5353, name="dns")]}, slices=[EMPTY])
    assert (
        "\n".join(lines(ways_to(survey, Kind.HEADLESS)))
        == """\
Service "web" in namespace "shop": Headless

DNS, inside the cluster
  web                          in namespace shop
  web.shop                     in every namespace
  web.shop.svc.cluster.local   in full

Ports, inside the cluster
  dns   web.shop.svc.cluster.local:5353   TCP

nothing answers yet: no pod with an IP address has the labels "app=web\""""
    )


def test_an_app_protocol_is_shown_beside_the_protocol() -> None:
    port = a_service_port(80, 8080, name="api") | {"appProtocol": "kubernetes.io/h2c"}
    ways = ways_to(a_survey(spec={"ports": [port]}), Kind.CLUSTER_IP)
    shown = "  api   http://web.shop.svc.cluster.local:80   TCP   kubernetes.io/h2c"
    assert shown in list(lines(ways))


def test_json_has_kubernetes_spelling() -> None:
    endpoint = an_endpoint("10.244.1.1", nodeName="node1")
    ways = ways_to(a_survey(slices=[a_slice_of(endpoint)]), Kind.NODE_PORT)
    document = json.loads(as_json(ways))
    assert (document["type"], document["clusterIPs"], document["externalName"]) == (
        "NodePort",
        ["10.96.12.7"],
        None,
    )
    assert document["nodePorts"][0] == {
        "name": "http",
        "host": "10.240.0.1",
        "port": 30080,
        "protocol": "TCP",
        "url": "http://10.240.0.1:30080",
        "node": "node1",
        "type": "InternalIP",
        "appProtocol": None,
    }
    assert document["environment"]["WEB_SERVICE_HOST"] == "10.96.12.7"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "the following arguments are required: NAME", id="no name"),
        pytest.param(
            ["a/b"], 'argument NAME: "a/b" is not a name that an object may have', id="a path"
        ),
        pytest.param(
            ["web", "-n", ""],
            'argument -n/--namespace: "" is not a name that an object may have',
            id="no namespace",
        ),
    ],
)
@pytest.mark.parametrize("command", ["url", "trace"])
def test_wrong_arguments_end_with_status_2(
    command: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, *arguments])
    output, errors = capsys.readouterr()
    assert (caught.value.code, output) == (2, "")
    assert errors.splitlines()[-1] == f"exposer {command}: error: {message}"
