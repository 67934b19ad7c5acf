"""The chain, and where it breaks."""

from dataclasses import replace
from typing import Any

import pytest

from exposer.explained.breaks import Break
from exposer.explained.chain import chain_of
from exposer.explained.shares import Share
from exposer.explained.strands import Entrance
from exposer.explained.survey import Survey
from exposer.observed.pods import BackingPods, DeclaredPort, PodRecord
from tests.explained.surveys import (
    EMPTY,
    HTTP,
    TRUE,
    a_pod_endpoint,
    a_slice_of,
    a_survey,
    not_ready,
)
from tests.support.builders import (
    a_pod,
    a_request,
    a_service_port,
    a_slice_body,
    an_endpoint,
)

ALT = DeclaredPort("https", 8443, "TCP")
DESCRIBE = "see why: kubectl describe pods -n shop -l app=web"
UNKNOWN_PODS = (
    "run pods with these labels, or change spec.selector; what there is: "
    "kubectl get pods -n shop --show-labels"
)
WAIT = "wait; if it stays, 'exposer trace' and the operator's log tell more"
FAMILIES = (
    "set ipFamilyPolicy or ipFamilies in serviceTemplate.spec, or use addresses of the Service's "
    "families"
)
SIX = a_slice_body(
    name="six",
    address_type="IPv6",
    ports=[{"name": "http", "port": 8080, "protocol": "TCP"}],
    endpoints=[an_endpoint("fd00::1")],
)
TARGET = (
    "write one of their names, or a number, as the target in spec.ports; or name the "
    "container's port so"
)


def condition(kind: str, reason: str, message: str) -> dict[str, str]:
    return {"type": kind, "status": "False", "reason": reason, "message": message}


def test_the_chain_of_a_node_port_goes_from_the_nodes_to_both_pods() -> None:
    chain = chain_of(a_survey())
    (strand,) = chain.ports
    assert strand.entrances == (
        Entrance("NodePort", "10.240.0.1", 30080, "node1"),
        Entrance("NodePort", "10.240.0.2", 30080, "node2"),
    )
    assert (strand.cluster_ip, strand.port, strand.target) == ("10.96.12.7", 80, 8080)
    (spread,) = strand.outside
    assert spread.shares == (Share("10.244.1.1", 8080, 0.5), Share("10.244.2.2", 8080, 0.5))
    assert strand.inside == strand.outside
    assert (chain.whole, chain.breaks, chain.remarks) == (True, (), ())


def test_a_dual_stack_service_has_a_strand_for_each_family() -> None:
    six = an_endpoint("fd00:10:244:1::1", nodeName="node1")
    survey = a_survey(
        spec={
            "type": "ClusterIP",
            "ipFamilies": ["IPv4", "IPv6"],
            "clusterIPs": ["10.96.12.7", "fd00:10:96::7"],
            "ports": [a_service_port(80, 8080, name="http")],
        },
        slices=[a_slice_of(a_pod_endpoint(1)), a_slice_of(six, address_type="IPv6")],
    )
    four, other = chain_of(survey).ports
    assert (four.family, four.cluster_ip, len(four.endpoints)) == ("IPv4", "10.96.12.7", 1)
    assert (other.family, other.cluster_ip) == ("IPv6", "fd00:10:96::7")
    assert other.inside[0].shares == (Share("fd00:10:244:1::1", 8080, 1.0),)
    assert other.outside == ()


def test_the_policy_local_matters_outside_only() -> None:
    survey = a_survey(
        spec={"externalTrafficPolicy": "Local"}, slices=[a_slice_of(a_pod_endpoint(2))]
    )
    chain = chain_of(survey)
    (strand,) = chain.ports
    share = (Share("10.244.2.2", 8080, 1.0),)
    assert [(spread.nodes, spread.shares, spread.refused) for spread in strand.outside] == [
        (("node1",), (), "dropped"),
        (("node2",), share, None),
    ]
    assert [(spread.nodes, spread.shares) for spread in strand.inside] == [(None, share)]
    assert chain.whole
    assert chain.remarks == (
        "node1: what arrives there is dropped, as no endpoint is there "
        "(externalTrafficPolicy Local)",
    )


