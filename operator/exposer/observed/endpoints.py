"""The endpoints of an EndpointSlice: a reconcile goes through all, and there may be thousands."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

IP_FAMILIES = ("IPv4", "IPv6")
"""The address types of EndpointSlices that have addresses; FQDN has names (discovery/v1)."""

LONGER_THAN_A_NAME = 254
"""Characters; the API server takes any text where a name is meant, which has 253 (RFC 1123)."""

Identity = str | tuple[str, str]
"""A pod by its name, another object by its kind and name, or an address."""


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """One endpoint (discovery/v1 Endpoint), as far as a status shows it.

    Attributes:
        address: The first one; more have no meaning, and kube-proxy takes the first.
        ready: Unknown counts as ready (discovery/v1 EndpointConditions).
        target: The kind and the name of what is behind it.
    """

    address: str
    ready: bool
    serving: bool
    terminating: bool
    node: str | None
    zone: str | None
    target: tuple[str, str] | None

    @property
    def order(self) -> int:
        """By what endpoints of one IP family are sorted."""
        return int(ipaddress.ip_address(self.address))

    @property
    def identity(self) -> Identity:
        """What it counts as: what is behind it, or its address."""
        if self.target is None:
            return "", self.address
        return self.target[1] if self.target[0] == "Pod" else self.target


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints of one EndpointSlice.

    Attributes:
        rows: Sorted by address: a status that shows a few of thousands has no time for it.
        identities: What each counts as.
        ready: What those that are ready count as.
    """

    rows: tuple[EndpointRecord, ...]
    identities: tuple[Identity, ...]
    ready: tuple[Identity, ...]


def trimmed_endpoints(address_type: str, endpoints: Iterable[Mapping[str, Any]]) -> Endpoints:
    """The endpoints of a slice of that address type, as they came from the API server."""
    rows = [_trimmed(endpoint) for endpoint in endpoints]
    if address_type in IP_FAMILIES:
        rows.sort(key=lambda row: row.order)
    return Endpoints(
        rows=tuple(rows),
        identities=tuple(row.identity for row in rows),
        ready=tuple(row.identity for row in rows if row.ready),
    )


def _trimmed(endpoint: Mapping[str, Any]) -> EndpointRecord:
    conditions, target = endpoint.get("conditions") or {}, endpoint.get("targetRef")
    ready, serving = conditions.get("ready") is not False, conditions.get("serving")
    return EndpointRecord(
        address=endpoint["addresses"][0],
        ready=ready,
        serving=ready if serving is None else serving,
        terminating=bool(conditions.get("terminating")),
        node=_name(endpoint.get("nodeName")),
        zone=_name(endpoint.get("zone")),
        target=(
            (_name(target.get("kind")) or "", (target.get("name") or "")[:LONGER_THAN_A_NAME])
            if target
            else None
        ),
    )


def _name(text: str | None) -> str | None:
    """Kept once for all endpoints that have it."""
    return intern(text[:LONGER_THAN_A_NAME]) if text else None
