"""The policy that refuses wrong requests stands in nobody's way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from exposer.api import Refused, accept
from localcluster import Cluster
from localcluster.api import Api, ApiError
from tests.support.dry_run import validated
from tests.support.operator_process import kubectl
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_POLICY = "validatingadmissionpolicy/exposer-validation"
_BINDING = "validatingadmissionpolicybinding/exposer-validation"
_CLASH = ["80", "80:8080"]
_STATUS = {
    "observedGeneration": 1,
    "ports": [],
    "endpoints": [],
    "endpointSummary": {"ready": 0, "total": 0, "truncated": False},
    "display": {},
    "conditions": [],
}


@pytest.fixture
def wrong(api: Api, cluster: Cluster) -> Iterator[Space]:
    """A namespace with a request "web" that clashes, from before there was the policy."""
    validated(cluster, api)
    kubectl(cluster, "delete", _BINDING)
    space = Space(api, cluster, "from-before")
    end = 600
    while True:
        try:
            space.expose(*_CLASH, addresses=["192.0.2.1"])
            break
        except ApiError:  # only trying tells when a policy is in force no more
            end -= 1
            assert end > 0
    validated(cluster, api)
    yield space
    space.remove()


def test_a_request_from_before_can_be_lived_with(wrong: Space) -> None:
    wrong.patch("ExposeRequest", "web", {"metadata": {"labels": {"team": "blue"}}})
    wrong.patch("ExposeRequest", "web", {"metadata": {"finalizers": ["example.com/kept"]}})
    wrong.patch("ExposeRequest", "web", {"spec": {"addresses": ["192.0.2.2"]}})
    wrong.patch("ExposeRequest", "web", {"status": _STATUS}, "/status")
    with pytest.raises(ApiError, match="a port can be there only once for each protocol"):
        wrong.patch("ExposeRequest", "web", {"spec": {"ports": ["80", "80:9090"]}})
    with pytest.raises(ApiError, match="one address: leave one of the two out"):
        wrong.patch("ExposeRequest", "web", {"spec": {"addresses": ["192.0.2.2", "192.0.2.2"]}})
    wrong.patch("ExposeRequest", "web", {"spec": {"ports": ["80"]}})
    wrong.patch("ExposeRequest", "web", {"metadata": {"finalizers": None}})


def test_its_types_are_those_of_the_resource(cluster: Cluster, api: Api) -> None:
    validated(cluster, api)
    done = "jsonpath={.status.typeChecking}"
    kubectl(cluster, "wait", f"--for={done}", _POLICY)
    found: dict[str, Any] = json.loads(kubectl(cluster, "get", _POLICY, "--output=json"))
    assert found["status"]["typeChecking"] == {}
    assert found["status"]["observedGeneration"] == found["metadata"]["generation"]


def test_the_operator_says_the_same_where_the_policy_is_not_installed() -> None:
    verdict = accept("web", {"ports": _CLASH})
    assert isinstance(verdict, Refused)
    assert verdict.reason == "DuplicatePort"
