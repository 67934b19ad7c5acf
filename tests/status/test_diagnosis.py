"""Why traffic does not reach an endpoint."""

from dataclasses import replace

import pytest

from exposer.api import Reason
from exposer.api.report import PortStatus
from exposer.grammar import Kind, Protocol
from exposer.observed import ObjectRecord
from exposer.observed.pods import HIDDEN, UNSEEN, BackingPods, DeclaredPort, unavailable
from exposer.status.diagnosis import Facts, Finding, diagnosis, has_endpoints, notes
from tests.support.builders import Body, a_pod, a_port_row, a_slice, an_endpoint, some_facts

EMPTY = a_slice(endpoints=[])
LATE = "the cluster has not listed the endpoints yet"
NO_POD = 'no pod with an IP address has the labels "app=web"'
HTTP, METRICS = a_port_row(80, "http"), a_port_row(9090, "metrics")
DNS = a_port_row(53, "dns", protocol=Protocol.UDP)
IPV6 = a_slice(name="six", address_type="IPv6", endpoints=[an_endpoint("fd00::1")])


def not_ready(address: str = "192.0.2.1") -> Body:
    return an_endpoint(address, conditions={"ready": False})


def a_slice_with(*ports: PortStatus, endpoints: list[Body] | None = None) -> ObjectRecord:
    """One with these ports of the Service, all at 8080."""
    listed = [{"name": each.name, "port": 8080, "protocol": each.protocol.value} for each in ports]
    return a_slice(ports=listed, endpoints=endpoints)


def missing(names: str, hint: str = "", ports: tuple[str, ...] = ()) -> Finding:
    message = f"no ready pod has a container port named {names}{hint}"
    return Finding(Reason.TARGET_PORT_NOT_FOUND, message, ports)


