"""The audit log has the writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from cluster.tests.access import api
from localcluster import Cluster
from localcluster.api import ApiError

pytestmark = pytest.mark.cluster

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def lines(audit_log: Path, user: str) -> list[tuple[Any, ...]]:
    events = [json.loads(line) for line in audit_log.read_text().splitlines()]
    return [
        (
            event["verb"],
            event["objectRef"]["resource"],
            event["objectRef"].get("name"),
            event["responseStatus"]["code"],
        )
        for event in events
        if event["user"]["username"] == user
    ]


def test_every_write_is_in_the_log_when_it_is_answered_and_no_read(cluster: Cluster) -> None:
    user = "audited"
    patch_type = "application/merge-patch+json"
    with api(cluster.kubeconfig_for(user, ["system:masters"])) as client:
        path = f"{CONFIG_MAPS}/audited"
        client.request("POST", CONFIG_MAPS, {"metadata": {"name": "audited"}})
        expected = [("create", "configmaps", "audited", 201)]
        assert lines(cluster.audit_log, user) == expected
        client.get(path)
        client.get(CONFIG_MAPS)
        assert lines(cluster.audit_log, user) == expected
        client.request("PATCH", path, {"data": {"key": "value"}}, patch_type)
        client.request("DELETE", path)
    expected += [("patch", "configmaps", "audited", 200), ("delete", "configmaps", "audited", 200)]
    assert lines(cluster.audit_log, user) == expected


def test_a_write_that_is_refused_is_in_the_log_too(cluster: Cluster) -> None:
    user = "refused"
    with (
        api(cluster.kubeconfig_for(user)) as client,
        pytest.raises(ApiError, match=r"^403: configmaps is forbidden"),
    ):
        client.request("POST", CONFIG_MAPS, {"metadata": {"name": "refused"}})
    # Its name is in the body, which wasn't looked at.
    assert lines(cluster.audit_log, user) == [("create", "configmaps", None, 403)]
