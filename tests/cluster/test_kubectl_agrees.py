"""A port string makes what kubectl makes of the same wish (scenario B1)."""

import json
from typing import Any

import pytest

from localcluster import Cluster
from tests.support.operator_process import kubectl
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_DEPLOYMENT = [{"name": "http", "containerPort": 8080}]


@pytest.mark.parametrize(
    ("strings", "command"),
    [
        pytest.param(["80:8088"], ["clusterip", "web", "--tcp=80:8088"], id="cluster IP"),
        pytest.param(["80"], ["clusterip", "web", "--tcp=80:80"], id="one number"),
        pytest.param(
            ["80:8080", "443:8443"],
            ["clusterip", "web", "--tcp=80:8080", "--tcp=443:8443"],
            id="two ports",
        ),
        pytest.param(["80:http"], ["clusterip", "web", "--tcp=80:http"], id="target by name"),
        pytest.param(
            ["#80:80"], ["clusterip", "web", "--tcp=80:80", "--clusterip=None"], id="headless"
        ),
        pytest.param(["#"], ["clusterip", "web", "--clusterip=None"], id="headless without ports"),
        pytest.param(
            ["!31234:80:8088"],
            ["nodeport", "web", "--tcp=80:8088", "--node-port=31234"],
            id="node port",
        ),
        pytest.param(["^80:8080"], ["loadbalancer", "web", "--tcp=80:8080"], id="load balancer"),
        pytest.param(
            ["@www.example.com"],
            ["externalname", "web", "--external-name=www.example.com"],
            id="external name",
        ),
    ],
)
def test_as_kubectl_create_service(
    cluster: Cluster, space: Space, strings: list[str], command: list[str]
) -> None:
    theirs = _dry_run(cluster, space, "create", "service", *command)
    space.expose(*strings)
    ours = space.until("Service", "web", lambda seen: True)["spec"]
    if strings[0].startswith("@"):
        # A DNS name selects no pods; kubectl gives it a selector that does nothing.
        del theirs["selector"]
    assert _asked_for(ours, strings) == _asked_for(theirs, strings)


@pytest.mark.parametrize(
    ("strings", "flags"),
    [
        pytest.param(["80:8080"], ["--port=80", "--target-port=8080"], id="cluster IP"),
        pytest.param(["80:http"], ["--port=80", "--target-port=http"], id="target by name"),
        pytest.param(
            ["!80:8080"], ["--port=80", "--target-port=8080", "--type=NodePort"], id="node port"
        ),
        pytest.param(
            ["53:5353/udp"], ["--port=53", "--target-port=5353", "--protocol=UDP"], id="UDP"
        ),
        pytest.param(
            ["#80:8080"],
            ["--port=80", "--target-port=8080", "--cluster-ip=None"],
            id="headless",
        ),
    ],
)
def test_as_kubectl_expose(
    cluster: Cluster, space: Space, strings: list[str], flags: list[str]
) -> None:
    space.create_deployment("web", replicas=0, ports=_DEPLOYMENT)
    theirs = _dry_run(cluster, space, "expose", "deployment", "web", *flags)
    space.expose(*strings, targetRef={"kind": "Deployment", "name": "web"})
    ours = space.until("Service", "web", lambda seen: True)["spec"]
    for port in ours["ports"]:
        del port["name"]  # kubectl expose leaves a single port without one
    assert _asked_for(ours, strings) == _asked_for(theirs, strings)


def _dry_run(cluster: Cluster, space: Space, *command: str) -> dict[str, Any]:
    where = (f"--namespace={space.name}", "--dry-run=server", "--output=json")
    spec: dict[str, Any] = json.loads(kubectl(cluster, *command, *where))["spec"]
    return spec


def _asked_for(spec: dict[str, Any], strings: list[str]) -> dict[str, Any]:
    """The spec but for what the cluster allocates to each Service anew."""
    kept = {key: spec[key] for key in spec if key not in ("clusterIP", "clusterIPs")}
    kept["headless"] = spec.get("clusterIP") == "None"
    if strings[0].count(":") < 2:
        for port in kept.get("ports", ()):
            port.pop("nodePort", None)
    return kept
