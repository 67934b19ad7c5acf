"""Why there are no ready endpoints."""

from dataclasses import replace

import pytest

from exposer.api import Reason
from exposer.grammar import Kind
from exposer.observed.pods import HIDDEN
from exposer.status.diagnosis import Facts, Finding, diagnosis, has_endpoints, stray_set_note
from tests.support.builders import a_pod, a_port_row, a_row, some_facts

NOT_READY = a_row("192.0.2.1", ready=False)
WITHOUT_PORT = a_row("192.0.2.2", ports=[])


@pytest.mark.parametrize(
    ("facts", "finding"),
    [
        pytest.param(some_facts(), None, id="one ready endpoint"),
        pytest.param(some_facts(rows=[NOT_READY, a_row()]), None, id="one of two is ready"),
        pytest.param(
            some_facts(kind=Kind.HEADLESS, ports=[], rows=[WITHOUT_PORT]), None, id="no ports"
        ),
        pytest.param(
            some_facts(ports=[a_port_row(80, "http")]), None, id="named target that is found"
        ),
        pytest.param(
            some_facts(ports=[a_port_row(80, "http")], rows=[WITHOUT_PORT, a_row()]),
            None,
            id="named target that one pod has",
        ),
        pytest.param(
            some_facts(kind=None, selector={}, ports=[], rows=[]),
            Finding(Reason.PENDING, "there is no Service yet"),
            id="no Service",
        ),
        pytest.param(
            some_facts(kind=Kind.EXTERNAL_NAME, selector={}, ports=[], rows=[]),
            Finding(Reason.NOT_APPLICABLE, "an ExternalName is a DNS name and has no endpoints"),
            id="external name",
        ),
        pytest.param(
            some_facts(selector={"tier": "front", "app": "web"}, rows=[]),
            Finding(Reason.NO_PODS_MATCH, 'no pod has the labels "app=web,tier=front"'),
            id="no pod",
        ),
        pytest.param(
            some_facts(selector={}, rows=[]),
            Finding(Reason.PENDING, "the EndpointSlices for the addresses are not there yet"),
            id="no slices for the addresses",
        ),
        pytest.param(
            some_facts(rows=[NOT_READY]),
            Finding(Reason.PODS_NOT_READY, "the only endpoint is not ready"),
            id="one pod, not ready",
        ),
        pytest.param(
            some_facts(rows=[NOT_READY, NOT_READY]),
            Finding(Reason.PODS_NOT_READY, "none of the 2 endpoints is ready"),
            id="two pods, not ready",
        ),
        pytest.param(
            some_facts(ports=[a_port_row(80, "http")], rows=[WITHOUT_PORT]),
            Finding(Reason.TARGET_PORT_NOT_FOUND, 'no ready pod has a container port named "http"'),
            id="target not found",
        ),
        pytest.param(
            some_facts(
                ports=[a_port_row(80, "http"), a_port_row(443, "https")], rows=[WITHOUT_PORT]
            ),
            Finding(
                Reason.TARGET_PORT_NOT_FOUND,
                'no ready pod has a container port named "http" or "https"',
            ),
            id="two targets not found",
        ),
        pytest.param(
            some_facts(ports=[a_port_row(80, "http")], rows=[WITHOUT_PORT, NOT_READY]),
            Finding(Reason.TARGET_PORT_NOT_FOUND, 'no ready pod has a container port named "http"'),
            id="target found in a pod that is not ready",
        ),
        pytest.param(
            some_facts(rows=[], pods=[a_pod("web-0", "Unschedulable"), a_pod("web-1", "Pending")]),
            Finding(
                Reason.PODS_NOT_READY,
                'pods match, but none has an address yet: "web-0" is Unschedulable, "web-1" is '
                "Pending",
            ),
            id="pods without addresses",
        ),
        pytest.param(
            some_facts(rows=[NOT_READY], pods=[a_pod("web-0", "CrashLoopBackOff"), a_pod("web-1")]),
            Finding(
                Reason.PODS_NOT_READY,
                'the only endpoint is not ready: "web-0" is CrashLoopBackOff',
            ),
            id="a pod that crashes",
        ),
        pytest.param(
            some_facts(
                ports=[a_port_row(80, "http")],
                rows=[WITHOUT_PORT],
                pods=[a_pod("web-0", "", "web", "metrics")],
            ),
            Finding(
                Reason.TARGET_PORT_NOT_FOUND,
                'no ready pod has a container port named "http"; their ports are named "metrics", '
                '"web"',
            ),
            id="target not found, others are there",
        ),
    ],
)
def test_what_keeps_the_traffic_from_arriving(facts: Facts, finding: Finding | None) -> None:
    assert diagnosis(facts) == finding


@pytest.mark.parametrize(
    ("kind", "whether"),
    [*[(kind, kind is not Kind.EXTERNAL_NAME) for kind in Kind], (None, False)],
)
def test_every_kind_but_an_external_name_has_endpoints(kind: Kind | None, whether: bool) -> None:
    assert has_endpoints(kind) is whether


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        pytest.param(some_facts(kind=Kind.HEADLESS), "", id="no StatefulSet"),
        pytest.param(some_facts(kind=Kind.HEADLESS, governing="web"), "", id="its own"),
        pytest.param(some_facts(governing="other"), "", id="not headless"),
        pytest.param(
            some_facts(kind=Kind.HEADLESS, governing="other"),
            "; the pods have no DNS names of their own here, as the serviceName of their "
            'StatefulSet is "other"',
            id="another's",
        ),
    ],
)
def test_pods_that_are_named_after_another_service_are_told(facts: Facts, note: str) -> None:
    assert stray_set_note(facts) == note


def test_pods_that_may_not_be_looked_at_are_not_said_to_be_missing() -> None:
    found = diagnosis(replace(some_facts(rows=[]), backing=HIDDEN))
    assert found is not None
    assert found.message == (
        'there is no endpoint of pods with the labels "app=web", whatever the reason: pods may '
        "not be looked at"
    )
