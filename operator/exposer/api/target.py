"""targetRef: an object of the cluster -> the selector that its pods are found by."""

from collections.abc import Mapping
from typing import Any

from exposer.api.conditions import Reason
from exposer.api.request import MAX_SELECTOR, TargetRef
from exposer.api.verdict import Refused

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
"""Kinds of targets that select their pods, each for its whole life by the same labels (apps/v1)."""

_TOPOLOGY = "topology.kubernetes.io/"


def selector_of(target: TargetRef, body: Mapping[str, Any] | None) -> Mapping[str, str] | Refused:
    """The labels that select the target's pods.

    Args:
        target: What the request names.
        body: That object as the API server has it; None if it is not there.
    """
    who = f'{target.kind} "{target.name}"'
    if body is None:
        message = f"spec.targetRef: there is no {who} in this namespace; waiting for it"
        return Refused(Reason.TARGET_NOT_FOUND, message, retry=True)
    labels, expressions = _READERS.get(target.kind, _of_workload)(body)
    if expressions:
        return _without_selector(
            f"{who} selects its pods by matchExpressions, which a Service can't: write a "
            "spec.selector of labels instead"
        )
    if not labels:
        return _without_selector(f"{who} has no labels to select by: write a spec.selector instead")
    if len(labels) > MAX_SELECTOR:
        return _without_selector(
            f"{who} has more than {MAX_SELECTOR} labels: write a spec.selector of those that matter"
        )
    return labels


def _without_selector(problem: str) -> Refused:
    # The target may be replaced by one that has.
    return Refused(Reason.TARGET_HAS_NO_SELECTOR, f"spec.targetRef: {problem}", retry=True)


def _of_workload(body: Mapping[str, Any]) -> tuple[Mapping[str, str], bool]:
    """A label selector (metav1.LabelSelector), of which a Service knows the labels only."""
    selector = body["spec"].get("selector") or {}
    return selector.get("matchLabels") or {}, bool(selector.get("matchExpressions"))


def _of_service(body: Mapping[str, Any]) -> tuple[Mapping[str, str], bool]:
    return body["spec"].get("selector") or {}, False


def _of_pod(body: Mapping[str, Any]) -> tuple[Mapping[str, str], bool]:
    """The pod's labels but for those that tell where it happens to run (KEP-4742)."""
    labels: Mapping[str, str] = body["metadata"].get("labels") or {}
    return {key: labels[key] for key in labels if not key.startswith(_TOPOLOGY)}, False


_READERS = {"Service": _of_service, "Pod": _of_pod}
