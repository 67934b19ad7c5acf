"""EndpointSlices -> the rows of the status and their summary."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from exposer.api.report import MAX_ENDPOINTS, EndpointStatus, EndpointSummary, TargetReference
from exposer.observed import ObjectRecord


def endpoint_rows(slices: Iterable[ObjectRecord]) -> list[EndpointStatus]:
    """One row an address, sorted by address: IPv4 first, numerically.

    While the cluster moves an endpoint between slices it may be in two of them for a moment
    (KEP-752); then its row joins both.
    """
    rows: dict[str, EndpointStatus] = {}
    for record in slices:
        for row in _rows(record.body):
            other = rows.get(row.ip)
            rows[row.ip] = row if other is None else _joined(other, row)
    return sorted(rows.values(), key=_by_address)


def endpoint_summary(rows: list[EndpointStatus]) -> EndpointSummary:
    """The counts of all rows; the status shows the first of them only."""
    return EndpointSummary(
        ready=sum(row.ready for row in rows),
        total=len(rows),
        truncated=len(rows) > MAX_ENDPOINTS,
    )


def _rows(body: Mapping[str, Any]) -> Iterator[EndpointStatus]:
    if body["addressType"] == "FQDN":
        return
    ports = sorted(port["port"] for port in body["ports"] if port.get("port"))
    for endpoint in body["endpoints"]:
        conditions = endpoint.get("conditions", {})
        ready = conditions.get("ready") is not False  # unknown counts as ready (discovery/v1)
        serving = conditions.get("serving")
        for address in endpoint.get("addresses", ()):
            yield EndpointStatus(
                ip=address,
                ports=ports,
                ready=ready,
                serving=ready if serving is None else serving,
                terminating=bool(conditions.get("terminating")),
                node_name=endpoint.get("nodeName"),
                zone=endpoint.get("zone"),
                target_ref=_target(endpoint.get("targetRef")),
            )


def _target(reference: Mapping[str, str] | None) -> TargetReference | None:
    return None if reference is None else TargetReference(**reference)


def _joined(one: EndpointStatus, other: EndpointStatus) -> EndpointStatus:
    newer = one if one.ready >= other.ready else other
    return newer.model_copy(update={"ports": sorted({*one.ports, *other.ports})})


def _by_address(row: EndpointStatus) -> tuple[int, int]:
    address = ipaddress.ip_address(row.ip)
    return address.version, int(address)
