"""The API server's answer to a request that it is not to keep."""

from typing import Any

import pytest

from localcluster.api import Api, ApiError

_PATH = "/apis/exposer.dev/v1alpha1/namespaces/default/exposerequests?dryRun=All"


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


def refusal(api: Api, spec: Any, name: str = "web") -> str:
    """What the API server says of a request; it must refuse it."""
    with pytest.raises(ApiError) as refused:
        stored(api, spec, name)
    return str(refused.value).removeprefix(f'422: ExposeRequest.exposer.dev "{name}" is invalid: ')
