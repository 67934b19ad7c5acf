"""A denial by an admission webhook is told with its name, and tried again, whatever its code."""

from pathlib import Path
from typing import Any

import pytest

from localcluster.api import Api
from tests.support.space import Space
from tests.support.webhook import DenyingWebhook

pytestmark = pytest.mark.cluster

ANSWERS = [
    pytest.param({}, id="without a word"),
    *[
        pytest.param({"code": code, "message": "no Services here"}, id=str(code))
        for code in (200, 400, 403, 404, 409, 422, 500)
    ],
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_denied_service_is_told_and_made_once_it_is_allowed(
    space: Space, api: Api, tmp_path: Path, answer: dict[str, Any]
) -> None:
    with DenyingWebhook(api, space.name, tmp_path, ["CREATE"], answer) as webhook:
        space.until_denied(webhook.name)
        space.expose("80")
        status = space.until_refused("web", "ServiceRejected")
        assert _programmed(status).startswith(
            f'admission webhook "{webhook.name}" denied the request'
        )
        assert "Stalled" not in [each["type"] for each in status["conditions"]]
    space.until_ready()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_denied_replacement_leaves_the_service_that_stands(
    space: Space, api: Api, tmp_path: Path, answer: dict[str, Any]
) -> None:
    space.expose("80")
    space.until_ready()
    before = space.get("Service", "web")
    with DenyingWebhook(api, space.name, tmp_path, ["CREATE"], answer) as webhook:
        space.until_denied(webhook.name)
        space.ask("web", ports=["#80"])
        space.until_refused("web", "ServiceRejected")
        assert space.get("Service", "web") == before
    assert space.until_ready()["type"] == "Headless"


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_denied_deletion_is_told_and_done_once_it_is_allowed(
    space: Space, api: Api, tmp_path: Path, answer: dict[str, Any]
) -> None:
    space.expose("80", serviceName="old")
    space.until_ready()
    with DenyingWebhook(api, space.name, tmp_path, ["DELETE"], answer) as webhook:
        space.until_denied(webhook.name, deleted="old")
        space.ask("web", serviceName="new")
        space.until_refused("web", "ServiceRejected")
        assert sorted(space.names("Service")) == ["new", "old"]
    space.until_gone("Service", "old")
    space.until_ready()


def _programmed(status: dict[str, Any]) -> str:
    messages: dict[str, str] = {each["type"]: each["message"] for each in status["conditions"]}
    return messages["Programmed"]
