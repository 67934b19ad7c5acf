"""Every change that a request can go through, and what it is to cost: tests and docs read this."""

from typing import Any, NamedTuple

from tests.support.changing import Row, Spec


class Case(NamedTuple):
    """A change from one spec to another, and what it is to cost."""

    old: str
    new: str
    before: Spec
    after: Spec
    row: Row

    def __str__(self) -> str:
        return f"{self.old} to {self.new}"


KINDS: dict[str, tuple[str, ...]] = {
    "ClusterIP": ("80:8080", "https=443"),
    "NodePort": ("!80:8080", "!https=443"),
    "LoadBalancer": ("^80:8080", "^https=443"),
    "Headless": ("#80:8080", "#https=443"),
    "ExternalName": ("@db.example.com",),
}
_ADDRESSES = {"addresses": ["192.0.2.10", "2001:db8::10"]}

_KIND_ROWS: dict[tuple[str, str], Row] = {
    ("ClusterIP", "NodePort"): Row(True, "kept", "new", 2),
    ("ClusterIP", "LoadBalancer"): Row(True, "kept", "new", 2),
    ("ClusterIP", "Headless"): Row(False, "gone", "none", 3),
    ("ClusterIP", "ExternalName"): Row(True, "gone", "none", 4),
    ("NodePort", "ClusterIP"): Row(True, "kept", "gone", 2),
    ("NodePort", "LoadBalancer"): Row(True, "kept", "kept", 2),
    ("NodePort", "Headless"): Row(False, "gone", "gone", 3),
    ("NodePort", "ExternalName"): Row(True, "gone", "gone", 4),
    ("LoadBalancer", "ClusterIP"): Row(True, "kept", "gone", 2),
    ("LoadBalancer", "NodePort"): Row(True, "kept", "kept", 2),
    ("LoadBalancer", "Headless"): Row(False, "gone", "gone", 3),
    ("LoadBalancer", "ExternalName"): Row(True, "gone", "gone", 4),
    ("Headless", "ClusterIP"): Row(False, "new", "none", 3),
    ("Headless", "NodePort"): Row(False, "new", "new", 3),
    ("Headless", "LoadBalancer"): Row(False, "new", "new", 3),
    ("Headless", "ExternalName"): Row(True, "none", "none", 4),
    ("ExternalName", "ClusterIP"): Row(True, "new", "none", 2),
    ("ExternalName", "NodePort"): Row(True, "new", "new", 2),
    ("ExternalName", "LoadBalancer"): Row(True, "new", "new", 2),
    ("ExternalName", "Headless"): Row(True, "none", "none", 2),
}

_ADDRESS_ROWS: dict[tuple[str, str], Row] = {
    ("ClusterIP", "ClusterIP, addresses"): Row(True, "kept", "none", 7),
    ("NodePort", "NodePort, addresses"): Row(True, "kept", "kept", 7),
    ("LoadBalancer", "LoadBalancer, addresses"): Row(True, "kept", "kept", 7),
    ("Headless", "Headless, addresses"): Row(True, "none", "none", 7),
    ("ExternalName", "ClusterIP, addresses"): Row(True, "new", "none", 5),
    ("ClusterIP, addresses", "ClusterIP"): Row(True, "kept", "none", 5),
    ("NodePort, addresses", "NodePort"): Row(True, "kept", "kept", 5),
    ("LoadBalancer, addresses", "LoadBalancer"): Row(True, "kept", "kept", 5),
    ("Headless, addresses", "Headless"): Row(True, "none", "none", 5),
    ("ClusterIP, addresses", "ExternalName"): Row(True, "gone", "none", 5),
    ("NodePort, addresses", "ExternalName"): Row(True, "gone", "gone", 5),
    ("LoadBalancer, addresses", "ExternalName"): Row(True, "gone", "gone", 5),
    ("Headless, addresses", "ExternalName"): Row(True, "none", "none", 5),
    ("ExternalName", "NodePort, addresses"): Row(True, "new", "new", 5),
    ("ExternalName", "LoadBalancer, addresses"): Row(True, "new", "new", 5),
    ("ExternalName", "Headless, addresses"): Row(True, "none", "none", 5),
}


