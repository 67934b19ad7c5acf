"""What a write has done, as the log tells it."""

import pytest

from exposer.desired.service import desired_service
from exposer.plan import Apply, Create, Delete, Probe, Write
from exposer.plan.outcome import summary
from tests.support.builders import SERVICE_UID, a_slice, an_accepted_request, an_owner

SERVICE = desired_service(an_owner(), an_accepted_request(service_name="hi"))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        pytest.param(Create(SERVICE), 'created Service "hi"', id="create"),
        pytest.param(
            Apply(SERVICE, SERVICE_UID, (), ("spec.type", "spec.selector")),
            'updated Service "hi": spec.type, spec.selector',
            id="apply",
        ),
        pytest.param(
            Apply(
                SERVICE, SERVICE_UID, (), tuple(f"spec.ports[{port}/TCP]" for port in range(1, 13))
            ),
            'updated Service "hi": spec.ports[1/TCP], spec.ports[2/TCP], spec.ports[3/TCP], '
            "spec.ports[4/TCP], spec.ports[5/TCP], spec.ports[6/TCP], spec.ports[7/TCP], "
            "spec.ports[8/TCP], spec.ports[9/TCP], spec.ports[10/TCP] and 2 more",
            id="many fields",
        ),
        pytest.param(Apply(SERVICE, SERVICE_UID), "", id="a first step"),
        pytest.param(Delete(a_slice()), 'deleted EndpointSlice "web-x7k2p"', id="delete"),
        pytest.param(Probe(SERVICE), "", id="probe"),
    ],
)
def test_a_write_is_told_with_the_object_and_what_changed(write: Write, words: str) -> None:
    assert summary(write) == words
