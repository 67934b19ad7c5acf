"""What stands costs nothing: reads are counted, not only writes."""

import json
import re
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from localcluster import Cluster
from tests.support.operator_process import install
from tests.support.proxied import ProxiedOperator
from tests.support.proxy import Proxy
from tests.support.space import Space, administrator

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

SECONDS = 20
_LINE = re.compile(r"exposer_api_calls_total\{(.*)\} (\S+)")


def calls(operator: ProxiedOperator) -> Counter[str]:
    """The operator's calls until now, by verb and resource."""
    _status, text = operator.ask("/metrics")
    counted: Counter[str] = Counter()
    for labels, value in _LINE.findall(text):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        counted[f"{label['verb']} {label['resource']}"] += int(float(value))
    return counted


def during(operator: ProxiedOperator, seconds: float) -> Counter[str]:
    """The calls in so many seconds in which nothing happens: that is what is measured."""
    before = calls(operator)
    time.sleep(seconds)
    return calls(operator) - before


def test_at_rest_nothing_is_asked_of_the_api_server(tmp_path: Path) -> None:
    with (
        Cluster.start() as cluster,
        Proxy(cluster) as proxy,
        closing(administrator(cluster)) as api,
    ):
        install(cluster)
        space = Space(api, cluster, "rest")
        space.create_deployment("web", replicas=2, ports=[])
        space.expose("80", name="by-target", targetRef={"kind": "Deployment", "name": "web"})
        space.expose("80", name="web")
        space.expose("!80", name="outside", selector={"app": "web"})
        space.expose("#80", name="headless", selector={"app": "web"})
        space.expose("80", name="addresses", addresses=["192.0.2.10"])
        space.expose("@db.example.com", name="external")
        with ProxiedOperator(cluster, proxy, tmp_path) as operator:
            for name in ("by-target", "web", "outside", "headless"):
                space.until_endpoints(name, 2, 2)
            for name in ("addresses", "external"):
                space.until_ready(name)
            space.until_settled()
            during(operator, 2)  # the look at the pods of the headless one
            space.patch("Deployment", "web", {"metadata": {"labels": {"touched": "yes"}}})
            assert during(operator, SECONDS) == {}


def test_what_waits_costs_one_look_for_all(tmp_path: Path) -> None:
    """Requests without pods, others whose targets are missing, and others without an address."""
    with (
        Cluster.start() as cluster,
        Proxy(cluster) as proxy,
        closing(administrator(cluster)) as api,
    ):
        install(cluster)
        space = Space(api, cluster, "waits")
        with ProxiedOperator(cluster, proxy, tmp_path) as operator:
            for number in range(60):
                space.expose("80", name=f"web-{number}")
            for number in range(30):
                target = {"kind": "Deployment", "name": f"missing-{number}"}
                space.expose("80", name=f"workload-{number}", targetRef=target)
                target = {"kind": "Pod", "name": f"missing-{number}"}
                space.expose("80", name=f"pod-{number}", targetRef=target)
                space.expose("^80", name=f"balanced-{number}")
            for number in range(60):
                space.until_ready(f"web-{number}")
            for number in range(30):
                space.until_refused(f"workload-{number}", "TargetNotFound")
                space.until_refused(f"pod-{number}", "TargetNotFound")
                space.until_refused(f"balanced-{number}", "Pending")
            for number in range(60):
                space.until_event("NoPodsMatch", f"web-{number}")
            for number in range(30):
                space.until_event("NoPodsMatch", f"balanced-{number}")
            space.until_settled()
            made = during(operator, SECONDS)
            assert set(made) <= {"list pods", "list events.events.k8s.io"}
            assert max(made.values()) <= 1 + SECONDS / 5


def test_a_good_request_does_not_wait_behind_three_hundred_that_fail(tmp_path: Path) -> None:
    with (
        Cluster.start() as cluster,
        Proxy(cluster) as proxy,
        closing(administrator(cluster)) as api,
    ):
        install(cluster)
        fails, good = Space(api, cluster, "fails"), Space(api, cluster, "good")
        fails.create("ResourceQuota", "none", spec={"hard": {"services": "0"}})
        with ProxiedOperator(cluster, proxy, tmp_path) as operator:
            for number in range(300):
                fails.expose("80", name=f"web-{number}")
            for number in range(300):
                fails.until_refused(f"web-{number}", "ServiceRejected")
            for number in range(10):
                good.expose("80", name=f"web-{number}")
                good.until_ready(f"web-{number}")
            made = during(operator, 10)
        # Ten tries a second at most, however many fail; each is a write that is refused.
        assert made["patch services"] <= 10 * 10 + 10
        tries = [_tries_before(cluster, f"web-{number}") for number in range(10)]
        assert max(tries) <= 20, tries


def _tries_before(cluster: Cluster, name: str) -> int:
    """How often others were tried from when a good request was made until its Service was."""
    events = [json.loads(line) for line in cluster.audit_log.read_text().splitlines()]
    calls = [(event["verb"], event["objectRef"]) for event in events]
    made = [(verb, of["resource"], of.get("namespace"), of.get("name", "")) for verb, of in calls]
    begin = made.index(("create", "exposerequests", "good", name))
    end = made.index(("patch", "services", "good", name))
    return len([each for each in made[begin:end] if each[:3] == ("patch", "services", "fails")])