@pytest.mark.parametrize(
    ("facts", "findings"),
    [
        pytest.param(some_facts(), [], id="one ready endpoint"),
        pytest.param(
            some_facts(slices=[a_slice(endpoints=[not_ready(), an_endpoint()])]),
            [],
            id="one of two is ready",
        ),
        pytest.param(
            some_facts(kind=Kind.HEADLESS, ports=[], slices=[a_slice_with()]), [], id="no ports"
        ),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with(HTTP)]), [], id="named target, found"
        ),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with(), a_slice_with(HTTP)]),
            [],
            id="named target that one pod has",
        ),
        pytest.param(
            Facts(), [Finding(Reason.PENDING, "there is no Service yet")], id="no Service"
        ),
        pytest.param(
            some_facts(kind=Kind.EXTERNAL_NAME, selector={}, ports=[], slices=[]),
            [Finding(Reason.NOT_APPLICABLE, "an ExternalName is a DNS name and has no endpoints")],
            id="external name",
        ),
        pytest.param(
            some_facts(slices=[]), [Finding(Reason.PENDING, LATE, unknown=True)], id="no slice yet"
        ),
        pytest.param(
            some_facts(selector={"tier": "front", "app": "web"}, slices=[EMPTY]),
            [
                Finding(
                    Reason.NO_PODS_MATCH,
                    'no pod with an IP address has the labels "app=web,tier=front"',
                )
            ],
            id="an empty slice",
        ),
        pytest.param(
            some_facts(selector={}, slices=[EMPTY]),
            [Finding(Reason.PENDING, "the EndpointSlices have no addresses yet", unknown=True)],
            id="no addresses in the slice",
        ),
        pytest.param(
            some_facts(slices=[a_slice(endpoints=[not_ready()])]),
            [Finding(Reason.PODS_NOT_READY, "the only endpoint is not ready")],
            id="one pod, not ready",
        ),
        pytest.param(
            some_facts(slices=[a_slice(endpoints=[not_ready(), not_ready("192.0.2.2")])]),
            [Finding(Reason.PODS_NOT_READY, "none of the 2 endpoints is ready")],
            id="two pods, not ready",
        ),
        pytest.param(
            some_facts(
                slices=[EMPTY], pods=[a_pod("web-0", "Unschedulable"), a_pod("web-1", "Pending")]
            ),
            [
                Finding(
                    Reason.PODS_NOT_READY,
                    'pods match, but none has an address yet: "web-0" is Unschedulable, "web-1" '
                    "is Pending",
                )
            ],
            id="pods without addresses",
        ),
        pytest.param(
            some_facts(
                slices=[a_slice(endpoints=[not_ready()])],
                pods=[a_pod("web-0", "CrashLoopBackOff"), a_pod("web-1")],
            ),
            [
                Finding(
                    Reason.PODS_NOT_READY,
                    'the only endpoint is not ready: "web-0" is CrashLoopBackOff',
                )
            ],
            id="a pod that crashes",
        ),
        pytest.param(
            some_facts(slices=[IPV6]),
            [
                Finding(
                    Reason.IP_FAMILY_MISMATCH,
                    "nothing reaches the endpoints: fd00::1 is an address of another IP family "
                    "than the Service's IPv4",
                )
            ],
            id="an address of another family",
        ),
        pytest.param(some_facts(slices=[a_slice(), IPV6]), [], id="addresses of both families"),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with()]),
            [missing('"http"')],
            id="target not found",
        ),
        pytest.param(
            some_facts(ports=[HTTP, METRICS], slices=[a_slice_with()]),
            [missing('"http" or "metrics"')],
            id="two targets not found",
        ),
        pytest.param(
            some_facts(
                ports=[HTTP, METRICS],
                slices=[a_slice_with(HTTP)],
                pods=[a_pod("web-0", "", "http", "admin"), a_pod("web-1", "Pending", "old")],
            ),
            [missing('"metrics"', '; their ports are named "admin", "http"', ("9090-metrics",))],
            id="one of two targets not found, and which names the ready pods have",
        ),
        pytest.param(
            some_facts(
                ports=[DNS],
                slices=[a_slice_with()],
                pods=[a_pod("web-0", "", DeclaredPort("dns", 53, "TCP"))],
            ),
            [missing('"dns" (UDP)', '; their ports are named "dns" (TCP)')],
            id="the name is there, but of another protocol",
        ),
        pytest.param(
            some_facts(
                ports=[HTTP, METRICS],
                slices=[a_slice_with(HTTP), a_slice_with(METRICS, endpoints=[not_ready()])],
                pods=[a_pod("web-0", "", "http"), a_pod("web-1", "Error", "metrics")],
            ),
            [
                Finding(
                    Reason.PODS_NOT_READY,
                    'none of the endpoints that have it is ready: "web-1" is Error',
                    ("9090-metrics",),
                )
            ],
            id="only a pod that is not ready has one of the ports",
        ),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with()], pods=[a_pod("web-0", "", "http")]),
            [Finding(Reason.PENDING, LATE, unknown=True)],
            id="the pods have the port, and the slices are late",
        ),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with()], backing=UNSEEN),
            [Finding(Reason.PENDING, LATE, unknown=True)],
            id="nobody has looked whether the pods have the port",
        ),
        pytest.param(
            some_facts(ports=[a_port_row(), a_port_row(443, 8443)]),
            [Finding(Reason.PENDING, LATE, ("443-8443",), unknown=True)],
            id="a number, which every pod has: the slices are late",
        ),
        pytest.param(
            some_facts(ports=[a_port_row(443, 8443), METRICS, HTTP], slices=[a_slice_with(HTTP)]),
            [
                missing('"metrics"', ports=("9090-metrics",)),
                Finding(Reason.PENDING, LATE, ("443-8443",), unknown=True),
            ],
            id="what is known comes first",
        ),
    ],
)
def test_what_keeps_the_traffic_from_arriving(facts: Facts, findings: list[Finding]) -> None:
    assert diagnosis(facts) == tuple(findings)


