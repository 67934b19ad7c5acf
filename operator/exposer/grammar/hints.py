"""Strings that are right, but may not mean what their author meant."""

from collections.abc import Sequence
from dataclasses import replace

from exposer.grammar.canonical import canonical
from exposer.grammar.nodes import WITH_NODE_PORTS, PortString

NODE_PORTS = range(30000, 32768)
"""The range of node ports unless a cluster's administrator chose another (kube-apiserver)."""
_TOLD = 3


def hints(strings: Sequence[PortString]) -> tuple[str, ...]:
    """A sentence each, of a few of the strings.

    ``!30090:8080`` is Docker's way to write a port of the machine and one of the container; here
    it is port 30090 of the Service, and the cluster picks the node port.
    """
    found = [
        f'spec.ports[{index}]: "{canonical(string)}" leaves the node port to the cluster; did you '
        f'mean "{_with_node_ports(string)}"?'
        for index, string in enumerate(strings)
        if _looks_like_dockers(string)
    ]
    return tuple(found[:_TOLD])


def _looks_like_dockers(string: PortString) -> bool:
    ports = string.ports
    return (
        string.kind in WITH_NODE_PORTS
        and ports is not None
        and string.node_ports is None
        and string.target != ports
        and ports.first in NODE_PORTS
        and ports.last in NODE_PORTS
    )


def _with_node_ports(string: PortString) -> str:
    """Node port, port and target, the port being the target's; that of a name is not known."""
    if isinstance(string.target, str):
        return canonical(string).replace(":", ":80:")
    return canonical(replace(string, node_ports=string.ports, ports=string.target))