def test_the_internal_policy_local_is_told() -> None:
    spec = {"type": "ClusterIP", "internalTrafficPolicy": "Local", "ports": [a_service_port()]}
    slices = [a_slice_of(a_pod_endpoint(1), ports=[{"name": "80-8080", "port": 8080} | _TCP])]
    chain = chain_of(a_survey(spec=spec, slices=slices))
    assert chain.remarks == (
        "node2: what arrives there is dropped, as no endpoint is there "
        "(internalTrafficPolicy Local)",
    )


_TCP = {"protocol": "TCP"}


def test_an_external_name_ends_in_dns() -> None:
    spec = {"type": "ExternalName", "externalName": "db.example.com", "ports": None}
    spec |= {"clusterIP": None, "clusterIPs": None, "ipFamilies": None}
    chain = chain_of(a_survey(spec=spec, slices=[]))
    assert (chain.whole, chain.ports, chain.external_name) == (True, (), "db.example.com")
    assert chain.remarks == ("the chain ends in DNS: the name stands for db.example.com",)


def test_a_headless_service_leaves_the_choice_to_clients() -> None:
    spec: dict[str, Any] = {"type": "ClusterIP", "clusterIP": "None", "clusterIPs": ["None"]}
    spec |= {"ports": [a_service_port(80, 8080, name="http")]}
    chain = chain_of(a_survey(spec=spec, backing=BackingPods((a_pod(),), governing="other")))
    (strand,) = chain.ports
    assert (strand.cluster_ip, strand.inside, strand.outside) == (None, (), ())
    assert [str(each) for each in strand.idle] == ["10.244.1.1:8080", "10.244.2.2:8080"]
    assert chain.whole
    assert chain.remarks == (
        "there is no ClusterIP: DNS answers with the ready endpoints, and clients choose",
        "the pods have no DNS names of their own here, as the serviceName of their StatefulSet "
        'is "other"',
    )


def test_affinity_and_source_ranges_are_told() -> None:
    spec: dict[str, Any] = {
        "type": "LoadBalancer",
        "sessionAffinity": "ClientIP",
        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
        "loadBalancerSourceRanges": ["192.0.2.0/24", "198.51.100.0/24"],
    }
    chain = chain_of(a_survey(spec=spec, ingress=[{"ip": "203.0.113.9"}]))
    (strand,) = chain.ports
    assert strand.entrances[0] == Entrance("LoadBalancer", "203.0.113.9", 80)
    assert chain.remarks == (
        "the shares are those of new clients: one that comes again within 60 s gets the same "
        "endpoint (sessionAffinity ClientIP)",
        "the load balancer lets in clients of 192.0.2.0/24, 198.51.100.0/24 only",
    )


