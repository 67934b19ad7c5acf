"""Builders of what the stages take as input: every argument has a default.

``an_*_body`` and ``a_*_body`` are objects as the API server sends them; the others are values of
the operator.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from exposer.api import AcceptedRequest
from exposer.api.report import EndpointStatus, LoadBalancerIngress, PortStatus
from exposer.api.request import TargetRef
from exposer.desired import Owner
from exposer.grammar import Kind, PortMapping, Protocol
from exposer.observed import Key, ObjectRecord, RequestRecord, trimmed_object, trimmed_request
from exposer.observed.pods import BackingPods, DeclaredPort, PodRecord
from exposer.status.diagnosis import Facts
from exposer.status.endpoints import endpoints_in

Body = dict[str, Any]

REQUEST_UID = "uid-of-request"
SERVICE_UID = "uid-of-service"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

OWNER_REFERENCE: Body = {
    "apiVersion": "exposer.dev/v1alpha1",
    "kind": "ExposeRequest",
    "name": "web",
    "uid": REQUEST_UID,
    "controller": True,
    "blockOwnerDeletion": True,
}
SERVICE_REFERENCE: Body = {
    "apiVersion": "v1",
    "kind": "Service",
    "name": "web",
    "uid": SERVICE_UID,
    "controller": True,
    "blockOwnerDeletion": True,
}
MANAGED_BY = {"app.kubernetes.io/managed-by": "exposer"}
BY_THE_CLUSTER: Sequence[Body] = ({"manager": "kube-controller-manager", "operation": "Update"},)
"""The managers of an object that a controller of the cluster made."""
BY_THE_OPERATOR: Sequence[Body] = (
    {
        "manager": "exposer",
        "operation": "Apply",
        "fieldsV1": {"f:metadata": {"f:labels": {"f:app.kubernetes.io/managed-by": {}}}},
    },
)
"""The managers of an object that the operator made."""


def an_owner(namespace: str = "shop", name: str = "web", uid: str = REQUEST_UID) -> Owner:
    return Owner(namespace, name, uid)


def a_mapping(
    port: int = 80,
    target: int | str = 8080,
    *,
    name: str | None = None,
    node_port: int | None = None,
    protocol: Protocol = Protocol.TCP,
    app_protocol: str | None = None,
) -> PortMapping:
    name = name or f"{port}-{target}"
    return PortMapping(name, port, target, node_port, protocol, app_protocol)


def an_accepted_request(
    *,
    service_name: str = "web",
    kind: Kind = Kind.CLUSTER_IP,
    ports: Sequence[PortMapping] = (a_mapping(),),
    selector: Mapping[str, str] | None = None,
    addresses: Sequence[str] = (),
    external_name: str | None = None,
    target: TargetRef | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    service_spec: Mapping[str, Any] | None = None,
) -> AcceptedRequest:
    """Without a selector, a target, addresses or a host it has the default selector."""
    if selector is None and not addresses and external_name is None and target is None:
        selector = {"app": "web"}
    return AcceptedRequest(
        service_name=service_name,
        kind=kind,
        ports=tuple(ports),
        selector=selector,
        addresses=tuple(map(ip_address, addresses)),
        external_name=external_name,
        target=target,
        labels=labels or {},
        annotations=annotations or {},
        service_spec=service_spec or {},
    )


def a_request_body(
    *,
    name: str = "web",
    namespace: str = "shop",
    uid: str = REQUEST_UID,
    version: int = 1,
    created: str = "2026-03-01T11:00:00Z",
    generation: int = 1,
    spec: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    deleting: bool = False,
) -> Body:
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": uid,
        "resourceVersion": str(version),
        "creationTimestamp": created,
        "generation": generation,
    }
    return {
        "apiVersion": "exposer.dev/v1alpha1",
        "kind": "ExposeRequest",
        "metadata": metadata | _deletion(deleting),
        "spec": {"ports": ["80:8080"]} if spec is None else dict(spec),
        **({} if status is None else {"status": dict(status)}),
    }


def a_request(**changes: Any) -> RequestRecord:
    """The record of ``a_request_body`` with the same arguments."""
    return trimmed_request(a_request_body(**changes))


def an_object_body(
    kind: str = "Service",
    *,
    name: str = "web",
    namespace: str = "shop",
    uid: str = SERVICE_UID,
    version: int = 1,
    owner: Mapping[str, Any] | None = OWNER_REFERENCE,
    labels: Mapping[str, str] = MANAGED_BY,
    managed_fields: Sequence[Mapping[str, Any]] = (),
    deleting: bool = False,
    content: Mapping[str, Any] | None = None,
) -> Body:
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": uid,
        "resourceVersion": str(version),
        "labels": dict(labels),
        "managedFields": list(managed_fields),
        **({} if owner is None else {"ownerReferences": [dict(owner)]}),
    }
    api_version = "discovery.k8s.io/v1" if kind == "EndpointSlice" else "v1"
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": metadata | _deletion(deleting),
        **(content or {}),
    }


def a_service_body(
    *,
    spec: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    **metadata: Any,
) -> Body:
    """A ClusterIP Service that the cluster has filled in; ``spec`` changes fields of it."""
    whole = {
        "type": "ClusterIP",
        "clusterIP": "10.96.12.7",
        "clusterIPs": ["10.96.12.7"],
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
        "ipFamilyPolicy": "SingleStack",
        "selector": {"app": "web"},
        "ports": [a_service_port()],
        **(spec or {}),
    }
    content = {"spec": whole, "status": dict(status or {"loadBalancer": {}})}
    return an_object_body("Service", content=content, **metadata)


def a_service_port(
    port: int = 80,
    target: int | str = 8080,
    *,
    name: str | None = None,
    node_port: int | None = None,
    protocol: str = "TCP",
) -> Body:
    body = {
        "name": name or f"{port}-{target}",
        "port": port,
        "targetPort": target,
        "protocol": protocol,
    }
    return body if node_port is None else body | {"nodePort": node_port}


def a_service(**changes: Any) -> ObjectRecord:
    """The record of ``a_service_body`` with the same arguments."""
    return trimmed_object("Service", a_service_body(**changes))


def an_endpoint(address: str = "10.244.1.11", **changes: Any) -> Body:
    return {"addresses": [address], "conditions": {"ready": True}, **changes}


def a_slice_body(
    *,
    name: str = "web-x7k2p",
    uid: str = "uid-of-slice",
    owner: Mapping[str, Any] | None = SERVICE_REFERENCE,
    service_name: str = "web",
    address_type: str = "IPv4",
    ports: Sequence[Mapping[str, Any]] = ({"name": "80-8080", "port": 8080, "protocol": "TCP"},),
    endpoints: Sequence[Mapping[str, Any]] | None = None,
    **metadata: Any,
) -> Body:
    """A slice that the cluster made for the Service."""
    content = {
        "addressType": address_type,
        "ports": list(ports),
        "endpoints": [an_endpoint()] if endpoints is None else list(endpoints),
    }
    labels = {
        "kubernetes.io/service-name": service_name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        **MANAGED_BY,
    }
    return an_object_body(
        "EndpointSlice",
        **{"name": name, "uid": uid, "owner": owner, "labels": labels, **metadata},
        content=content,
    )


def a_slice(**changes: Any) -> ObjectRecord:
    """The record of ``a_slice_body`` with the same arguments."""
    return trimmed_object("EndpointSlice", a_slice_body(**changes))


def an_endpoints_body(
    *,
    uid: str = "uid-of-endpoints",
    subsets: Sequence[Mapping[str, Any]] = (),
    **metadata: Any,
) -> Body:
    return an_object_body("Endpoints", uid=uid, content={"subsets": list(subsets)}, **metadata)


def an_endpoints(**changes: Any) -> ObjectRecord:
    """The record of ``an_endpoints_body`` with the same arguments."""
    return trimmed_object("Endpoints", an_endpoints_body(**changes))


def a_row(ip: str = "10.244.1.11", **changes: Any) -> EndpointStatus:
    """A ready endpoint on port 8080."""
    whole = {"ports": [8080], "ready": True, "serving": True, "terminating": False, **changes}
    return EndpointStatus(ip=ip, **whole)


def a_port_row(
    port: int = 80,
    target: int | str = 8080,
    *,
    node_port: int | None = None,
    protocol: Protocol = Protocol.TCP,
    app_protocol: str | None = None,
) -> PortStatus:
    return PortStatus(
        name=f"{port}-{target}",
        port=port,
        target_port=target,
        node_port=node_port,
        protocol=protocol,
        app_protocol=app_protocol,
    )


def some_facts(
    *,
    kind: Kind | None = Kind.CLUSTER_IP,
    selector: Mapping[str, str] | None = None,
    ports: Sequence[PortStatus] = (a_port_row(),),
    slices: Sequence[ObjectRecord] | None = None,
    families: Sequence[str] = ("IPv4",),
    cluster_ips: Mapping[str, str] | None = None,
    ingress: Sequence[LoadBalancerIngress] = (),
    errors: Sequence[str] = (),
    warning: str = "",
    backing: BackingPods | None = None,
    pods: Sequence[PodRecord] = (),
    governing: str | None = None,
) -> Facts:
    """What stands of a Service with one ready endpoint, and what a look at the pods found."""
    keys = [(port.name, port.protocol.value) for port in ports]
    return Facts(
        kind=kind,
        selector={"app": "web"} if selector is None else selector,
        ports=list(ports),
        endpoints=endpoints_in([a_slice()] if slices is None else slices, keys, families),
        families=families,
        cluster_ips=cluster_ips or {},
        ingress=list(ingress),
        load_balancer_errors=list(errors),
        load_balancer_warning=warning,
        service_name="web",
        backing=BackingPods(tuple(pods), governing) if backing is None else backing,
    )


def a_pod(name: str = "web-0", state: str = "", *ports: DeclaredPort | str) -> PodRecord:
    """A ready pod of no StatefulSet; a port that is only a name is 8080/TCP."""
    declared = (
        DeclaredPort(each, 8080, "TCP") if isinstance(each, str) else each for each in ports
    )
    return PodRecord(name, state, frozenset(declared), None)


def a_key(name: str = "web", namespace: str = "shop") -> Key:
    return Key(namespace, name)


def _deletion(deleting: bool) -> Body:
    return {"deletionTimestamp": "2026-03-01T12:00:00Z"} if deleting else {}


def a_warning(note: str = "quota exceeded", uid: str = "service-web", **changes: Any) -> Body:
    """A Warning Event about a Service, as events.k8s.io/v1 shows one of a cloud's controller."""
    return {
        "metadata": {"creationTimestamp": "2026-03-01T12:00:00Z", "resourceVersion": "100"},
        "type": "Warning",
        "reason": "SyncLoadBalancerFailed",
        "note": note,
        "regarding": {"kind": "Service", "name": "web", "namespace": "shop", "uid": uid},
        "reportingController": "service-controller",
        "deprecatedSource": {"component": "service-controller"},
        "deprecatedLastTimestamp": "2026-03-01T12:00:00Z",
        "eventTime": None,
        **changes,
    }
