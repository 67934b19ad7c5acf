"""What tenants write is shown as text, and what is in other namespaces is not shown."""

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.asking import Asking
from tests.support.operator_process import OperatorProcess
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_FORGED = "Gateway\n[INFO] all is well\x1b[2J %%{init: {'theme': 'dark'}}%%"
_SHOWN = "Gateway\\n[INFO] all is well\\x1b[2J %%{init: {'theme': 'dark'}}%%"


@pytest.fixture
def asking(cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(cluster, space.name, capsys)


def test_an_owner_that_forges_lines_is_shown_on_one(
    space: Space, asking: Asking, operator: OperatorProcess
) -> None:
    owner = {"apiVersion": "v1", "kind": _FORGED, "name": "x", "uid": "y", "controller": True}
    spec = {"ports": [{"port": 80}]}
    space.create("Service", "web", metadata={"ownerReferences": [owner]}, spec=spec)
    space.expose("80")
    status = space.until_refused("web", "ServiceConflict")
    told = f'Service "web" belongs to {_SHOWN} "x"; set spec.serviceName to a free name'
    (ready,) = (each for each in status["conditions"] if each["type"] == "Ready")
    assert ready["message"] == told
    answer = asking.ask("trace", "web")
    assert f"It breaks: ServiceConflict: {told}" in answer.output.splitlines()
    drawn = asking.ask("trace", "web", "-o", "mermaid").output
    assert "Gateway\\n[INFO] all is well\\x1b[2J #37;#37;{init" in drawn
    for text in (answer.output, drawn, operator.log.read_text()):
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.startswith("[INFO]")]


@pytest.mark.parametrize("what", ["node port", "ClusterIP"])
def test_who_holds_it_in_another_namespace_is_not_told(
    api: Api, cluster: Cluster, space: Space, what: str
) -> None:
    secret = Space(api, cluster, f"{space.name}-secret")
    try:
        port = {"port": 80}
        secret.create("Service", "billing-db", spec={"type": "NodePort", "ports": [port]})
        spec = secret.get("Service", "billing-db")["spec"]
        if what == "node port":
            space.expose(f"!{spec['ports'][0]['nodePort']}:80:80")
        else:
            space.expose("80", serviceTemplate={"spec": {"clusterIP": spec["clusterIP"]}})
        reason = "NodePortTaken" if what == "node port" else "ClusterIPTaken"
        status = space.until_refused("web", reason)
        assert str(status).count("it is held by a Service in another namespace") == 2
        for text in (str(status), str(space.until_event(reason))):
            assert "billing-db" not in text
            assert secret.name not in text
        secret.delete("Service", "billing-db")
        space.until_ready()
    finally:
        secret.remove()
