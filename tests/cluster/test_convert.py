"""``exposer convert``: the request makes the Service that stands, and can take it over."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localcluster import Cluster
from tests.support.asking import Asking
from tests.support.operator_process import kubectl
from tests.support.space import Space

pytestmark = pytest.mark.cluster

WEB = {"selector": {"app": "web"}}
HTTP = {"name": "http", "port": 80, "targetPort": "http"}
RTP = [{"name": f"rtp-{port}", "port": port, "protocol": "UDP"} for port in range(5004, 5008)]


@pytest.fixture
def asking(cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(cluster, space.name, capsys)


@pytest.mark.parametrize(
    ("spec", "strings"),
    [
        pytest.param(WEB | {"ports": [HTTP]}, ["http=80:http"], id="cluster IP"),
        pytest.param(WEB | {"ports": RTP}, ["rtp=5004-5007/udp"], id="range"),
        pytest.param(
            WEB | {"clusterIP": "None", "ports": [HTTP]}, ["#http=80:http"], id="headless"
        ),
        pytest.param(
            WEB
            | {
                "ports": [
                    HTTP | {"appProtocol": "http"},
                    {"name": "443-443", "port": 443, "appProtocol": "TCP"},
                    {"name": "50051-50051", "port": 50051, "appProtocol": "kubernetes.io/h2c"},
                    {"name": "53-53-udp", "port": 53, "protocol": "UDP", "appProtocol": "a.b/c_D"},
                ]
            },
            ["http=80:http/http", "443/tcp+TCP", "50051/h2c", "53/udp+a.b/c_D"],
            id="appProtocols",
        ),
        pytest.param(WEB | {"clusterIP": "None"}, ["#"], id="headless without ports"),
        pytest.param(
            {"type": "ExternalName", "externalName": "db.example.com"},
            ["@db.example.com"],
            id="external name",
        ),
        pytest.param(
            {
                "type": "NodePort",
                "selector": {"run": "web", "tier": "front"},
                "ports": [
                    HTTP | {"nodePort": 31520},
                    {"name": "443-443", "port": 443, "nodePort": 31521},
                ],
                "externalTrafficPolicy": "Local",
                "internalTrafficPolicy": "Local",
                "publishNotReadyAddresses": True,
            },
            ["!http=31520:80:http", "!31521:443:443"],
            id="node ports",
        ),
        pytest.param(
            WEB
            | {
                "type": "LoadBalancer",
                "ports": [HTTP | {"nodePort": 31522}],
                "externalTrafficPolicy": "Local",
                "loadBalancerClass": "example.com/lb",
                "loadBalancerSourceRanges": ["192.0.2.0/24"],
                "trafficDistribution": "PreferClose",
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
            },
            ["^http=31522:80:http"],
            id="load balancer",
        ),
        pytest.param(
            WEB | {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv6"], "ports": [HTTP]},
            ["http=80:http"],
            id="IPv6",
        ),
    ],
)
def test_the_request_makes_the_same_service(
    cluster: Cluster,
    space: Space,
    asking: Asking,
    tmp_path: Path,
    spec: dict[str, Any],
    strings: list[str],
) -> None:
    labels = {"team": "a"}
    space.create("Service", "web", metadata={"labels": labels}, spec=spec)
    before = space.get("Service", "web")
    answer = asking.ask("convert", "svc/web")
    assert (answer.status, answer.errors) == (0, "")
    space.delete("Service", "web")
    request = tmp_path / "request.yaml"
    request.write_text(answer.output)
    kubectl(cluster, "apply", "-f", str(request))
    after = space.until("Service", "web", lambda seen: True)
    assert after["spec"] == before["spec"]
    assert after["metadata"]["labels"].items() >= labels.items()
    assert space.get("ExposeRequest", "web")["spec"]["ports"] == strings


def test_the_addresses_of_a_service_without_a_selector_are_taken_over(
    cluster: Cluster, space: Space, asking: Asking, tmp_path: Path
) -> None:
    port = {"name": "80-80", "port": 9376, "protocol": "TCP"}
    space.create("Service", "web", spec={"ports": [{"name": "80-80", "port": 80}]})
    space.create(
        "EndpointSlice",
        "web-1",
        metadata={"labels": {"kubernetes.io/service-name": "web"}},
        addressType="IPv4",
        ports=[port],
        endpoints=[{"addresses": ["192.0.2.11"]}, {"addresses": ["192.0.2.10"]}],
    )
    answer = asking.ask("convert", "web")
    assert (answer.status, answer.errors) == (
        0,
        "Warning: spec.ports[0].targetPort: 80 becomes 9376\n",
    )
    space.delete("Service", "web")
    space.delete("EndpointSlice", "web-1")
    request = tmp_path / "request.yaml"
    request.write_text(answer.output)
    kubectl(cluster, "apply", "-f", str(request))
    rows = space.until_endpoints("web", 2, 2)["endpoints"]
    assert [(row["ip"], row["ports"]) for row in rows] == [
        ("192.0.2.10", [9376]),
        ("192.0.2.11", [9376]),
    ]


def test_what_a_request_cannot_say_is_told(space: Space, asking: Asking) -> None:
    space.create(
        "Service", "web", spec=WEB | {"ports": [{"port": 80}], "ipFamilyPolicy": "RequireDualStack"}
    )
    second = space.get("Service", "web")["spec"]["clusterIPs"][1]
    assert sorted(asking.ask("convert", "web").errors.splitlines()) == [
        f'Warning: spec.clusterIPs: ["{second}"] can\'t be said in a request, and is left out',
        'Warning: spec.ports[0].name: nothing becomes "80-80"',
    ]


def test_a_service_can_be_handed_over_while_it_stands(
    cluster: Cluster, space: Space, asking: Asking, tmp_path: Path
) -> None:
    spec = WEB | {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080}]}
    space.create("Service", "web", spec=spec)
    before = space.get("Service", "web")
    answer = asking.ask("convert", "svc/web")
    request = tmp_path / "request.yaml"
    request.write_text(answer.output)
    kubectl(cluster, "apply", "-f", str(request))
    space.until_refused("web", "ServiceConflict")
    comments = [line for line in answer.output.splitlines() if line.startswith("#   ")]
    commands = "\n".join(line.removeprefix("#   ") for line in comments)
    path = f"{cluster.kubectl.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "KUBECONFIG": str(cluster.kubeconfig)}
    subprocess.run(["sh", "-ec", commands], check=True, capture_output=True, env=environment)
    space.until_ready()
    after = space.get("Service", "web")
    before["spec"]["ports"][0]["name"] = "80-8080"
    assert (after["metadata"]["uid"], after["spec"]) == (before["metadata"]["uid"], before["spec"])


def test_a_service_that_is_not_there_is_told_with_its_namespace(
    space: Space, asking: Asking
) -> None:
    assert asking.ask("convert", "svc/web") == (
        1,
        "",
        f'Error from server (NotFound): services "web" not found in namespace "{space.name}"\n',
    )
