"""With a targetRef the traffic goes where the named object says."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Object
from tests.support.operator_process import (
    OperatorProcess,
    install,
    kubectl,
    operator_kubeconfig,
)
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

_LABELS = {"app": "shop", "tier": "front"}
_TEMPLATE = {
    "metadata": {"labels": {**_LABELS, "version": "2"}},
    "spec": {"containers": [{"name": "web", "image": "none"}]},
}
_WORKLOAD = {"selector": {"matchLabels": _LABELS}, "template": _TEMPLATE}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("Deployment", {"spec": _WORKLOAD}, id="Deployment"),
        pytest.param("StatefulSet", {"spec": {**_WORKLOAD, "serviceName": "x"}}, id="StatefulSet"),
        pytest.param("DaemonSet", {"spec": _WORKLOAD}, id="DaemonSet"),
        pytest.param("ReplicaSet", {"spec": _WORKLOAD}, id="ReplicaSet"),
        pytest.param("Pod", {"metadata": {"labels": _LABELS}, "spec": _TEMPLATE["spec"]}, id="Pod"),
        pytest.param(
            "Service", {"spec": {"selector": _LABELS, "ports": [{"port": 80}]}}, id="Service"
        ),
    ],
)
def test_the_selector_of_each_kind_is_taken(space: Space, kind: str, body: Object) -> None:
    space.create(kind, "shop", **body)
    space.expose("80", targetRef=_target(kind))
    space.until_ready()
    assert space.get("Service", "web")["spec"]["selector"] == _LABELS


def test_a_target_that_is_not_there_is_waited_for(space: Space) -> None:
    space.expose("80", targetRef=_target("Deployment"))
    status = space.until_refused("web", "TargetNotFound", "Accepted")
    assert "Stalled" not in [each["type"] for each in status["conditions"]]
    assert space.names("Service") == []
    space.create("Deployment", "shop", spec=_WORKLOAD)
    space.until_ready()
    space.until_endpoints("web", 1, 1)


def test_a_target_that_goes_is_told(space: Space) -> None:
    space.create("Deployment", "shop", spec={**_WORKLOAD, "replicas": 0})
    space.expose("80", targetRef=_target("Deployment"))
    space.until_ready()
    space.delete("Deployment", "shop")
    space.until_refused("web", "TargetNotFound", "Accepted")
    assert space.names("Service") == ["web"]


def test_a_target_that_is_made_anew_is_followed(space: Space) -> None:
    space.create("StatefulSet", "shop", spec={**_WORKLOAD, "replicas": 0, "serviceName": "x"})
    space.expose("80", targetRef=_target("StatefulSet"))
    space.until_ready()
    space.delete("StatefulSet", "shop")
    space.until_gone("StatefulSet", "shop")
    other = {"selector": {"matchLabels": {"tier": "front"}}, "template": _TEMPLATE}
    space.create("StatefulSet", "shop", spec={**other, "serviceName": "x"})
    space.until("Service", "web", lambda seen: seen["spec"]["selector"] == {"tier": "front"})


def test_a_service_as_target_is_followed(space: Space) -> None:
    space.create("Service", "shop", spec={"selector": _LABELS, "ports": [{"port": 80}]})
    space.expose("80", targetRef=_target("Service"))
    space.until_ready()
    space.patch("Service", "shop", {"spec": {"selector": {"tier": None}}})
    space.until("Service", "web", lambda seen: seen["spec"]["selector"] == {"app": "shop"})


def test_without_the_right_to_list_them_targets_are_read_all_the_same(tmp_path: Path) -> None:
    with Cluster.start() as cluster:
        install(cluster)
        _take_away_the_list_of_workloads(cluster)
        api = administrator(cluster)
        log = tmp_path / "log"
        with OperatorProcess(operator_kubeconfig(cluster), log):
            space = Space(api, cluster, "limited")
            space.create("Deployment", "shop", spec=_WORKLOAD)
            space.expose("80", targetRef=_target("Deployment"))
            space.until_endpoints("web", 1, 1)
        api.close()
    assert 'cannot list resource "deployments"' in log.read_text()


def test_target_refs_in_a_ring_are_refused(space: Space) -> None:
    names = ("one", "two", "three", "four")
    for name in names:
        space.expose("80", name=name)
        space.until_ready(name)
    for name, target in zip(names, (*names[1:], names[0]), strict=True):
        space.ask(name, targetRef={"kind": "Service", "name": target})
    space.until_refused("four", "TargetHasNoSelector", "Accepted")
    space.until_settled()
    before = space.writes()
    space.until_settled()
    assert space.writes() == before


def test_a_service_without_a_selector_is_no_target(space: Space) -> None:
    space.create("Service", "shop", spec={"ports": [{"port": 80}]})
    space.expose("80", targetRef=_target("Service"))
    space.until_refused("web", "TargetHasNoSelector", "Accepted")


def _take_away_the_list_of_workloads(cluster: Cluster) -> None:
    role = json.loads(kubectl(cluster, "get", "clusterrole", "exposer", "--output=json"))
    for rule in role["rules"]:
        if rule["apiGroups"] == ["apps"]:
            rule["verbs"] = ["get"]
    patch = json.dumps({"rules": role["rules"]})
    kubectl(cluster, "patch", "clusterrole", "exposer", "--type=merge", f"--patch={patch}")


def _target(kind: str) -> dict[str, Any]:
    return {"kind": kind, "name": "shop"}
