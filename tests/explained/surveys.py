"""Surveys to ask: a request with a NodePort Service and two ready pods, on two nodes, in two zones.

Every argument changes one thing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from exposer.explained.survey import Node, NodeAddress, Survey
from exposer.observed.pods import BackingPods
from tests.support.builders import (
    Body,
    a_request,
    a_service_body,
    a_service_port,
    a_slice_body,
    an_endpoint,
)

TRUE = [
    {"type": kind, "status": "True", "reason": kind, "message": "it is"}
    for kind in ("Accepted", "Programmed", "Ready")
]
HTTP = a_service_port(80, 8080, name="http", node_port=30080)
LOOKED = BackingPods()
"""A look that found nothing to tell."""
NODES = (
    Node("node1", "a", (NodeAddress("InternalIP", "10.240.0.1"),)),
    Node("node2", "b", (NodeAddress("InternalIP", "10.240.0.2"),)),
)


def a_pod_endpoint(number: int, node: int | None = None, **changes: Any) -> Body:
    """The endpoint of pod web-NUMBER, on the node of that number or another one."""
    on = number if node is None else node
    return an_endpoint(
        f"10.244.{on}.{number}",
        nodeName=f"node{on}",
        zone="ab"[on - 1],
        targetRef={"kind": "Pod", "name": f"web-{number}"},
        **changes,
    )


def not_ready(**conditions: bool) -> Body:
    """The conditions of an endpoint that isn't; and others."""
    return {"ready": False, "serving": False, "terminating": False, **conditions}


def a_slice_of(*endpoints: Body, **changes: Any) -> Body:
    """An EndpointSlice for port http."""
    ports = [{"name": "http", "port": 8080, "protocol": "TCP"}]
    return a_slice_body(**{"ports": ports, "endpoints": list(endpoints), **changes})


EMPTY = a_slice_of()
"""The cluster has looked, and found no pod."""


def a_survey(
    *,
    spec: Mapping[str, Any] | None = None,
    slices: Sequence[Body] | None = None,
    nodes: Sequence[Node] | None = NODES,
    ingress: Sequence[Body] = (),
    conditions: Sequence[Body] = TRUE,
    generation: int = 1,
    backing: BackingPods = LOOKED,
    gaps: Sequence[str] = (),
) -> Survey:
    whole = {
        "type": "NodePort",
        "externalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ports": [HTTP],
        **(spec or {}),
    }
    if slices is None:
        slices = [a_slice_of(a_pod_endpoint(1), a_pod_endpoint(2))]
    status = {"observedGeneration": 1, "conditions": list(conditions)}
    return Survey(
        request=a_request(generation=generation, status=status),
        service=a_service_body(spec=whole, status={"loadBalancer": {"ingress": list(ingress)}}),
        slices=tuple(slices),
        nodes=None if nodes is None else tuple(nodes),
        backing=backing,
        gaps=tuple(gaps),
    )
