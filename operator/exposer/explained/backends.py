"""EndpointSlices of a Service without a selector -> the addresses that a request would name."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class InconvertibleError(Exception):
    """No request makes that Service; the text says why."""


@dataclass(frozen=True, slots=True)
class Backends:
    """What is behind a Service without a selector.

    Attributes:
        targets: The port on the addresses, by the name of the Service's port.
        losses: What of it a request can't say.
    """

    addresses: tuple[str, ...] = ()
    targets: Mapping[str, int] = field(default_factory=dict)
    losses: tuple[str, ...] = ()


UNKNOWN = Backends()
"""Nobody has looked."""


def backends_in(slices: Iterable[Mapping[str, Any]]) -> Backends:
    """What the slices of a Service say.

    Raises:
        InconvertibleError: The addresses don't all have the same ports, which a request needs.
    """
    addresses: dict[str, bool] = {}
    targets: dict[str, int] = {}
    for body in slices:
        for port in body.get("ports") or ():
            name, number = port.get("name") or "", port.get("port")
            if targets.setdefault(name, number) != number:
                raise InconvertibleError(
                    f'its endpoints have several ports for "{name}": {targets[name]}, {number}'
                )
        for endpoint in body.get("endpoints") or ():
            ready = (endpoint.get("conditions") or {}).get("ready") is not False
            addresses[endpoint["addresses"][0]] = ready
    in_order = sorted(addresses, key=_by_address)
    unready = tuple(
        f"spec.addresses: {each} is not ready, but counts as ready in a request"
        for each in in_order
        if not addresses[each]
    )
    return Backends(tuple(in_order), targets, unready)


def _by_address(text: str) -> tuple[int, int]:
    address = ipaddress.ip_address(text)
    return address.version, int(address)
