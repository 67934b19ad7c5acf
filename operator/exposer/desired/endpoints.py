"""AcceptedRequest with addresses -> its Endpoints (core/v1) and EndpointSlices (discovery/v1)."""

from typing import Any

from exposer.api import AcceptedRequest
from exposer.api.identity import (
    SERVICE_NAME_LABEL,
    SKIP_MIRROR_LABEL,
    SLICE_MANAGED_BY,
    SLICE_MANAGED_BY_LABEL,
)
from exposer.api.verdict import IPAddress
from exposer.desired.metadata import Owner, owned_metadata
from exposer.desired.names import slice_name


def desired_endpoints(owner: Owner, request: AcceptedRequest) -> dict[str, Any]:
    """The Endpoints, for those who still read them; they bear the Service's name, as they must.

    They are marked so that the mirroring controller does not make slices of them beside ours.
    """
    subset = {"addresses": [{"ip": str(ip)} for ip in _sorted(request)], **_ports(request)}
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": owned_metadata(owner, request.service_name, {SKIP_MIRROR_LABEL: "true"}),
        "subsets": [subset],
    }


def desired_slices(owner: Owner, request: AcceptedRequest) -> list[dict[str, Any]]:
    """One EndpointSlice for each IP family among the addresses."""
    labels = {
        SERVICE_NAME_LABEL: request.service_name,
        SLICE_MANAGED_BY_LABEL: SLICE_MANAGED_BY,
    }
    families: dict[str, list[str]] = {}
    for ip in _sorted(request):
        families.setdefault(f"IPv{ip.version}", []).append(str(ip))
    return [
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": owned_metadata(owner, slice_name(request.service_name, family), labels),
            "addressType": family,
            "endpoints": [
                {"addresses": [address], "conditions": {"ready": True}} for address in addresses
            ],
            **_ports(request),
        }
        for family, addresses in families.items()
    ]


def _sorted(request: AcceptedRequest) -> list[IPAddress]:
    """The addresses in an order of their own: the request's has no meaning."""
    return sorted(request.addresses, key=lambda ip: (ip.version, int(ip)))


def _ports(request: AcceptedRequest) -> dict[str, Any]:
    """The target ports as the Service has them; without any, the field is left out.

    A slice without the field means all ports, one with an empty list none (discovery.k8s.io/v1).
    """
    if not request.ports:
        return {}
    return {
        "ports": [
            {
                "name": mapping.name,
                "port": mapping.target,
                "protocol": mapping.protocol.value,
                **({"appProtocol": mapping.app_protocol} if mapping.app_protocol else {}),
            }
            for mapping in request.ports
        ]
    }
