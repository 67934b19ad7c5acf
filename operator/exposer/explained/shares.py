"""Endpoints -> where kube-proxy sends new connections, node by node.

Each kube-proxy picks one of its node's eligible endpoints, each as likely as the others
(pkg/proxy, CategorizeEndpoints). Which ones are eligible depends on the traffic policy, on hints
(KEP-2433, KEP-3015), and, if none is ready, on those that still serve (KEP-1669).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exposer.explained.endpoints import Endpoint
from exposer.explained.survey import Node

Refusal = Literal["rejected", "dropped"]
REFUSALS: Mapping[Refusal, str] = {
    "rejected": "connections are refused",
    "dropped": "connections time out",
}
"""What clients see of it."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the new connections an endpoint gets, of 1."""

    ip: str
    port: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Spread:
    """What becomes of new connections at some nodes.

    Attributes:
        nodes: Their names; None for all nodes.
        shares: The endpoints that get them; empty where none does.
        refused: How they fail then. One is "rejected" at once if there is no endpoint anywhere,
            and "dropped" if there is one that a policy keeps out of reach.
    """

    nodes: tuple[str, ...] | None
    shares: tuple[Share, ...]
    refused: Refusal | None


def eligible(endpoints: Sequence[Endpoint], node: Node, local: bool) -> tuple[Endpoint, ...]:
    """The endpoints among which the kube-proxy of a node picks.

    Args:
        endpoints: All those of one port and IP family.
        node: Where the traffic arrives.
        local: Whether the traffic policy is Local.
    """
    near = [each for each in endpoints if each.node == node.name] if local else endpoints
    ready = [each for each in near if each.ready]
    if ready:
        return tuple(ready if local else _preferred(ready, node))
    return tuple(each for each in near if each.serving and each.terminating)


def spreads(
    endpoints: Sequence[Endpoint], nodes: Sequence[Node] | None, local: bool
) -> tuple[Spread, ...]:
    """What becomes of new connections, nodes with the same answer together.

    Args:
        endpoints: All those of one port and IP family.
        nodes: None if nobody knows them; then those are told of that have an endpoint.
        local: Whether the traffic policy is Local.
    """
    if not local and not any(each.zone_hints or each.node_hints for each in endpoints):
        return (_spread(None, eligible(endpoints, _ANY, local), endpoints),)
    by_choice: dict[tuple[Endpoint, ...], list[str]] = {}
    for node in _nodes_of(endpoints) if nodes is None else nodes:
        by_choice.setdefault(eligible(endpoints, node, local), []).append(node.name)
    if len(by_choice) == 1 and nodes is not None:
        return (_spread(None, next(iter(by_choice)), endpoints),)
    return tuple(_spread(tuple(names), chosen, endpoints) for chosen, names in by_choice.items())


_ANY = Node("")


def _preferred(ready: Sequence[Endpoint], node: Node) -> Sequence[Endpoint]:
    """Those with a hint for the node, or for its zone; all if hints lead nowhere.

    Hints count only if every ready endpoint has one, as else some would get no traffic at all.
    """
    if all(each.node_hints for each in ready):
        hinted = [each for each in ready if node.name in each.node_hints]
        if hinted:
            return hinted
    if all(each.zone_hints for each in ready):
        hinted = [each for each in ready if node.zone in each.zone_hints]
        if hinted:
            return hinted
    return ready


def _spread(
    nodes: tuple[str, ...] | None, chosen: Sequence[Endpoint], endpoints: Sequence[Endpoint]
) -> Spread:
    if chosen:
        shares = tuple(Share(each.ip, each.port, 1 / len(chosen)) for each in chosen)
        return Spread(nodes, shares, None)
    elsewhere = any(each.ready or (each.serving and each.terminating) for each in endpoints)
    return Spread(nodes, (), "dropped" if elsewhere else "rejected")


def _nodes_of(endpoints: Sequence[Endpoint]) -> list[Node]:
    zones = {each.node: each.zone for each in endpoints if each.node}
    return [Node(name, zone) for name, zone in sorted(zones.items())]
