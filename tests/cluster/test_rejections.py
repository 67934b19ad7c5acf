"""What the API server refuses is told in its own words, and tried again where that can help."""

from typing import Any

import pytest

from localcluster.api import Api
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
_BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"


def test_a_quota_is_told_and_waited_for(space: Space) -> None:
    space.create("ResourceQuota", "none", spec={"hard": {"count/services": "0"}})
    # Until the controller has counted, nothing may be created, for another reason.
    space.until("ResourceQuota", "none", lambda seen: bool(seen["status"].get("used")))
    space.expose("80")
    status = space.until_refused("web", "ServiceRejected")
    assert "exceeded quota: none" in _programmed(status)
    assert "Stalled" not in _types(status)
    space.delete("ResourceQuota", "none")
    space.until_ready()


def test_an_admission_policy_is_told_and_waited_for(space: Space, api: Api) -> None:
    name = f"no-services-in-{space.name}"
    selector = {"matchLabels": {"kubernetes.io/metadata.name": space.name}}
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["services"],
    }
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule]},
        "validations": [{"expression": "false", "message": "no Services here"}],
    }
    binding = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": selector},
    }
    api.request("POST", _POLICIES, {"metadata": {"name": name}, "spec": policy})
    api.request("POST", _BINDINGS, {"metadata": {"name": name}, "spec": binding})
    space.until_denied("no Services here")
    space.expose("80")
    status = space.until_refused("web", "ServiceRejected")
    assert "no Services here" in _programmed(status)
    assert "Stalled" not in _types(status)
    for collection in (_BINDINGS, _POLICIES):
        api.request("DELETE", f"{collection}/{name}")
    space.until_ready()


def test_what_only_the_user_can_mend_is_stalled(space: Space) -> None:
    space.expose("!40000:80:8080")
    status = space.until_refused("web", "NodePortOutOfRange")
    assert "not in the valid range" in _programmed(status)
    assert "Stalled" in _types(status)


def test_a_value_that_this_version_does_not_know_is_told_and_tried_again(
    space: Space, api: Api
) -> None:
    """PreferSameNode is KEP-3015's, on by default since 1.34."""
    space.expose("80", serviceTemplate={"spec": {"trafficDistribution": "PreferSameNode"}})
    if int(api.get("/version")["minor"]) >= 34:
        space.until_ready()
        return
    status = space.until_refused("web", "ServiceRejected")
    assert 'Unsupported value: "PreferSameNode"' in _programmed(status)
    assert "Stalled" not in _types(status)


def _programmed(status: dict[str, Any]) -> str:
    messages: dict[str, str] = {each["type"]: each["message"] for each in status["conditions"]}
    return messages["Programmed"]


def _types(status: dict[str, Any]) -> list[str]:
    return [each["type"] for each in status["conditions"]]
