"""Events tell of transitions, each once."""

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster


def test_a_request_that_just_works_has_none(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"})
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
    space.until_settled()
    assert space.events() == [("Warning", "ServiceConflict"), ("Normal", "Ready")]


def test_a_replacement_is_told(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.ask("web", ports=["#80"])
    space.until_ready()
    space.until_settled()
    assert ("Normal", "ServiceReplaced") in space.events()
