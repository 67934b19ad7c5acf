"""Whatever the grammar accepts makes a Service that the API server accepts."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposer.api import AcceptedRequest, accept
from exposer.desired import Owner
from exposer.desired.service import desired_service
from localcluster.api import Api, ApiError, Object
from tests.property.strategies import port_strings

pytestmark = pytest.mark.cluster

_SERVICES = "/api/v1/namespaces/default/services?dryRun=All&fieldValidation=Strict"
_OWNER = Owner("default", "web", "0d3c5a0e-0000-4000-8000-000000000000")


@settings(max_examples=300, derandomize=True)
@given(strings=st.lists(port_strings, min_size=1, max_size=2))
def test_a_valid_requests_service_is_accepted(api: Api, strings: list[str]) -> None:
    # Two strings are often of two kinds, or claim the same; the first alone is always valid.
    request = accept("web", {"ports": strings})
    if not isinstance(request, AcceptedRequest):
        request = accept("web", {"ports": strings[:1]})
    assert isinstance(request, AcceptedRequest)
    # Only the cluster knows its range of node ports, and which of them are taken.
    assert _refused_fields(api, desired_service(_OWNER, request)) <= {"nodePort"}


def _refused_fields(api: Api, service: Object) -> set[str]:
    """The names of the fields that the API server refuses; its whole answer if it names none."""
    try:
        api.request("POST", _SERVICES, service)
    except ApiError as error:
        fields = re.findall(r"(?:spec|metadata)[\w.\[\]]*(?=: )", str(error))
        return {field.rpartition(".")[2] for field in fields} or {str(error)}
    return set()
