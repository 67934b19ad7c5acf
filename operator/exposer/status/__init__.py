"""Stage 7: all that is known -> the status that users read. Pure; the only place that makes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exposer.api import ConditionType, Reason, Verdict
from exposer.api.identity import CLUSTER_DOMAIN
from exposer.api.report import (
    MAX_ENDPOINTS,
    NOTHING,
    Display,
    ExposeRequestStatus,
    LoadBalancerStatus,
)
from exposer.grammar import Kind
from exposer.observed import ObjectRecord, RequestRecord, Snapshot
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.plan import Outcome
from exposer.status.conditions import conditions, facts
from exposer.status.diagnosis import Facts, has_endpoints
from exposer.status.endpoints import endpoint_rows, endpoint_summary
from exposer.status.kinds import kind_of
from exposer.status.ports import external_column, ingress_rows, port_rows, ports_column


def status_of(
    request: RequestRecord,
    verdict: Verdict,
    snapshot: Snapshot,
    outcome: Outcome,
    now: datetime,
    backing: BackingPods = UNSEEN,
) -> dict[str, Any]:
    """The request's status as the API server takes it.

    Args:
        request: Whose status it is; its last status tells when the conditions last changed.
        verdict: What the request asks for.
        snapshot: What stands after the writes.
        outcome: What came of the writes.
        now: In UTC.
        backing: What is behind the Service, where one has looked.
    """
    service = _own_service(request, snapshot)
    spec = service.body["spec"] if service else {}
    kind = kind_of(spec) if service else None
    rows = endpoint_rows(snapshot.slices_of(service)) if service and has_endpoints(kind) else []
    ports = port_rows(spec)
    ingress = ingress_rows(service.body["loadBalancer"]) if service else []
    summary = endpoint_summary(rows)
    name = service.key.name if service else None
    seen = Facts(kind, spec.get("selector"), ports, rows, ingress, name, backing)
    status = ExposeRequestStatus(
        observed_generation=request.generation,
        service_name=name,
        type=kind,
        cluster_ip=spec.get("clusterIP"),
        cluster_ips=spec.get("clusterIPs"),
        external_name=spec.get("externalName"),
        dns_name=_dns_name(service) if service else None,
        ports=ports,
        load_balancer=LoadBalancerStatus(ingress=ingress) if ingress else None,
        endpoints=rows[:MAX_ENDPOINTS],
        endpoint_summary=summary,
        display=Display(
            type=kind or NOTHING,
            cluster_ip=spec.get("clusterIP") or NOTHING,
            ports=ports_column(ports) or NOTHING,
            endpoints=f"{summary.ready}/{summary.total}" if has_endpoints(kind) else NOTHING,
            external=external_column(spec.get("externalName"), ingress) or NOTHING,
            service=name or NOTHING,
        ),
        conditions=conditions(
            facts(verdict, outcome, seen), request.generation, request.status, now
        ),
    )
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def _own_service(request: RequestRecord, snapshot: Snapshot) -> ObjectRecord | None:
    """The Service whose facts are told: that of the wanted name, else the one that still stands."""
    own = (record for record in snapshot.owned_by(request.uid) if record.kind == "Service")
    return snapshot.service_of(request) or next(own, None)


def _dns_name(service: ObjectRecord) -> str:
    return f"{service.key.name}.{service.key.namespace}.svc.{CLUSTER_DOMAIN}"


def needs_pods(status: Mapping[str, Any]) -> bool:
    """Whether the pods themselves may tell more than the endpoints do."""
    return status.get("type") == Kind.HEADLESS or depends_on_pods(status)


def depends_on_pods(status: Mapping[str, Any]) -> bool:
    """Whether pods that are no endpoints yet may change what it tells; nobody watches pods."""
    return any(
        each["type"] == ConditionType.ENDPOINTS_AVAILABLE and each["reason"] in _UNEXPLAINED
        for each in status["conditions"]
    )


_UNEXPLAINED = (Reason.NO_PODS_MATCH, Reason.PODS_NOT_READY, Reason.TARGET_PORT_NOT_FOUND)
