"""Stage 7: all that is known -> the status that users read. Pure; the only place that makes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from exposer.api import ConditionType, Reason, Verdict
from exposer.api.identity import CLUSTER_DOMAIN
from exposer.api.report import (
    NOTHING,
    Condition,
    Display,
    EndpointSummary,
    ExposeRequestStatus,
    LoadBalancerStatus,
)
from exposer.grammar import Kind
from exposer.observed import ObjectRecord, RequestRecord, Snapshot
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.plan import Outcome
from exposer.status.conditions import conditions, facts
from exposer.status.diagnosis import has_endpoints
from exposer.status.endpoints import shown
from exposer.status.ports import external_column, ports_column
from exposer.status.service_facts import facts_of
from exposer.status.told import told_conditions


def status_of(
    request: RequestRecord,
    verdict: Verdict,
    snapshot: Snapshot,
    outcome: Outcome,
    now: datetime,
    backing: BackingPods = UNSEEN,
    cluster_domain: str = CLUSTER_DOMAIN,
    warning: str = "",
) -> dict[str, Any]:
    """The request's status as the API server takes it.

    Args:
        request: Whose status it is; its last status tells when the conditions last changed.
        verdict: What the request asks for.
        snapshot: What stands after the writes.
        outcome: What came of the writes.
        now: In UTC.
        backing: What is behind the Service, where one has looked.
        cluster_domain: What the cluster's DNS names end in.
        warning: What a load balancer controller says of the Service, where one has looked.
    """
    service = _own_service(request, snapshot)
    slices = snapshot.slices_of(service) if service else []
    seen = facts_of(service, slices, backing, warning)
    spec = service.body["spec"] if service else {}
    rows = shown(slices if has_endpoints(seen.kind) else [])
    found = conditions(facts(verdict, outcome, seen), request.generation, request.status, now)
    status = ExposeRequestStatus(
        observed_generation=request.generation,
        service_name=seen.service_name,
        type=seen.kind,
        cluster_ip=spec.get("clusterIP"),
        cluster_ips=spec.get("clusterIPs"),
        external_name=spec.get("externalName"),
        dns_name=f"{service.key.name}.{service.key.namespace}.svc.{cluster_domain}"
        if service
        else None,
        ports=list(seen.ports),
        load_balancer=LoadBalancerStatus(ingress=list(seen.ingress)) if seen.ingress else None,
        endpoints=rows.rows,
        endpoint_ports=rows.ports,
        endpoint_summary=EndpointSummary(
            ready=seen.endpoints.ready, total=seen.endpoints.total, truncated=rows.truncated
        ),
        display=Display(
            type=seen.kind or NOTHING,
            cluster_ip=spec.get("clusterIP") or NOTHING,
            ports=ports_column(seen.ports) or NOTHING,
            endpoints=f"{seen.endpoints.ready}/{seen.endpoints.total}"
            if has_endpoints(seen.kind)
            else NOTHING,
            external=external_column(spec.get("externalName"), seen.ingress) or NOTHING,
            service=seen.service_name or NOTHING,
            reason=_reason_column(found),
        ),
        conditions=found,
    )
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def _own_service(request: RequestRecord, snapshot: Snapshot) -> ObjectRecord | None:
    """The Service whose facts are told: that of the wanted name, else the one that still stands."""
    own = (record for record in snapshot.owned_by(request.uid) if record.kind == "Service")
    return snapshot.service_of(request) or next(own, None)


def _reason_column(found: Sequence[Condition]) -> str:
    """Why it isn't Ready; if it is, why it has no endpoints, unless it is not to have any."""
    reasons = {each.type: each.reason for each in found}
    truths = {each.type: each.status for each in found}
    ready, endpoints = ConditionType.READY, ConditionType.ENDPOINTS_AVAILABLE
    if truths[ready] != "True" or truths[endpoints] == "True":
        return reasons[ready]
    applies = reasons[endpoints] is not Reason.NOT_APPLICABLE
    return reasons[endpoints] if applies else reasons[ready]


def needs_pods(status: Mapping[str, Any]) -> bool:
    """Whether the pods themselves may tell more than the endpoints do."""
    if status.get("type") == Kind.HEADLESS or depends_on_pods(status):
        return True
    # The slices lack a port: they may be late, or the pods may not have it.
    return _endpoints_reason(status) == Reason.PENDING and bool(status["endpoints"])


def depends_on_pods(status: Mapping[str, Any]) -> bool:
    """Whether pods that are no endpoints yet may change what it tells; nobody watches pods."""
    return _endpoints_reason(status) in _UNEXPLAINED


def awaits_address(status: Mapping[str, Any]) -> bool:
    """Whether a load balancer's address is all that is missing; its controller may say why."""
    told = told_conditions(status)
    programmed, ready = told[ConditionType.PROGRAMMED], told[ConditionType.READY]
    found = programmed["status"], ready["status"], ready["reason"]
    return found == ("True", "False", Reason.PENDING)


def awaits_endpoints(status: Mapping[str, Any]) -> bool:
    """Whether the cluster is about to list the endpoints of a Service that is new or changed.

    Who waits for that, for a moment, has one status to write instead of two.
    """
    return bool(told_conditions(status)[ConditionType.ENDPOINTS_AVAILABLE]["status"] == "Unknown")


def _endpoints_reason(status: Mapping[str, Any]) -> str:
    return str(told_conditions(status)[ConditionType.ENDPOINTS_AVAILABLE]["reason"])


_UNEXPLAINED = (Reason.NO_PODS_MATCH, Reason.PODS_NOT_READY, Reason.TARGET_PORT_NOT_FOUND)
