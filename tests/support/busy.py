"""A namespace in which the operator has to do everything that it ever does."""

from tests.support.space import Space

_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_STANDING = ("changed", "moved", "addresses", "emptied")

READY = (
    *_STANDING,
    "new",
    "unready",
    *(f"to-{kind.lower()}" for kind in (*_WORKLOADS, "Pod", "Service")),
)
"""The requests that end up Ready."""
_WARNED = (
    "waiting for a load balancer controller to give the Service an address; "
    "service-controller says: SyncLoadBalancerFailed: no quota"
)
_TAKEN = ("taken", "taken-too")
"""Those that don't, as somebody else has their Endpoints, or their EndpointSlice."""


def prepare(space: Space) -> None:
    """Make what is to be there before: targets, foreign endpoints, and the first requests."""
    space.create("Endpoints", "taken", subsets=[])
    slices = {"addressType": "IPv4", "endpoints": [], "ports": []}
    space.create("EndpointSlice", "taken-too-exposer-ipv4", **slices)
    for kind in _WORKLOADS:
        labels = {"app": kind.lower()}
        pod = {"containers": [{"name": "web", "image": "none"}]}
        template = {"metadata": {"labels": labels}, "spec": pod}
        space.create(
            kind, "target", spec={"selector": {"matchLabels": labels}, "template": template}
        )
    space.create_pod("target", {"app": "pod"})
    space.create("Service", "target", spec={"ports": [{"port": 80}], "selector": {"app": "any"}})
    space.expose("80:http", name="changed")
    space.expose("80", name="moved", serviceName="before")
    space.expose("80", name="addresses", addresses=["192.0.2.1"])
    space.expose("80", name="emptied", addresses=["192.0.2.1"])
    space.expose("^80", name="balanced")


def until_prepared(space: Space) -> None:
    """Wait until an operator has carried out the first requests."""
    for name in _STANDING:
        space.until_ready(name)
    space.until_refused("balanced", "Pending")


def change(space: Space) -> None:
    """Have all else to be done: what is changed, by others too, what is to go, what is new."""
    space.ask("changed", ports=["81:http"])
    space.patch("Service", "changed", {"spec": {"externalIPs": ["192.0.2.4"]}})
    space.ask("moved", serviceName="after")
    space.ask("addresses", addresses=["192.0.2.2"])
    space.ask("emptied", addresses=None)
    space.warn("balanced", "SyncLoadBalancerFailed", "no quota")
    space.create_pod("unready", {"app": "unready"}, ready=False)
    space.expose("80", name="unready")
    space.expose("80", name="new", addresses=["192.0.2.3"])
    for name in _TAKEN:
        space.expose("80", name=name, addresses=["192.0.2.3"])
    for kind in (*_WORKLOADS, "Pod", "Service"):
        space.expose("80", name=f"to-{kind.lower()}", targetRef={"kind": kind, "name": "target"})


def until_done(space: Space) -> None:
    """Wait until an operator has done all of it."""
    for name in READY:
        space.until_ready(name)
    for name in _TAKEN:
        space.until_refused(name, "ServiceConflict")
    space.until_refused("unready", "PodsNotReady", "EndpointsAvailable")
    space.until_told("Ready", _WARNED, "balanced")
    space.until_gone("Service", "before")
    space.until_gone("EndpointSlice", "emptied-exposer-ipv4")
