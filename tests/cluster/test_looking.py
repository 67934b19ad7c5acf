"""What is told of pods that nobody watches does not stay once it is past."""

import pytest

from tests.support.space import Space, condition

pytestmark = pytest.mark.cluster

LABELS = {"app": "web"}
ELSEWHERE = {"kubernetes.io/hostname": "nowhere"}


def test_a_pod_that_never_had_an_address_and_goes_is_not_told_for_ever(space: Space) -> None:
    container = {"name": "web", "image": "none"}
    space.create(
        "Pod",
        "stuck",
        metadata={"labels": LABELS},
        spec={"containers": [container], "nodeSelector": ELSEWHERE},
    )
    space.expose("80")
    space.until_refused("web", "PodsNotReady", "EndpointsAvailable")
    space.delete("Pod", "stuck")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")


def test_a_pod_that_has_run_to_its_end_is_none_to_wait_for(space: Space) -> None:
    space.create_pod("done", LABELS, ready=False)
    space.until("Pod", "done", lambda seen: bool(seen["status"].get("podIP")))
    space.patch("Pod", "done", {"status": {"phase": "Succeeded"}}, "/status")
    space.expose("80")
    status = space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    told = condition({"status": status}, "EndpointsAvailable")
    assert told["message"] == 'no pod with an IP address has the labels "app=web"'