@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        pytest.param(
            a_survey(slices=[EMPTY]),
            [
                Break(
                    "NoPodsMatch",
                    'no pod with an IP address has the labels "app=web"',
                    UNKNOWN_PODS,
                )
            ],
            id="no pods",
        ),
        pytest.param(
            a_survey(
                slices=[a_slice_of(a_pod_endpoint(1) | {"conditions": not_ready()})],
                backing=BackingPods((a_pod("web-1", "CrashLoopBackOff"),)),
            ),
            [
                Break(
                    "PodsNotReady",
                    'the only endpoint is not ready: "web-1" is CrashLoopBackOff',
                    DESCRIBE,
                )
            ],
            id="no pod is ready",
        ),
        pytest.param(
            a_survey(
                spec={"ports": [a_service_port(80, "web", name="http")]},
                slices=[a_slice_of(a_pod_endpoint(1), ports=[])],
                backing=BackingPods((a_pod("web-1", "", "http", "admin"),)),
            ),
            [
                Break(
                    "TargetPortNotFound",
                    'no ready pod has a container port named "web"; their ports are named '
                    '"admin", "http"',
                    TARGET,
                )
            ],
            id="no port of that name",
        ),
        pytest.param(
            a_survey(
                spec={"ports": [HTTP, a_service_port(90, "metrics", name="metrics")]},
                backing=BackingPods((a_pod("web-1", "", "http"),)),
            ),
            [
                Break(
                    "TargetPortNotFound",
                    'no ready pod has a container port named "metrics"; their ports are named '
                    '"http"',
                    TARGET,
                    ("metrics",),
                )
            ],
            id="one of two ports has no target",
        ),
        pytest.param(
            a_survey(slices=[]),
            [Break("Pending", "the cluster has not listed the endpoints yet", WAIT)],
            id="a Service that is just made",
        ),
        pytest.param(
            a_survey(slices=[SIX]),
            [
                Break(
                    "IPFamilyMismatch",
                    "nothing reaches the endpoints: fd00::1 is an address of another IP family "
                    "than the Service's IPv4",
                    FAMILIES,
                )
            ],
            id="an address of another family than the Service's",
        ),
        pytest.param(
            a_survey(slices=[a_slice_of(an_endpoint("192.0.2.10")), SIX]),
            [
                Break(
                    "IPFamilyMismatch",
                    "nothing reaches the others: fd00::1 is an address of another IP family than "
                    "the Service's IPv4",
                    FAMILIES,
                )
            ],
            id="one of two addresses is of another family than the Service's",
        ),
        pytest.param(
            a_survey(
                spec={
                    "ipFamilies": ["IPv4", "IPv6"],
                    "clusterIPs": ["10.96.12.7", "fd00:10:96::7"],
                }
            ),
            [
                Break(
                    "IPFamilyMismatch",
                    "no ready endpoint is IPv6: connections to fd00:10:96::7 are refused",
                    FAMILIES,
                )
            ],
            id="one of two families has no endpoint",
        ),
        pytest.param(
            a_survey(
                spec={"type": "LoadBalancer"},
                ingress=[
                    {
                        "ip": "203.0.113.9",
                        "ports": [{"port": 80, "protocol": "TCP", "error": "InUse"}],
                    }
                ],
            ),
            [
                Break(
                    "LoadBalancerError",
                    "the load balancer has an error: port 80/TCP at 203.0.113.9: InUse",
                    "see what that controller says: kubectl describe service -n shop",
                )
            ],
            id="a load balancer with an error",
        ),
        pytest.param(
            a_survey(
                spec={"type": "LoadBalancer"},
                conditions=[*TRUE[:2], condition("Ready", "Pending", "waiting for it")],
            ),
            [
                Break(
                    "Pending",
                    "waiting for it",
                    'see that a load balancer controller runs, or write "!" instead of "^"',
                )
            ],
            id="no load balancer",
        ),
        pytest.param(
            a_survey(
                spec={"externalTrafficPolicy": "Local"},
                slices=[a_slice_of(an_endpoint("192.0.2.10"))],
            ),
            [
                Break(
                    "NoLocalEndpoints",
                    "no endpoint is on any node, so that externalTrafficPolicy Local lets nothing "
                    "through",
                    "leave out serviceTemplate.spec.externalTrafficPolicy",
                )
            ],
            id="policy Local, and addresses that are on no node",
        ),
        pytest.param(
            a_survey(generation=2),
            [
                Break(
                    "Pending",
                    "the operator has not looked at the last change of the request yet",
                    "see that the operator runs",
                )
            ],
            id="a change that nobody has taken up",
        ),
        pytest.param(
            a_survey(generation=2, conditions=[condition("Programmed", "NodePortTaken", "held")]),
            [
                Break(
                    "Pending",
                    "the operator has not looked at the last change of the request yet",
                    "see that the operator runs",
                )
            ],
            id="a change that nobody has taken up, of a request that was in trouble before",
        ),
        pytest.param(
            Survey(a_request(status={"observedGeneration": 1, "conditions": TRUE})),
            [Break("Pending", "there is no Service yet", WAIT)],
            id="a Service that has just gone",
        ),
        pytest.param(
            Survey(a_request()),
            [
                Break(
                    "Pending",
                    "the operator has not looked at the request yet",
                    "see that the operator runs",
                )
            ],
            id="a request that nobody has taken up",
        ),
        pytest.param(
            Survey(
                a_request(
                    status={
                        "observedGeneration": 1,
                        "conditions": [
                            TRUE[0],
                            condition("Programmed", "NodePortTaken", "it is held by x"),
                            condition("Ready", "NodePortTaken", "it is held by x"),
                        ],
                    }
                )
            ),
            [
                Break(
                    "NodePortTaken",
                    "it is held by x",
                    "write no node port, and the cluster picks one; or give that one up there, "
                    "and the request takes it at once",
                )
            ],
            id="a node port that is taken",
        ),
        pytest.param(
            a_survey(
                conditions=[
                    condition("Accepted", "MixedKinds", "two kinds"),
                    condition("Programmed", "Pending", "waiting for a spec"),
                ],
                slices=[EMPTY],
            ),
            [
                Break("MixedKinds", "two kinds"),
                Break(
                    "NoPodsMatch",
                    'no pod with an IP address has the labels "app=web"',
                    UNKNOWN_PODS,
                ),
            ],
            id="a bad change of a request whose Service stands, without pods",
        ),
    ],
)
def test_where_it_breaks_and_what_to_do(survey: Survey, expected: list[Break]) -> None:
    chain = chain_of(survey)
    assert (chain.breaks, chain.whole) == (tuple(expected), False)


