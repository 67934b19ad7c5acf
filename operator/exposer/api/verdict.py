"""What comes of reading a spec: it can be carried out, or it is refused with the reason."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exposer.api.conditions import Reason
from exposer.api.request import TargetRef
from exposer.grammar import Kind, PortMapping

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """A spec that can be carried out, with all defaults filled in.

    Attributes:
        selector: None for addresses, for an ExternalName, and until the target's is known.
        target: Whose selector is to be taken, if any's.
        addresses: Empty unless the request names them.
        external_name: The host after ``@``.
        labels: More labels of the Service.
        annotations: Annotations of the Service.
        service_spec: Fields of core/v1 ServiceSpec that the port strings don't say.
        hints: What its author may not have meant, though it can be carried out.
    """

    service_name: str
    kind: Kind
    ports: tuple[PortMapping, ...]
    selector: Mapping[str, str] | None
    addresses: tuple[IPAddress, ...]
    external_name: str | None
    target: TargetRef | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    service_spec: Mapping[str, Any] = field(default_factory=dict)
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A spec that can't be carried out.

    Attributes:
        retry: The cluster may change so that it can; else only its author can put it right.
    """

    reason: Reason
    message: str
    retry: bool = False


Verdict = AcceptedRequest | Refused
