"""Service -> what its load balancer's controller reports to be wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_TOLD = 5  # a range can have a thousand ports

_PORTS_ERROR = "LoadBalancerPortsError"
"""The type of the condition (core/v1 LoadBalancerPortsError)."""


def load_balancer_errors(
    conditions: Sequence[Mapping[str, Any]], load_balancer: Mapping[str, Any]
) -> list[str]:
    """What is wrong, the first few; empty if nothing is.

    Args:
        conditions: Those of the Service's status.
        load_balancer: The Service's ``status.loadBalancer``.
    """
    errors = [*_of_the_service(conditions), *_of_ports(load_balancer)]
    more = len(errors) - _TOLD
    return [*errors[:_TOLD], *([f"and {more} more"] if more > 0 else [])]


def _of_the_service(conditions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for condition in conditions:
        if condition.get("type") == _PORTS_ERROR and condition.get("status") == "True":
            yield ": ".join(filter(None, (condition.get("reason"), condition.get("message"))))


def _of_ports(load_balancer: Mapping[str, Any]) -> Iterator[str]:
    for way in load_balancer.get("ingress") or ():
        for port in way.get("ports") or ():
            if port.get("error"):
                place = way.get("ip") or way.get("hostname")
                yield f"port {port['port']}/{port['protocol']} at {place}: {port['error']}"