def ports(*strings: str, **template: Any) -> Spec:
    """A spec of port strings and fields of the template."""
    spec: Spec = {"ports": list(strings)}
    return spec | ({"serviceTemplate": {"spec": template}} if template else {})


def _spec(name: str) -> Spec:
    kind, _, target = name.partition(", ")
    return ports(*KINDS[kind]) | (_ADDRESSES if target else {})


def _between(rows: dict[tuple[str, str], Row]) -> list[Case]:
    return [Case(old, new, _spec(old), _spec(new), row) for (old, new), row in rows.items()]


OF_KIND = _between(_KIND_ROWS)
OF_TARGET = _between(_ADDRESS_ROWS)

_IN_PLACE = Row(True, "kept", "none", 2)
_OUTSIDE = Row(True, "kept", "kept", 2)
_REPLACED = Row(False, "new", "kept", 4)
_BOTH = {"ipFamilyPolicy": "RequireDualStack"}
_LOCAL = {"externalTrafficPolicy": "Local"}

OF_PORTS = [
    Case("port", "one more", ports("!80"), ports("!80", "!81"), _OUTSIDE),
    Case("two ports", "one of them", ports("!80", "!81"), ports("!81"), _OUTSIDE),
    Case("target", "another", ports("!80:8080"), ports("!80:http"), _OUTSIDE),
    Case("named port", "another number", ports("!web=80"), ports("!web=81"), _OUTSIDE),
    Case("named port", "another protocol", ports("!web=80"), ports("!web=80/udp"), _OUTSIDE),
    Case("TCP", "TCP and UDP", ports("!53"), ports("!53", "!53/udp"), _OUTSIDE),
    Case("TCP and UDP", "UDP", ports("!53", "!53/udp"), ports("!53/udp"), _OUTSIDE),
    Case(
        "names", "the other way round", ports("!a=80", "!b=81"), ports("!b=80", "!a=81"), _OUTSIDE
    ),
    Case(
        "names and protocols",
        "the other way round",
        ports("a=53", "b=53/udp"),
        ports("b=53", "a=53/udp"),
        _IN_PLACE,
    ),
    Case("node port", "any", ports("!31500:80:80"), ports("!80"), _OUTSIDE),
    Case(
        "node port",
        "another",
        ports("!31501:80:80"),
        ports("!31502:80:80"),
        Row(True, "kept", "new", 2),
    ),
    Case("node port", "for another port", ports("!31503:80:80"), ports("!31503:81:81"), _OUTSIDE),
    Case(
        "node ports",
        "the other way round",
        ports("!31504:80:80", "!31505:81:81"),
        ports("!31505:80:80", "!31504:81:81"),
        _OUTSIDE,
    ),
    Case(
        "node port",
        "for TCP and UDP",
        ports("!31506:53:53"),
        ports("!31506:53:53", "!31506:53:53/udp"),
        _OUTSIDE,
    ),
    Case(
        "node port for TCP and UDP",
        "for UDP",
        ports("!31507:53:53", "!31507:53:53/udp"),
        ports("!31507:53:53/udp"),
        _OUTSIDE,
    ),
    Case(
        "two NodePorts",
        "ClusterIP of one of them and another",
        ports("!31508:80:80", "!81"),
        ports("81", "82"),
        Row(True, "kept", "gone", 2),
    ),
    Case("port", "an appProtocol", ports("!80"), ports("!80/http"), _OUTSIDE),
    Case("appProtocol", "another", ports("!80/http"), ports("!80/h2c"), _OUTSIDE),
    Case("appProtocol", "none", ports("!80/http"), ports("!80"), _OUTSIDE),
    Case("headless with a port", "without", ports("#80"), ports("#"), Row(True, "none", "none", 2)),
]

