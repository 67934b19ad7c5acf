"""Service, Events about it -> what its load balancer's controller reports to be wrong."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

_TOLD = 5  # a range can have a thousand ports
_LONGEST = 300  # characters of a warning; some clouds answer with whole documents

# Kubernetes' own, that warn about Services and make no load balancers (their names are those that
# they give their Event recorders).
_OF_OTHER_THINGS = (
    "endpoint-slice-controller",
    "ipallocator-repair-controller",
    "kube-proxy",
    "portallocator-repair-controller",
)

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


class LoadBalancerWarnings:
    """The newest warning about each of some Services.

    By the Services' uids, so that none is of an earlier Service of the same name. There may be any
    number of Events, so they are taken one by one.
    """

    def __init__(self, uids: Container[str]) -> None:
        """None yet; those about other Services than these don't count."""
        self._uids = uids
        self._newest: dict[str, tuple[tuple[str, int], str]] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in a Warning Event about a Service (events.k8s.io/v1); they come in any order."""
        uid = event["regarding"].get("uid")
        if uid not in self._uids or _controller(event) in ("", *_OF_OTHER_THINGS):
            return
        seen = _last_seen(event)
        if uid not in self._newest or seen >= self._newest[uid][0]:
            self._newest[uid] = seen, _warning(event)

    def of(self, uid: str) -> str:
        """What was said last about a Service; empty if nothing was."""
        return self._newest[uid][1] if uid in self._newest else ""


def _controller(event: Mapping[str, Any]) -> str:
    """Who says it; recorders of core/v1 Events may give the component only."""
    source = event.get("deprecatedSource") or {}
    return event.get("reportingController") or source.get("component") or ""


def _last_seen(event: Mapping[str, Any]) -> tuple[str, int]:
    """When it was seen last, and for those of one moment, which was written last.

    Texts sort by time without their "Z", as only some have fractions of a second before it.
    """
    times = (
        (event.get("series") or {}).get("lastObservedTime"),
        event.get("deprecatedLastTimestamp"),
        event.get("eventTime"),
        event["metadata"]["creationTimestamp"],
    )
    latest = max(time.removesuffix("Z") for time in times if time)
    return latest, int(event["metadata"]["resourceVersion"])


def _warning(event: Mapping[str, Any]) -> str:
    """Its words on one line, without what a terminal or a browser would take for commands."""
    note = (event.get("note") or "")[: 4 * _LONGEST]  # that of a core/v1 Event may be anything
    said = ": ".join(filter(None, (event.get("reason"), note)))
    words = f"{_controller(event)} says: {said}"
    line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
