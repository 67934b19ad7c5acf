"""Hosts and ports as people and programs write them."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

_SCHEMES = ("http", "https")
_SCHEME_OF = {
    "http": "http",
    "https": "https",
    "ws": "ws",
    "wss": "wss",
    "grpc": "grpc",
    "kubernetes.io/h2c": "http",
    "kubernetes.io/ws": "ws",
    "kubernetes.io/wss": "wss",
}
"""Of appProtocols; HTTP/2 without TLS has HTTP's (RFC 9113 section 3)."""
_WELL_KNOWN = {80: "http", 443: "https"}  # IANA service names
_LISTED = 5

ANY_NODE = "NODE"
"""Stands for a node's address where the nodes could not be read."""


def family_of(address: str) -> str:
    """``IPv4`` or ``IPv6``."""
    return f"IPv{ipaddress.ip_address(address).version}"


def authority(host: str, port: int | None) -> str:
    """``host:port``, an IPv6 address in brackets (RFC 3986); the host alone without a port."""
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def scheme_of(port: Mapping[str, Any]) -> str | None:
    """The scheme of a URL for a port of a Service, where the port says which.

    Its appProtocol decides, if it has one. Else it is ``http`` or ``https``: by the port's name or
    that of the pods' port, or by a number that is well known, the pods' first, as it is they who
    answer.
    """
    if port["protocol"] != "TCP":
        return None
    if port.get("appProtocol"):
        # IANA service names are the same in lower and upper case, RFC 6335 section 5.1.
        return _SCHEME_OF.get(port["appProtocol"].lower())
    target = port.get("targetPort")
    for word in (port.get("name"), target):
        if word in _SCHEMES:
            return str(word)
    if target in _WELL_KNOWN:
        return _WELL_KNOWN[target]
    return _WELL_KNOWN.get(port["port"])


def url(port: Mapping[str, Any], host: str, number: int) -> str:
    """How to write the place: with a scheme where one is known."""
    scheme = scheme_of(port)
    return f"{scheme}://{authority(host, number)}" if scheme else authority(host, number)


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
