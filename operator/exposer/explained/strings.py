"""Ports of a Service -> the fewest port strings that make them."""

from collections.abc import Iterator, Sequence

from exposer.grammar import Kind, PortMapping, Ports, PortString
from exposer.grammar.nodes import default_name


def port_strings(kind: Kind, ports: Sequence[PortMapping]) -> tuple[PortString, ...]:
    """The strings, in the order of the ports; ports in a row are one range.

    Args:
        kind: How the Service is reached.
        ports: Its ports; one whose name is empty gets the default name.
    """
    return tuple(_string(kind, run, names) for run, names in _runs(ports))


_Names = frozenset[str | None]  # what may stand before "=", None for nothing


def _runs(ports: Sequence[PortMapping]) -> Iterator[tuple[list[PortMapping], _Names]]:
    """The ports cut into runs, each of which is one string, with the names that serve for it."""
    run: list[PortMapping] = []
    names: _Names = frozenset()
    for port in ports:
        shared = names & _names_in_range(port)
        if run and shared and _is_next(port, run[-1]):
            run.append(port)
            names = shared
            continue
        if run:
            yield run, names
        run, names = [port], _names_in_range(port)
    if run:
        yield run, names


def _names_in_range(port: PortMapping) -> _Names:
    """The names of ranges in which the port could stand."""
    names: set[str | None] = set()
    if port.name in ("", default_name(port.port, port.target, port.protocol)):
        names.add(None)
    base = port.name.removesuffix(f"-{port.port}")
    if base and base != port.name and not base.endswith("-"):
        names.add(base)
    return frozenset(names)


def _is_next(port: PortMapping, last: PortMapping) -> bool:
    """Whether all that a range counts up goes on by one; a target's name doesn't count."""
    if isinstance(last.target, str):
        return False
    node_port = None if last.node_port is None else last.node_port + 1
    following = (last.port + 1, last.target + 1, node_port, last.protocol, last.app_protocol)
    return (port.port, port.target, port.node_port, port.protocol, port.app_protocol) == following


def _string(kind: Kind, run: Sequence[PortMapping], names: _Names) -> PortString:
    first, last = run[0], run[-1]
    name = None if None in names else first.name
    if name is not None and len(run) > 1:
        name = name.removesuffix(f"-{first.port}")
    target: Ports | str
    if isinstance(first.target, int) and isinstance(last.target, int):
        target = Ports(first.target, last.target)
    else:
        target = str(first.target)
    node_ports = None
    if first.node_port is not None and last.node_port is not None:
        node_ports = Ports(first.node_port, last.node_port)
    return PortString(
        kind,
        Ports(first.port, last.port),
        target,
        node_ports,
        first.protocol,
        name,
        app_protocol=first.app_protocol,
    )