def test_pods_that_shut_down_get_what_comes_while_none_is_ready() -> None:
    going = not_ready(serving=True, terminating=True)
    chain = chain_of(a_survey(slices=[a_slice_of(a_pod_endpoint(1) | {"conditions": going})]))
    assert chain.ports[0].outside[0].shares == (Share("10.244.1.1", 8080, 1.0),)
    assert [each.reason for each in chain.breaks] == ["PodsNotReady"]
    assert chain.remarks == (
        "no endpoint is ready: those that shut down get what comes, until they are gone",
    )


@pytest.mark.parametrize(
    ("pods", "remarks"),
    [
        pytest.param([], (), id="no pods"),
        pytest.param([a_pod("web-1")], (), id="no port is declared"),
        pytest.param([a_pod("web-1", "", "http")], (), id="the port is declared"),
        pytest.param(
            [a_pod("web-1", "", ALT), a_pod("web-2", "", "http")], (), id="by one of the pods"
        ),
        pytest.param(
            [a_pod("web-1", "", ALT, DeclaredPort("", 8080, "UDP"))],
            (
                "no container declares port 8080/TCP; they declare 8080/UDP, 8443/TCP. A port need "
                "not be declared, but check that the pods listen there",
            ),
            id="only others are declared",
        ),
    ],
)
def test_a_target_that_no_container_declares_is_told_and_breaks_nothing(
    pods: list[PodRecord], remarks: tuple[str, ...]
) -> None:
    chain = chain_of(a_survey(backing=BackingPods(tuple(pods))))
    assert (chain.whole, chain.remarks) == (True, remarks)


@pytest.mark.parametrize("conditions", [None, "none", [None], [{"type": "Ready"}]], ids=str)
def test_a_status_that_was_edited_by_hand_is_no_reason_to_fail(conditions: object) -> None:
    status = {"observedGeneration": 1, "conditions": conditions}
    survey = replace(a_survey(), request=a_request(status=status))
    assert chain_of(survey).whole


def test_gaps_are_told_and_break_nothing() -> None:
    chain = chain_of(a_survey(nodes=None, gaps=["the nodes are not known: no"]))
    assert chain.ports[0].entrances == (Entrance("NodePort", "NODE", 30080),)
    assert (chain.whole, chain.remarks) == (True, ("the nodes are not known: no",))
