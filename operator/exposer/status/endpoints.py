"""EndpointSlices -> what they say of a Service's endpoints, and the rows of the status.

A Service may have thousands of endpoints: models are made of those that are shown, and no others.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from typing import Any, NamedTuple

from exposer.api.report import MAX_ENDPOINTS, EndpointStatus, TargetReference
from exposer.observed import ObjectRecord
from exposer.observed.endpoints import IP_FAMILIES, EndpointRecord, Identity

MAX_BYTES = 60_000
"""How much JSON all rows may be, with the ports that they share: an object has at most 1.5 MB, and
each change of an endpoint writes it all."""

_MAX_PORTS_IN_ROWS = 16  # more, if they are the same in all rows, are said once

PortKey = tuple[str, str]
"""The name and the protocol of a Service's port, by which kube-proxy finds it in slices."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the EndpointSlices say of a Service's endpoints.

    Endpoints are counted as what they belong to: the two addresses of a pod are one endpoint. One
    that belongs to nothing is its address.

    Attributes:
        listed: There is a slice, though it may be empty: the cluster has looked for endpoints.
        total: How many there are.
        within: How many of them are of the Service's IP families.
        willing: How many of these are ready, though maybe at no port of the Service.
        ready: How many of these have a port of the Service, and so get new connections.
        ports: The ports that an endpoint within the families has, ready or not.
        served: The ports that a ready one has.
        families: The IP families of those that get new connections.
        astray: The addresses of other IP families than the Service's.
    """

    listed: bool = False
    total: int = 0
    within: int = 0
    willing: int = 0
    ready: int = 0
    ports: frozenset[PortKey] = frozenset()
    served: frozenset[PortKey] = frozenset()
    families: frozenset[str] = frozenset()
    astray: tuple[str, ...] = ()


class Shown(NamedTuple):
    """What the status shows of the endpoints.

    Attributes:
        ports: The ports of every row, where the rows themselves leave them out.
        truncated: There are more.
    """

    rows: list[EndpointStatus]
    ports: list[int] | None
    truncated: bool


def endpoints_in(
    slices: Iterable[ObjectRecord], ports: Collection[PortKey], families: Collection[str]
) -> Endpoints:
    """What the slices say.

    Args:
        slices: The EndpointSlices of the Service.
        ports: The Service's ports; none for a headless Service without any.
        families: The Service's IP families; empty if nobody knows them.
    """
    listed = False
    within: set[Identity] = set()
    beyond: set[Identity] = set()
    ready: set[Identity] = set()
    idle: set[Identity] = set()
    there: set[PortKey] = set()
    served: set[PortKey] = set()
    reached: set[str] = set()
    astray: list[str] = []
    for record in slices:
        listed = True
        family, seen = record.body["addressType"], record.body["seen"]
        if family not in IP_FAMILIES or not seen.rows:
            continue
        if families and family not in families:
            beyond.update(seen.identities)
            astray += (row.address for row in seen.rows)
            continue
        within.update(seen.identities)
        keys = {(port.name, port.protocol) for port in _ports(record.body)}
        there |= keys
        if not seen.ready:
            continue
        served |= keys
        if not ports or not keys.isdisjoint(ports):
            ready.update(seen.ready)
            reached.add(family)
        else:
            idle.update(seen.ready)
    return Endpoints(
        listed=listed,
        total=len(within | beyond),
        within=len(within),
        willing=len(ready | idle),
        ready=len(ready),
        ports=frozenset(there),
        served=frozenset(served),
        families=frozenset(reached),
        astray=tuple(astray),
    )


def shown(slices: Sequence[ObjectRecord]) -> Shown:
    """The rows, sorted by address: IPv4 first, numerically. As many as there is room for.

    A row is an address of something, with its ports. Two pods on the network of one node are two
    rows. While the cluster moves an endpoint from one slice to another it may be in both for a
    moment (KEP-752); that is one row, unless the two say different things of one port.
    """
    found = list(islice(_merged(slices), MAX_ENDPOINTS + 1))
    rows = found[:MAX_ENDPOINTS]
    numbers = [_numbers(row) for row in rows]
    shared = None
    if (
        rows
        and len(numbers[0]) > _MAX_PORTS_IN_ROWS
        and all(each == numbers[0] for each in numbers)
    ):
        shared = numbers[0]
    room = MAX_BYTES - len(json.dumps(shared or []))
    models: list[EndpointStatus] = []
    for row, own in zip(rows, numbers, strict=True):
        model = _model(row, None if shared else own)
        room -= 1 + len(model.model_dump_json(by_alias=True, exclude_none=True).encode())
        if room < 0:
            break
        models.append(model)
    return Shown(models, shared if models else None, len(models) < len(found))


class _Port(NamedTuple):
    name: str
    protocol: str
    number: int


class _Row(NamedTuple):
    """An endpoint, and its ports by all slices that it is in."""

    ports: frozenset[_Port]
    endpoint: EndpointRecord

    def joined(self, other: "_Row") -> "_Row | None":
        """Both in one; None if a port would have two numbers, as then they are two endpoints."""
        ports = self.ports | other.ports
        if len({(port.name, port.protocol) for port in ports}) < len(ports):
            return None
        newer = self if self.endpoint.ready >= other.endpoint.ready else other
        return _Row(ports, newer.endpoint)


def _merged(slices: Sequence[ObjectRecord]) -> Iterator[_Row]:
    """All rows, made as they are asked for: within a slice the endpoints are sorted."""
    for family in IP_FAMILIES:
        bodies = [record.body for record in slices if record.body["addressType"] == family]
        pieces = merge(*map(_pieces, bodies), key=lambda piece: piece[0])
        for _address, same in groupby(pieces, key=lambda piece: piece[0]):
            yield from _rows_of_an_address([piece[1] for piece in same])


def _pieces(body: Mapping[str, Any]) -> Iterator[tuple[int, _Row]]:
    ports = frozenset(_ports(body))
    for endpoint in body["seen"].rows:
        yield endpoint.order, _Row(ports, endpoint)


def _rows_of_an_address(pieces: Sequence[_Row]) -> list[_Row]:
    if len(pieces) == 1:
        return [*pieces]
    rows: list[_Row] = []
    for piece in pieces:
        for index, row in enumerate(rows):
            joined = row.joined(piece)
            if joined and row.endpoint.identity == piece.endpoint.identity:
                rows[index] = joined
                break
        else:
            rows.append(piece)
    return sorted(rows, key=lambda row: (_numbers(row), str(row.endpoint.identity)))


def _ports(body: Mapping[str, Any]) -> Iterator[_Port]:
    """The ports of a slice; one without a number leads nowhere, and kube-proxy ignores it."""
    for port in body["ports"]:
        if port.get("port"):
            yield _Port(port.get("name") or "", port.get("protocol") or "TCP", port["port"])


def _numbers(row: _Row) -> list[int]:
    return sorted({port.number for port in row.ports})


def _model(row: _Row, ports: list[int] | None) -> EndpointStatus:
    endpoint, target = row.endpoint, row.endpoint.target
    return EndpointStatus(
        ip=endpoint.address,
        ports=ports,
        ready=endpoint.ready,
        serving=endpoint.serving,
        terminating=endpoint.terminating,
        node_name=endpoint.node,
        zone=endpoint.zone,
        target_ref=None if target is None else TargetReference(kind=target[0], name=target[1]),
    )
