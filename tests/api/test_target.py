"""Whose pods the traffic goes to when a targetRef says it."""

from typing import Any

import pytest

from exposer.api import Reason, Refused, selector_of
from exposer.api.request import TargetRef

LABELS = {"app": "web", "tier": "front"}


def workload(**selector: Any) -> dict[str, Any]:
    # A pod template may well have more labels than are selected by.
    template = {"metadata": {"labels": {**LABELS, "version": "2"}}}
    return {"spec": {"selector": selector, "template": template}}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *(
            pytest.param(kind, workload(matchLabels=LABELS), id=kind)
            for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
        ),
        pytest.param("Pod", {"metadata": {"labels": LABELS}, "spec": {}}, id="Pod"),
        pytest.param(
            "Pod",
            {"metadata": {"labels": LABELS | {"topology.kubernetes.io/zone": "a"}}, "spec": {}},
            id="Pod that is scheduled",
        ),
        pytest.param("Service", {"metadata": {}, "spec": {"selector": LABELS}}, id="Service"),
    ],
)
def test_the_selector_is_that_of_the_target(kind: Any, body: dict[str, Any]) -> None:
    assert selector_of(TargetRef(kind=kind, name="web"), body) == LABELS


@pytest.mark.parametrize(
    ("kind", "body", "reason", "message"),
    [
        pytest.param(
            "Deployment",
            None,
            Reason.TARGET_NOT_FOUND,
            'there is no Deployment "web" in this namespace; waiting for it',
            id="not there",
        ),
        pytest.param(
            "Deployment",
            workload(matchLabels=LABELS, matchExpressions=[{"key": "a", "operator": "Exists"}]),
            Reason.TARGET_HAS_NO_SELECTOR,
            'Deployment "web" selects its pods by matchExpressions, which a Service can\'t: write '
            "a spec.selector of labels instead",
            id="expressions",
        ),
        pytest.param(
            "Pod",
            {"metadata": {}, "spec": {}},
            Reason.TARGET_HAS_NO_SELECTOR,
            'Pod "web" has no labels to select by: write a spec.selector instead',
            id="pod without labels",
        ),
        pytest.param(
            "Service",
            {"metadata": {"labels": LABELS}, "spec": {"ports": []}},
            Reason.TARGET_HAS_NO_SELECTOR,
            'Service "web" has no labels to select by: write a spec.selector instead',
            id="service without a selector",
        ),
        pytest.param(
            "Pod",
            {"metadata": {"labels": {f"label{n}": "x" for n in range(101)}}, "spec": {}},
            Reason.TARGET_HAS_NO_SELECTOR,
            'Pod "web" has more than 100 labels: write a spec.selector of those that matter',
            id="too many labels",
        ),
    ],
)
def test_a_target_without_a_selector_is_told_and_waited_for(
    kind: Any, body: dict[str, Any] | None, reason: Reason, message: str
) -> None:
    refused = Refused(reason, f"spec.targetRef: {message}", retry=True)
    assert selector_of(TargetRef(kind=kind, name="web"), body) == refused
