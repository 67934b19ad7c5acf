"""EndpointSlices -> the endpoints of one port, as kube-proxy and DNS see them."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exposer.explained.places import authority


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port that traffic can go to.

    Attributes:
        port: None where the Service has no ports.
        pod: The pod behind it, if one is.
        hostname: Its DNS name below the Service's, if it has one.
        zone_hints: The zones that are to use it; empty if nobody says.
        node_hints: The nodes that are to use it; empty if nobody says.
    """

    ip: str
    port: int | None
    ready: bool = True
    serving: bool = True
    terminating: bool = False
    node: str | None = None
    zone: str | None = None
    pod: str | None = None
    hostname: str | None = None
    zone_hints: frozenset[str] = frozenset()
    node_hints: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """As clients write it."""
        return authority(self.ip, self.port)


def endpoints_of(
    slices: Iterable[Mapping[str, Any]], family: str, port: Mapping[str, Any] | None
) -> tuple[Endpoint, ...]:
    """The endpoints of one IP family, sorted by address.

    Args:
        slices: All EndpointSlices of the Service.
        family: ``IPv4`` or ``IPv6``.
        port: A port of the Service; None for a Service without ports.
    """
    found: dict[tuple[str, int | None], Endpoint] = {}
    for body in slices:
        if body["addressType"] == family:
            for endpoint in _endpoints(body, port):
                # A pod's address may be another's already while it goes: the one that stays counts.
                if not endpoint.terminating or (endpoint.ip, endpoint.port) not in found:
                    found[endpoint.ip, endpoint.port] = endpoint
    return tuple(sorted(found.values(), key=_by_address))


def _endpoints(body: Mapping[str, Any], port: Mapping[str, Any] | None) -> Iterator[Endpoint]:
    for number in _numbers(body, port):
        for each in body["endpoints"] or ():
            conditions, hints = each.get("conditions") or {}, each.get("hints") or {}
            target = each.get("targetRef") or {}
            yield Endpoint(
                # More than one has no meaning, and kube-proxy takes the first (discovery/v1).
                ip=each["addresses"][0],
                port=number,
                ready=conditions.get("ready") is not False,
                serving=conditions.get("serving") is not False,
                terminating=bool(conditions.get("terminating")),
                node=each.get("nodeName"),
                zone=each.get("zone"),
                pod=target.get("name") if target.get("kind") == "Pod" else None,
                hostname=each.get("hostname"),
                zone_hints=frozenset(hint["name"] for hint in hints.get("forZones") or ()),
                node_hints=frozenset(hint["name"] for hint in hints.get("forNodes") or ()),
            )


def _numbers(body: Mapping[str, Any], port: Mapping[str, Any] | None) -> list[int | None]:
    """The ports on the addresses of a slice that the Service's port leads to."""
    if port is None:
        return [None]
    wanted = port.get("name") or "", port["protocol"]
    return [
        each["port"]
        for each in body.get("ports") or ()
        if each.get("port") and (each.get("name") or "", each["protocol"]) == wanted
    ]


def _by_address(endpoint: Endpoint) -> tuple[int, int]:
    return int(ipaddress.ip_address(endpoint.ip)), endpoint.port or 0