OF_TEMPLATE = [
    Case(
        "clusterIP", "none asked for", ports("!80", clusterIP="10.96.0.151"), ports("!80"), _OUTSIDE
    ),
    Case(
        "any ClusterIP",
        "one asked for",
        ports("!80"),
        ports("!80", clusterIP="10.96.0.152"),
        _REPLACED,
    ),
    Case(
        "clusterIP",
        "another",
        ports("80", clusterIP="10.96.0.153"),
        ports("80", clusterIP="10.96.0.154"),
        Row(False, "new", "none", 3),
    ),
    Case("IPv4", "ipFamilies IPv6", ports("!80"), ports("!80", ipFamilies=["IPv6"]), _REPLACED),
    Case(
        "one IP family",
        "ipFamilyPolicy RequireDualStack",
        ports("80"),
        ports("80", **_BOTH),
        _IN_PLACE,
    ),
    Case(
        "ipFamilyPolicy RequireDualStack",
        "SingleStack",
        ports("80", **_BOTH),
        ports("80", ipFamilyPolicy="SingleStack"),
        _IN_PLACE,
    ),
    Case("ipFamilyPolicy RequireDualStack", "unsaid", ports("80", **_BOTH), ports("80"), _IN_PLACE),
    Case(
        "ipFamilies IPv4, IPv6",
        "ipFamilies IPv4, and no policy",
        ports("80", **_BOTH, ipFamilies=["IPv4", "IPv6"]),
        ports("80", ipFamilies=["IPv4"]),
        _IN_PLACE,
    ),
    Case(
        "no loadBalancerClass",
        "one",
        ports("^80"),
        ports("^80", loadBalancerClass="x/y"),
        _REPLACED,
    ),
    Case(
        "loadBalancerClass",
        "another",
        ports("^80", loadBalancerClass="x/y"),
        ports("^80", loadBalancerClass="x/z"),
        _REPLACED,
    ),
    Case(
        "loadBalancerClass",
        "unsaid",
        ports("^80", loadBalancerClass="x/y"),
        ports("^80"),
        _REPLACED,
    ),
    Case(
        "LoadBalancer with every field",
        "NodePort with none",
        ports(
            "^80",
            **_LOCAL,
            loadBalancerClass="x/y",
            healthCheckNodePort=31510,
            loadBalancerSourceRanges=["192.0.2.0/24"],
            allocateLoadBalancerNodePorts=True,
            sessionAffinity="ClientIP",
            internalTrafficPolicy="Local",
            trafficDistribution="PreferClose",
            publishNotReadyAddresses=True,
        ),
        ports("!80"),
        _OUTSIDE,
    ),
    Case(
        "any healthCheckNodePort",
        "one asked for",
        ports("^80", **_LOCAL),
        ports("^80", **_LOCAL, healthCheckNodePort=31511),
        Row(True, "kept", "kept", 3),
    ),
    Case("externalTrafficPolicy Local", "Cluster", ports("^80", **_LOCAL), ports("^80"), _OUTSIDE),
    Case(
        "LoadBalancer with node ports",
        "allocateLoadBalancerNodePorts false",
        ports("^80"),
        ports("^80", allocateLoadBalancerNodePorts=False),
        Row(True, "kept", "gone", 2),
    ),
    Case(
        "allocateLoadBalancerNodePorts false",
        "unsaid",
        ports("^80", allocateLoadBalancerNodePorts=False),
        ports("^80"),
        Row(True, "kept", "new", 2),
    ),
    Case(
        "sessionAffinity ClientIP",
        "unsaid",
        ports(
            "80",
            sessionAffinity="ClientIP",
            sessionAffinityConfig={"clientIP": {"timeoutSeconds": 5}},
        ),
        ports("80"),
        _IN_PLACE,
    ),
    Case("selector", "another", ports("80"), ports("80") | {"selector": {"app": "b"}}, _IN_PLACE),
]
