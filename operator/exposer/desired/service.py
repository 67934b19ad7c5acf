"""AcceptedRequest -> its Service (core/v1), as server-side apply takes it."""

from typing import Any

from exposer.api import AcceptedRequest
from exposer.desired.metadata import Owner, owned_metadata
from exposer.grammar import Kind, PortMapping
from exposer.grammar.nodes import WITH_NODE_PORTS

_TYPES = {kind: kind.value for kind in Kind} | {Kind.HEADLESS: "ClusterIP"}
_INSIDE = {"sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}
# Core/v1's default; unsaid, it would be nobody's, and stay when the affinity goes.
_AFFINITY_CONFIG = {"clientIP": {"timeoutSeconds": 10800}}


def desired_service(owner: Owner, request: AcceptedRequest) -> dict[str, Any]:
    """The Service. A field that is not in it is not ours: the cluster allocates or defaults it."""
    metadata = owned_metadata(owner, request.service_name, request.labels)
    if request.annotations:
        metadata["annotations"] = dict(request.annotations)
    spec = service_spec(request)
    if request.kind is not Kind.EXTERNAL_NAME and len(spec.get("ipFamilies", ())) < 2:
        # Core/v1's default, too, but for new Services only (initIPFamilyFields).
        spec.setdefault("ipFamilyPolicy", "SingleStack")
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def service_spec(request: AcceptedRequest) -> dict[str, Any]:
    """The Service's spec."""
    spec: dict[str, Any] = {
        "type": _TYPES[request.kind],
        **_defaults(request.kind),
        **request.service_spec,
    }
    if spec.get("sessionAffinity") == "ClientIP":
        spec.setdefault("sessionAffinityConfig", _AFFINITY_CONFIG)
    if request.kind is Kind.HEADLESS:
        spec["clusterIP"] = "None"
        if request.selector is None:
            # Core/v1's default, but for new Services only: one that had a selector is different.
            spec.setdefault("ipFamilyPolicy", "RequireDualStack")
    if request.external_name is not None:
        spec["externalName"] = request.external_name
    if request.selector is not None:
        spec["selector"] = dict(request.selector)
    if request.ports:
        # Said aloud, as one that stands would stay.
        none = {"nodePort": 0} if spec.get("allocateLoadBalancerNodePorts") is False else {}
        spec["ports"] = [none | _port(mapping) for mapping in request.ports]
    return spec


def _defaults(kind: Kind) -> dict[str, str]:
    """Core/v1's own defaults, said aloud: what others change there is then put back."""
    if kind is Kind.EXTERNAL_NAME:
        return {}
    return _INSIDE | {"externalTrafficPolicy": "Cluster"} if kind in WITH_NODE_PORTS else _INSIDE


def _port(mapping: PortMapping) -> dict[str, Any]:
    port: dict[str, Any] = {
        "name": mapping.name,
        "port": mapping.port,
        "protocol": mapping.protocol.value,
        "targetPort": mapping.target,
    }
    if mapping.app_protocol is not None:
        port["appProtocol"] = mapping.app_protocol
    return port if mapping.node_port is None else port | {"nodePort": mapping.node_port}
