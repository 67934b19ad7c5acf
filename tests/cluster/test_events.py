"""Events tell of transitions, each once."""

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster


def test_a_request_that_just_works_has_none(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.until("Pod", "pod", lambda seen: bool(seen["status"].get("podIP")))
    space.expose("80")
    space.until_endpoints("web", 1, 1)
    space.until_settled()
    assert space.events() == []


def test_trouble_and_its_end_are_told_once(space: Space) -> None:
    space.create("Service", "web", spec={"ports": [{"port": 80}]})
    space.expose("80")
    space.until_refused("web", "ServiceConflict")
    space.patch("ExposeRequest", "web", {"metadata": {"annotations": {"touched": "yes"}}})
    space.until_settled()
    space.delete("Service", "web")
    space.until_ready()
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    space.until_event("NoPodsMatch")
    assert space.events() == [
        ("Warning", "ServiceConflict"),
        ("Normal", "Ready"),
        ("Warning", "NoPodsMatch"),
    ]


def test_a_replacement_is_told(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.ask("web", ports=["#80"])
    space.until_ready()
    space.until_settled()
    assert ("Warning", "ServiceReplaced") in space.events()


def test_what_is_replaced_is_not_said_to_have_no_pods(space: Space) -> None:
    """Before the cluster has looked for them: it lists a new Service's anew."""
    space.create_deployment("web", replicas=2, ports=[])
    space.expose("80")
    space.until_endpoints("web", 2, 2)
    space.until_settled()
    before = space.events()
    for string in ("#80", "80", "#80", "80"):
        space.ask("web", ports=[string])
        space.until_ready()
        space.until_endpoints("web", 2, 2)
    space.until_settled()
    # Four in a few seconds, told once: an Event comes once a minute at most.
    assert space.events()[len(before) :] == [("Warning", "ServiceReplaced")]


def test_a_new_request_without_endpoints_is_told_once_and_so_is_the_end_of_it(
    space: Space,
) -> None:
    space.expose("80")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    space.patch("ExposeRequest", "web", {"metadata": {"annotations": {"touched": "yes"}}})
    space.until_event("NoPodsMatch")
    space.create_pod("pod", labels={"app": "web"})
    space.until_endpoints("web", 1, 1)
    space.until_settled()
    assert space.events() == [("Warning", "NoPodsMatch"), ("Normal", "EndpointsReady")]


def test_a_workload_that_comes_soon_after_its_request_is_no_trouble(space: Space) -> None:
    space.expose("80")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    space.create_deployment("web", replicas=2, ports=[])
    space.until_endpoints("web", 2, 2)
    space.until_settled()
    assert space.events() == []


def test_a_target_that_no_pod_has_is_told_once(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.until("Pod", "pod", lambda seen: bool(seen["status"].get("podIP")))
    space.expose("80:http")
    space.until_refused("web", "TargetPortNotFound", "EndpointsAvailable")
    space.until_settled()
    assert space.events() == [("Warning", "TargetPortNotFound")]


def test_an_external_name_is_no_trouble(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.until("Pod", "pod", lambda seen: bool(seen["status"].get("podIP")))
    space.expose("80")
    space.until_endpoints("web", 1, 1)
    space.ask("web", ports=["@db.example.com"])
    space.until_refused("web", "NotApplicable", "EndpointsAvailable")
    space.until_settled()
    assert "NotApplicable" not in {reason for _, reason in space.events()}
