"""Which way from one status to the next is worth an event."""

from typing import Any

import pytest

from exposer.status.events import Event, events, replaced


def status(ready: tuple[str, str], available: tuple[str, str] = ("True", "EndpointsReady")) -> Any:
    conditions = [("EndpointsAvailable", available), ("Ready", ready)]
    return {
        "conditions": [
            {"type": kind, "status": truth, "reason": reason, "message": f"{kind} is {truth}"}
            for kind, (truth, reason) in conditions
        ]
    }


NOTHING: dict[str, Any] = {}
READY = status(("True", "Ready"))
WAITING = status(("False", "Pending"))
CONFLICT = status(("False", "ServiceConflict"))
TAKEN = status(("False", "NodePortTaken"))
NO_PODS = status(("True", "Ready"), ("False", "NoPodsMatch"))
NOT_READY = status(("True", "Ready"), ("False", "PodsNotReady"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(NOTHING, READY, [], id="new and ready at once"),
        pytest.param(NOTHING, NO_PODS, [], id="new without pods"),
        pytest.param(
            NOTHING,
            CONFLICT,
            [Event("Warning", "ServiceConflict", "Ready is False")],
            id="new and in conflict",
        ),
        pytest.param(
            NOTHING, WAITING, [Event("Normal", "Pending", "Ready is False")], id="new and waiting"
        ),
        pytest.param(
            CONFLICT, READY, [Event("Normal", "Ready", "Ready is True")], id="out of the way"
        ),
        pytest.param(
            CONFLICT,
            TAKEN,
            [Event("Warning", "NodePortTaken", "Ready is False")],
            id="from one trouble to another",
        ),
        pytest.param(READY, READY, [], id="as before"),
        pytest.param(CONFLICT, CONFLICT, [], id="still in conflict"),
        pytest.param(NO_PODS, READY, [], id="pods have come"),
        pytest.param(
            READY,
            NO_PODS,
            [Event("Normal", "NoPodsMatch", "EndpointsAvailable is False")],
            id="scaled to zero",
        ),
        pytest.param(
            READY,
            NOT_READY,
            [Event("Warning", "PodsNotReady", "EndpointsAvailable is False")],
            id="no pod is ready any more",
        ),
        pytest.param(NO_PODS, NOT_READY, [], id="pods are starting"),
    ],
)
def test_a_transition_is_told_once(before: Any, after: Any, told: list[Event]) -> None:
    assert events(before, after) == told


def test_a_replacement_is_told() -> None:
    assert replaced("web") == Event(
        "Normal",
        "ServiceReplaced",
        'Service "web" is replaced: the API server does not take this change in place',
    )