@pytest.mark.parametrize(
    ("facts", "reason", "message"),
    [
        pytest.param(some_facts(slices=[EMPTY]), Reason.NO_PODS_MATCH, NO_POD, id="no pod"),
        pytest.param(
            some_facts(slices=[a_slice(endpoints=[not_ready()])]),
            Reason.PODS_NOT_READY,
            "the only endpoint is not ready",
            id="not ready",
        ),
    ],
)
def test_a_look_that_finds_nothing_more_changes_nothing(
    facts: Facts, reason: Reason, message: str
) -> None:
    """Else a new request without pods would have its status written twice."""
    for backing in (UNSEEN, BackingPods()):
        assert diagnosis(_looked(facts, backing)) == (Finding(reason, message),)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        pytest.param(some_facts(slices=[EMPTY]), NO_POD, id="no pod"),
        pytest.param(
            some_facts(slices=[a_slice(endpoints=[not_ready()])]),
            "the only endpoint is not ready",
            id="not ready",
        ),
        pytest.param(
            some_facts(ports=[HTTP], slices=[a_slice_with()]),
            'the cluster lists no pod with a container port named "http"',
            id="target not found",
        ),
    ],
)
@pytest.mark.parametrize(
    ("backing", "why"),
    [
        pytest.param(HIDDEN, "pods may not be listed", id="denied"),
        pytest.param(
            unavailable("timed out"), "pods can't be listed just now: timed out", id="failed"
        ),
    ],
)
def test_a_look_that_failed_is_told_where_it_matters(
    facts: Facts, message: str, backing: BackingPods, why: str
) -> None:
    (found,) = diagnosis(_looked(facts, backing))
    assert found.message == f"{message} ({why})"
    assert diagnosis(_looked(some_facts(), backing)) == ()
    assert notes(_looked(some_facts(kind=Kind.HEADLESS), backing)) == []


def _looked(facts: Facts, backing: BackingPods) -> Facts:
    return replace(facts, backing=backing)


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        pytest.param(Finding(Reason.PENDING, "late"), "late", id="all ports"),
        pytest.param(
            Finding(Reason.PENDING, "late", ("a",)), 'no endpoint for port "a": late', id="one"
        ),
        pytest.param(
            Finding(Reason.PENDING, "late", ("a", "b", "c", "d")),
            'no endpoint for ports "a", "b", "c" and 1 more: late',
            id="many",
        ),
    ],
)
def test_a_finding_names_its_ports(finding: Finding, text: str) -> None:
    assert str(finding) == text


@pytest.mark.parametrize(
    ("kind", "whether"),
    [*[(kind, kind is not Kind.EXTERNAL_NAME) for kind in Kind], (None, False)],
)
def test_every_kind_but_an_external_name_has_endpoints(kind: Kind | None, whether: bool) -> None:
    assert has_endpoints(kind) is whether


BOTH = {"IPv4": "10.96.12.7", "IPv6": "fd00:10:96::7"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(some_facts(kind=Kind.HEADLESS), [], id="no StatefulSet"),
        pytest.param(some_facts(kind=Kind.HEADLESS, governing="web"), [], id="its own"),
        pytest.param(some_facts(governing="other"), [], id="not headless"),
        pytest.param(
            some_facts(kind=Kind.HEADLESS, governing="other"),
            [
                "the pods have no DNS names of their own here, as the serviceName of their "
                'StatefulSet is "other"'
            ],
            id="another's",
        ),
        pytest.param(
            some_facts(slices=[a_slice(), IPV6]),
            [
                "nothing reaches the others: fd00::1 is an address of another IP family than the "
                "Service's IPv4"
            ],
            id="an address of another family than the Service's",
        ),
        pytest.param(
            some_facts(families=["IPv4", "IPv6"], cluster_ips=BOTH),
            ["no ready endpoint is IPv6: connections to fd00:10:96::7 are refused"],
            id="a family of the Service that no endpoint has",
        ),
        pytest.param(
            some_facts(families=["IPv4", "IPv6"], slices=[a_slice(), IPV6], cluster_ips=BOTH),
            [],
            id="both families",
        ),
    ],
)
def test_what_else_there_is_to_know(facts: Facts, expected: list[str]) -> None:
    assert notes(facts) == expected
