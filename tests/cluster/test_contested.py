"""Somebody works against the operator: it slows down, and says who changes what."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from localcluster import Cluster
from tests.support.operator_process import kubectl
from tests.support.space import Space, administrator, condition

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

POLICY = """
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {{name: {name}}}
spec:
  matchConstraints:
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}
    resourceRules:
    - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: 'Object{{spec: Object.spec{{sessionAffinity: "None"}}}}'
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {{name: {name}}}
spec: {{policyName: {name}}}
"""


@contextmanager
def meddling(cluster: Cluster, name: str, seconds: float) -> Iterator[None]:
    """Change the selector of Service web ten times a second, for so long."""
    end = time.monotonic() + seconds
    api = administrator(cluster)
    space = Space.known(api, cluster, name)

    def meddle() -> None:
        while time.monotonic() < end:
            space.patch("Service", "web", {"spec": {"selector": {"app": "other"}}})
            time.sleep(0.1)  # that is the pace of the fault

    thread = threading.Thread(target=meddle)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        api.close()


def test_a_change_by_hand_is_put_back_at_once(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.patch("Service", "web", {"spec": {"selector": {"app": "other"}}})
    space.until("Service", "web", lambda seen: seen["spec"]["selector"] == {"app": "web"})
    assert condition(space.get("ExposeRequest", "web"), "Programmed")["status"] == "True"


def test_what_somebody_keeps_changing_is_put_back_ever_more_slowly(
    space: Space, cluster: Cluster
) -> None:
    space.expose("80")
    space.until_ready()
    space.until_settled()
    before = len(space.writes())
    with meddling(cluster, space.name, 30):
        status = space.until_refused("web", "FieldsOverridden", "Programmed")
    message = condition({"status": status}, "Programmed")["message"]
    assert ' changed spec.selector of Service "web"; this happens again and again' in message
    writes = space.writes()[before:]
    # After 0, 1, 3, 7 and 15 seconds; what is taken over first is a write of its own.
    assert writes.count(("patch", "services/web")) <= 12
    # What is told of endpoints follows the selector, there and back.
    assert writes.count(("patch", "exposerequests/web/status")) <= 12
    space.until("Service", "web", lambda seen: seen["spec"]["selector"] == {"app": "web"})


def test_what_a_policy_makes_something_else_of_is_told(space: Space, cluster: Cluster) -> None:
    policy = POLICY.format(name=space.name)
    command = ("apply", "-f", "-")
    kubectl(cluster, *command, stdin=policy)
    try:
        space.until_mutated("sessionAffinity", "None")
        template = {"spec": {"sessionAffinity": "ClientIP"}}
        space.expose("80", serviceTemplate=template)
        status = space.until_refused("web", "FieldsOverridden", "Programmed")
        assert "spec.sessionAffinity" in condition({"status": status}, "Programmed")["message"]
        space.until_settled()
        writes = space.writes().count(("patch", "services/web"))
        assert writes <= 4
    finally:
        kubectl(cluster, "delete", "-f", "-", stdin=policy)
    space.until_ready()
