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
NO_TARGET = status(("True", "Ready"), ("False", "TargetPortNotFound"))
NOT_LISTED = status(("True", "Ready"), ("Unknown", "Pending"))
EXTERNAL_NAME = status(("True", "Ready"), ("False", "NotApplicable"))
NO_SERVICE = status(("False", "ServiceConflict"), ("False", "Pending"))
ODD: dict[str, Any] = {"conditions": [{"type": "Ready", "status": True}, "EndpointsAvailable"]}


def warning(reason: str) -> Event:
    return Event("Warning", reason, "EndpointsAvailable is False")


BACK = Event("Normal", "EndpointsReady", "EndpointsAvailable is True")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(NOTHING, READY, [], id="new and ready at once"),
        pytest.param(NOTHING, NO_PODS, [warning("NoPodsMatch")], id="new without pods"),
        pytest.param(NOTHING, NO_TARGET, [warning("TargetPortNotFound")], id="new, wrong target"),
        pytest.param(NOTHING, NOT_READY, [warning("PodsNotReady")], id="new, pods not ready"),
        pytest.param(NOTHING, NOT_LISTED, [], id="new, and nobody has looked for pods"),
        pytest.param(NOT_LISTED, NO_PODS, [warning("NoPodsMatch")], id="the look finds none"),
        pytest.param(NOT_LISTED, READY, [], id="the look finds some"),
        pytest.param(NOTHING, EXTERNAL_NAME, [], id="a new ExternalName"),
        pytest.param(READY, EXTERNAL_NAME, [], id="an ExternalName instead"),
        pytest.param(EXTERNAL_NAME, READY, [], id="no ExternalName any more"),
        pytest.param(READY, NOT_LISTED, [], id="recreated"),
        pytest.param(
            NOTHING,
            CONFLICT,
            [Event("Warning", "ServiceConflict", "Ready is False")],
            id="new and in conflict",
        ),
        pytest.param(
            NO_SERVICE,
            NO_PODS,
            [Event("Normal", "Ready", "Ready is True"), warning("NoPodsMatch")],
            id="out of the way, but without pods",
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
        pytest.param(NO_PODS, NO_PODS, [], id="still without pods"),
        pytest.param(NO_PODS, READY, [BACK], id="pods have come"),
        pytest.param(NO_TARGET, READY, [BACK], id="the target is there"),
        pytest.param(
            READY,
            NO_PODS,
            [Event("Normal", "NoPodsMatch", "EndpointsAvailable is False")],
            id="scaled to zero",
        ),
        pytest.param(READY, NOT_READY, [warning("PodsNotReady")], id="no pod is ready any more"),
        pytest.param(NO_PODS, NOT_READY, [], id="pods are starting"),
        pytest.param(
            NOT_READY, NO_TARGET, [warning("TargetPortNotFound")], id="started, and a wrong target"
        ),
        pytest.param(NOT_READY, NO_PODS, [], id="pods that never were ready have gone"),
        pytest.param(ODD, READY, [], id="edited by hand, and ready"),
        pytest.param(
            ODD, TAKEN, [Event("Warning", "NodePortTaken", "Ready is False")], id="edited by hand"
        ),
    ],
)
def test_a_transition_is_told_once(before: Any, after: Any, told: list[Event]) -> None:
    assert events(before, after) == told


def test_a_replacement_is_told() -> None:
    assert replaced("web") == Event(
        "Warning",
        "ServiceReplaced",
        'Service "web" is recreated: this change can\'t be made in place; connections fail until '
        "the new one is there",
    )
