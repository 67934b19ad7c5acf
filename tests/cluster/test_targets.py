"""With a targetRef the traffic goes where the named object says."""

from typing import Any

import pytest

from localcluster.api import Object
from tests.support.space import Space

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


def test_a_service_without_a_selector_is_no_target(space: Space) -> None:
    space.create("Service", "shop", spec={"ports": [{"port": 80}]})
    space.expose("80", targetRef=_target("Service"))
    space.until_refused("web", "TargetHasNoSelector", "Accepted")


def _target(kind: str) -> dict[str, Any]:
    return {"kind": kind, "name": "shop"}
