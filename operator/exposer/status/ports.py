"""Service -> the port rows of the status and the columns that show them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exposer.api.report import LoadBalancerIngress, PortStatus

_SHOWN = 16  # ports in a column; a range can have a thousand


def port_rows(spec: Mapping[str, Any]) -> list[PortStatus]:
    """The Service's ports with what the cluster allocated."""
    return [
        PortStatus(
            name=port.get("name", ""),
            port=port["port"],
            target_port=port["targetPort"],
            node_port=port.get("nodePort"),
            protocol=port["protocol"],
            app_protocol=port.get("appProtocol"),
        )
        for port in spec.get("ports") or ()
    ]


def ports_column(rows: Sequence[PortStatus]) -> str:
    """As `kubectl get service` prints them: ``80:30080/TCP,443/TCP``."""
    shown = [_port(row) for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        shown.append(f"+{len(rows) - _SHOWN} more")
    return ",".join(shown)


def ingress_rows(load_balancer: Mapping[str, Any]) -> list[LoadBalancerIngress]:
    """The ways in that the load balancer's controller wrote into the Service."""
    return [
        LoadBalancerIngress(ip=way.get("ip"), hostname=way.get("hostname"))
        for way in load_balancer.get("ingress") or ()
    ]


def external_column(name: str | None, ingress: Iterable[LoadBalancerIngress]) -> str:
    """The external name, or the load balancer's addresses."""
    return name or ",".join(way.ip or way.hostname or "" for way in ingress)


def _port(row: PortStatus) -> str:
    node_port = "" if row.node_port is None else f":{row.node_port}"
    return f"{row.port}{node_port}/{row.protocol}"
