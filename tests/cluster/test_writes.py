"""The API server's audit log tells what the operator costs."""

import time

import pytest

from tests.support.operator_process import OperatorProcess
from tests.support.space import Space

pytestmark = pytest.mark.cluster


def test_a_new_request_costs_two_writes(space: Space) -> None:
    space.expose("80:8080", "https=443")
    space.until_ready()
    space.until_settled()
    assert space.writes() == [("patch", "services/web"), ("patch", "exposerequests/web/status")]


def test_a_hundred_new_requests_cost_two_hundred_writes(space: Space) -> None:
    names = [f"web-{number}" for number in range(100)]
    for name in names:
        space.expose("80", name=name)
    for name in names:
        space.until_ready(name)
    space.until_settled()
    expected = [("patch", f"services/{name}") for name in names]
    expected += [("patch", f"exposerequests/{name}/status") for name in names]
    assert sorted(space.writes()) == sorted(expected)


def test_a_request_with_addresses_costs_a_write_for_each_object(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10", "2001:db8::10"])
    space.until_endpoints("web", 1, 2)
    space.until_settled()
    assert sorted(space.writes()) == [
        ("patch", "endpoints/web"),
        ("patch", "endpointslices/web-exposer-ipv4"),
        ("patch", "endpointslices/web-exposer-ipv6"),
        ("patch", "exposerequests/web/status"),
        ("patch", "services/web"),
    ]


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_a_restart_writes_nothing(space: Space, operator: OperatorProcess, ending: str) -> None:
    space.expose("!80", name="outside")
    space.expose("#80", name="headless")
    space.expose("80", name="addresses", addresses=["192.0.2.10"])
    space.expose("80", name="refused", targetRef={"kind": "Pod", "name": "nobody"})
    space.create_pod("lame", labels={"app": "lame"}, ready=False)
    space.expose("80", name="lame")
    space.create("Service", "foreign", spec={"ports": [{"port": 80}]})
    space.expose("80", name="foreign")
    for name in ("outside", "headless", "addresses"):
        space.until_ready(name)
    space.until_refused("refused", "TargetNotFound")
    space.until_refused("foreign", "ServiceConflict")
    unready = 'the only endpoint is not ready: "lame" is Running, but not ready'
    space.until_told("EndpointsAvailable", unready, "lame")
    space.until_endpoints("addresses", 1, 1)
    space.until_settled()
    before = space.writes()
    getattr(operator, ending)()
    operator.start()
    space.until_settled()
    assert space.writes() == before


def test_what_others_put_into_a_status_is_taken_out_and_costs_nothing_then(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.until_settled()
    foreign = {"externalName": "evil.example.com", "loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}
    space.patch("ExposeRequest", "web", {"status": foreign}, "/status")
    space.until(
        "ExposeRequest",
        "web",
        lambda seen: not {"externalName", "loadBalancer"} & {*seen["status"]},
    )
    space.until_settled()
    before = space.writes()
    space.patch("Service", "web", {"metadata": {"annotations": {"seen-by": "somebody"}}})
    space.until_settled()
    assert space.writes() == before


def test_what_changed_while_the_operator_was_away_is_mended(
    space: Space, operator: OperatorProcess
) -> None:
    for name in ("deleted", "drifted", "changed"):
        space.expose("80", name=name)
        space.until_ready(name)
    operator.stop()
    space.delete("Service", "deleted")
    space.patch("Service", "drifted", {"spec": {"selector": {"app": "other"}}})
    space.ask("changed", ports=["81"])
    operator.start()
    space.until("Service", "deleted", lambda seen: True)
    space.until("Service", "drifted", lambda seen: seen["spec"]["selector"] == {"app": "drifted"})
    assert [port["port"] for port in space.until_ready("changed")["ports"]] == [81]


def test_a_storm_of_endpoints_costs_few_writes(space: Space) -> None:
    space.create_deployment("web", replicas=1, ports=[])
    space.expose("80")
    space.until_endpoints("web", 1, 1)
    space.until_settled()
    before, began = len(space.writes()), time.monotonic()
    space.patch("Deployment", "web", {"spec": {"replicas": 50}})
    space.until_endpoints("web", 50, 50)
    seconds = time.monotonic() - began  # one or two; more where the cluster itself has little time
    assert len(space.writes()) - before <= 2 + seconds


def test_a_touch_that_changes_nothing_costs_nothing(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    space.until_settled()
    before = space.writes()
    space.patch("ExposeRequest", "web", {"metadata": {"annotations": {"seen-by": "somebody"}}})
    space.patch("Service", "web", {"metadata": {"annotations": {"seen-by": "somebody"}}})
    space.until_settled()
    assert space.writes() == before
