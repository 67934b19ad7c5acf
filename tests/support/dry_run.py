"""The API server's answer to a request that it is not to keep."""

import re
import time
from contextlib import suppress
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Api, ApiError
from tests.support.operator_process import install
from tests.support.waiting import SECONDS

_PATH = "/apis/exposer.dev/v1alpha1/namespaces/default/exposerequests?dryRun=All"


_WITH_VALUES = 35
_POLICY = (
    'exposerequests.exposer.dev "{}" is forbidden: ValidatingAdmissionPolicy '
    "'exposer-validation' with binding 'exposer-validation' denied request: "
)


def validated(cluster: Cluster, api: Api) -> Api:
    """An API server that knows of ExposeRequests, and refuses wrong ones by the policy, too."""
    install(cluster)
    deadline = time.monotonic() + SECONDS
    # Only trying tells when a policy is in force.
    while time.monotonic() < deadline:
        with suppress(ApiError):
            stored(api, {"ports": ["81-80"]})
            continue
        return api
    raise AssertionError("the policy is not in force")


def stored(api: Api, spec: Any, name: str = "web") -> dict[str, Any]:
    """The spec as the API server would store it, checked as strictly as for kubectl.

    Raises:
        ApiError: The API server refuses the request.
    """
    body = {
        "apiVersion": "exposer.dev/v1alpha1",
        "kind": "ExposeRequest",
        "metadata": {"name": name},
        "spec": spec,
    }
    found: dict[str, Any] = api.request("POST", f"{_PATH}&fieldValidation=Strict", body)["spec"]
    return found


def comparable(api: Api, said: str) -> str:
    """What a rule of the CRD is told by, without the value if it's an API server before 1.35.

    Such a one tells the value's type instead, also of objects and lists.
    """
    if int(api.get("/version")["minor"]) >= _WITH_VALUES:
        return said
    return re.sub(r'Invalid value: "[^"]*": ', "Invalid value: ", said)


def refusal(api: Api, spec: Any, name: str = "web") -> str:
    """What the API server says of a request, by its rules or by the policy; it must refuse it."""
    with pytest.raises(ApiError) as refused:
        stored(api, spec, name)
    said = str(refused.value).removeprefix("422: ")
    for head in (f'ExposeRequest.exposer.dev "{name}" is invalid: ', _POLICY.format(name)):
        said = said.removeprefix(head)
    return said
