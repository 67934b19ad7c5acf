"""Where kube-proxy sends new connections (pkg/proxy, CategorizeEndpoints)."""

from collections.abc import Sequence

import pytest

from exposer.explained.endpoints import Endpoint
from exposer.explained.shares import Share, Spread, eligible, spreads
from exposer.explained.survey import Node

NODE1, NODE2, NODE3 = Node("node1", "a"), Node("node2", "b"), Node("node3", None)
A = Endpoint("10.244.1.1", 80, node="node1", zone="a")
B = Endpoint("10.244.2.1", 80, node="node2", zone="b")


def changed(endpoint: Endpoint, **changes: object) -> Endpoint:
    fields = {name: getattr(endpoint, name) for name in Endpoint.__slots__}
    return Endpoint(**(fields | changes))


def going(endpoint: Endpoint, serving: bool = True) -> Endpoint:
    return changed(endpoint, ready=False, serving=serving, terminating=True)


LAME = changed(A, ip="10.244.1.9", ready=False, serving=False)
A_HINTED = changed(A, zone_hints=frozenset({"a"}))
B_HINTED = changed(B, zone_hints=frozenset({"b"}))


@pytest.mark.parametrize(
    ("endpoints", "node", "local", "expected"),
    [
        pytest.param([A, B], NODE1, False, [A, B], id="all that are ready"),
        pytest.param([A, LAME], NODE1, False, [A], id="none that is not ready"),
        pytest.param([], NODE1, False, [], id="none at all"),
        pytest.param([LAME], NODE1, False, [], id="none ready"),
        pytest.param([A, going(B)], NODE1, False, [A], id="one that goes, but another is ready"),
        pytest.param([going(A), going(B)], NODE1, False, [going(A), going(B)], id="all go"),
        pytest.param([going(A, serving=False)], NODE1, False, [], id="gone but for the name"),
        pytest.param(
            [changed(A, ready=False)], NODE1, False, [], id="serving, not ready, and not going"
        ),
        pytest.param([A, B], NODE1, True, [A], id="Local: those of the node"),
        pytest.param([A, B], NODE3, True, [], id="Local: no endpoint on the node"),
        pytest.param([going(A), B], NODE1, True, [going(A)], id="Local: the node's own one goes"),
        pytest.param(
            [changed(A, node=None)], NODE1, True, [], id="Local: an address is on no node"
        ),
        pytest.param([A_HINTED, B_HINTED], NODE2, False, [B_HINTED], id="those of the zone"),
        pytest.param(
            [A_HINTED, B_HINTED], NODE3, False, [A_HINTED, B_HINTED], id="no hint for the zone"
        ),
        pytest.param([A_HINTED, B], NODE2, False, [A_HINTED, B], id="not all have hints"),
        pytest.param(
            [A_HINTED, changed(LAME, ready=False)],
            NODE1,
            False,
            [A_HINTED],
            id="hints of those that aren't ready don't count",
        ),
        pytest.param(
            [
                changed(A_HINTED, node_hints=frozenset({"node1"})),
                changed(B_HINTED, node_hints=frozenset({"node2"})),
            ],
            NODE2,
            False,
            [changed(B_HINTED, node_hints=frozenset({"node2"}))],
            id="those of the node",
        ),
        pytest.param(
            [
                changed(A_HINTED, node_hints=frozenset({"node1"})),
                changed(B_HINTED, node_hints=frozenset({"node2"})),
            ],
            Node("node4", "a"),
            False,
            [changed(A_HINTED, node_hints=frozenset({"node1"}))],
            id="no hint for the node, but for its zone",
        ),
        pytest.param(
            [A_HINTED, changed(B_HINTED, node="node1")],
            NODE1,
            True,
            [A_HINTED, changed(B_HINTED, node="node1")],
            id="Local: hints don't matter",
        ),
        pytest.param(
            [changed(A, node_hints=frozenset({"node1"})), changed(B, node_hints=frozenset({"a"}))],
            NODE1,
            False,
            [changed(A, node_hints=frozenset({"node1"}))],
            id="a hint for a node is not one for a zone of that name",
        ),
    ],
)
def test_which_endpoints_a_node_picks_from(
    endpoints: Sequence[Endpoint], node: Node, local: bool, expected: Sequence[Endpoint]
) -> None:
    assert eligible(endpoints, node, local) == tuple(expected)


def test_each_endpoint_gets_as_much_as_the_others_at_all_nodes() -> None:
    expected = (Share("10.244.1.1", 80, 0.5), Share("10.244.2.1", 80, 0.5))
    assert spreads([A, B], [NODE1, NODE2], local=False) == (Spread(None, expected, None),)


def test_nodes_with_the_same_answer_are_told_together() -> None:
    found = spreads([A], [NODE1, NODE2, NODE3], local=True)
    assert found == (
        Spread(("node1",), (Share("10.244.1.1", 80, 1.0),), None),
        Spread(("node2", "node3"), (), "dropped"),
    )


def test_hints_make_the_shares_differ() -> None:
    third = changed(A_HINTED, ip="10.244.1.2")
    found = spreads([A_HINTED, third, B_HINTED], [NODE1, NODE2], local=False)
    assert found == (
        Spread(("node1",), (Share("10.244.1.1", 80, 0.5), Share("10.244.1.2", 80, 0.5)), None),
        Spread(("node2",), (Share("10.244.2.1", 80, 1.0),), None),
    )


@pytest.mark.parametrize("local", [False, True])
def test_without_any_endpoint_connections_are_rejected_everywhere(local: bool) -> None:
    assert spreads([LAME], [NODE1, NODE2], local) == (Spread(None, (), "rejected"),)


def test_of_unknown_nodes_those_with_an_endpoint_are_told() -> None:
    assert spreads([A], None, local=True) == (
        Spread(("node1",), (Share("10.244.1.1", 80, 1.0),), None),
    )
