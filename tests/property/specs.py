"""Whole specs: valid ones, ones that are nearly valid, and ones that are nothing of the kind."""

from typing import Any

from hypothesis import strategies as st

from tests.property.strategies import DIGITS, LETTERS, any_text, labels, port_strings

Spec = dict[str, Any]
Strings = list[str]

_SMALL = st.sampled_from(
    ["1", "2", "3", "10", "1-3", "2-4", "9-11", "3-1", "1-1", "65535", "65536"]
)
_TARGETS = st.one_of(_SMALL, st.sampled_from(["http", "2-udp", "1-a", "80000-a", "a--b", "1-2"]))
_NAMES = st.sampled_from(["", "a=", "a-1=", "a-2=", "1=", "1-1=", "2-2=", "3-3-udp=", "a-2-udp="])
_PROTOCOLS = st.sampled_from(
    ["", "", "/tcp", "/udp", "/sctp", "/http", "/ws", "/tcp+a", "/tcp+b.c/udp", "/udp+http"]
)
_LAST_LABELS = ["1", "0", "0x", "0x1f", "0xg", "x0", "localhost", "alocalhost", "localhost.", "1."]
_ODD_PROTOCOLS = [
    *[
        "http+a",
        "h2c+b",
        "HTTP",
        "TCP",
        "tcp+",
        "tcp+a/",
        "tcp+/a",
        "tcp+a/b/c",
        "tcp++a",
        "tcp+a+b",
    ],
    *["tcp+-a", "tcp+a-", "tcp+A.com/a", "tcp+a.com/A", "tcp+a_b", "tcp+a_b/c", "tcp+a..b/c", "+a"],
    *["tcp+a=b", "tcp+a:b", "tcp+a/udp", "udp+a/sctp", "tcp+a b", "tcp+\n", "tcp/udp", "tcp+0"],
]
_SIGNS = st.sampled_from(["", "!", "^", "#"])
_ODD_TYPES: st.SearchStrategy[Any] = st.sampled_from([None, True, 0, 1.0, 1.5, "", "1", [], {}])


@st.composite
def close_strings(draw: st.DrawFn) -> Strings:
    """Strings of one kind with few numbers and names, so that many clash."""
    sign = draw(_SIGNS)
    strings = []
    for _ in range(draw(st.integers(1, 4))):
        parts = [draw(_SMALL)]
        if draw(st.booleans()):
            parts.append(draw(_TARGETS))
            if sign in ("!", "^") and draw(st.booleans()):
                parts.insert(0, draw(_SMALL))
        strings.append(f"{sign}{draw(_NAMES)}{':'.join(parts)}{draw(_PROTOCOLS)}")
    return strings


@st.composite
def long_strings(draw: st.DrawFn) -> str:
    """Strings around the limits of lengths."""
    label = draw(st.sampled_from(LETTERS)) * draw(
        st.sampled_from([1, 15, 16, 57, 58, 61, 62, 63, 64])
    )
    forms = [
        f"{label}=80",
        f"!{label}=9-10:80-81",
        f"{label}=80-80:90-90",
        f"80:{label}",
        f"@{label}",
        f"@{'.'.join([label] * draw(st.integers(1, 5)))}",
        "80" * draw(st.integers(120, 132)),
        f"@{draw(_SMALL)}",
        f"@1-{draw(_SMALL)}000",
        f"@{draw(st.sampled_from(['a.', '', 'a..']))}{draw(st.sampled_from(_LAST_LABELS))}",
        f"80/tcp+{label}",
        f"80/tcp+{label}/{label}",
        f"80/sctp+{'.'.join([label] * draw(st.integers(1, 5)))}/{label}",
        f"80/{draw(st.sampled_from(_ODD_PROTOCOLS))}",
    ]
    return draw(st.sampled_from(forms))


lists_of_strings = st.one_of(
    close_strings(),
    st.lists(port_strings, min_size=1, max_size=3),
    st.lists(any_text, min_size=1, max_size=2),
    st.lists(long_strings(), min_size=1, max_size=2),
    st.lists(st.one_of(port_strings, st.sampled_from(["#", "@host", "80", "!80"])), max_size=3),
    st.lists(
        st.integers(1, 65000).map(lambda first: f"{first}-{first + 499}"), min_size=1, max_size=3
    ),
)
"""What may stand in ``spec.ports``."""

_VALID_ADDRESSES = st.one_of(
    st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:DB8:0::1"]),
    st.ip_addresses().map(str),
)
_ADDRESSES = st.one_of(
    st.sampled_from(
        [
            "192.0.2.1",
            "192.0.2.01",
            "192.0.2.1/32",
            "192.0.2.256",
            "127.0.0.1",
            "169.254.0.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "0.0.0.0",
            "0.0.0.1",
            "10.0.0.1",
            "::",
            "::1",
            "::2",
            "::192.0.2.1",
            "::ffff:192.0.2.1",
            "2001:db8::1",
            "2001:DB8:0::1",
            "2001:db8:0:0:0:0:0:1",
            "2001:db8::1::",
            "2001:db8:0:0:0:0:0:1:2",
            "fe80::1",
            "fe80::1%eth0",
            "2001:db8::1%eth0",
            "fec0::1",
            "fc00::1",
            "ff02::1",
            "ff0e::1",
            "64:ff9b::192.0.2.1",
            "None",
            "",
            " 192.0.2.1",
        ]
    ),
    _VALID_ADDRESSES,
    _VALID_ADDRESSES,
    st.text(DIGITS + "abcdef:.%", max_size=50),
    st.lists(st.integers(0, 300).map(str), min_size=3, max_size=5).map(".".join),
    st.lists(st.sampled_from(["", "0", "1", "00001", "ffff"]), max_size=9).map(":".join),
)
_RANGES = st.one_of(
    st.sampled_from(["192.0.2.0/24", "10.0.0.0/8", "::/0", "2001:db8::/32"]),
    st.sampled_from(["192.0.2.1/24", "010.0.0.0/8", "::ffff:0:0/96", "fe80::%a/64", "192.0.2.1"]),
    st.tuples(
        _ADDRESSES,
        st.sampled_from(
            ["0", "8", "08", "24", "32", "33", "128", "129", "-1", "", "+8", "255.0.0.0", "/8"]
        ),
    ).map("/".join),
)
_MAPS = st.dictionaries(
    st.one_of(
        labels(),
        st.sampled_from(["app.kubernetes.io/managed-by", "app", "a_b.C", "example.com/a"]),
        st.sampled_from(
            ["", "A.com/a", "a/b/c", "/a", "a/", "-a", "a-", "a b", "\u212a", "a" * 64]
        ),
    ),
    st.one_of(st.sampled_from(["", "a", "A_b.c", "a" * 63, "a" * 64, "-a"]), st.text(max_size=5)),
    max_size=2,
)
_POLICIES = st.sampled_from(["Cluster", "Local", "Local", "Cluster", "None"])
_TEMPLATE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "sessionAffinity": st.sampled_from(["None", "ClientIP", "ClientIP", "clientIP"]),
    "sessionAffinityConfig": st.one_of(
        st.integers(1, 86400).map(lambda seconds: {"clientIP": {"timeoutSeconds": seconds}}),
        st.integers(-1, 86401).map(lambda seconds: {"clientIP": {"timeoutSeconds": seconds}}),
        st.sampled_from([{}, {"clientIP": {}}, {"clientIP": {"timeoutSeconds": "5"}}]),
    ),
    "externalTrafficPolicy": _POLICIES,
    "internalTrafficPolicy": _POLICIES,
    "trafficDistribution": st.sampled_from(["PreferClose", "PreferSameZone", "Close"]),
    "publishNotReadyAddresses": st.booleans(),
    "ipFamilyPolicy": st.sampled_from(["SingleStack", "RequireDualStack", "DualStack"]),
    "ipFamilies": st.lists(st.sampled_from(["IPv4", "IPv6", "IPv4", "IPv6", "IPv5"]), max_size=3),
    "loadBalancerClass": st.one_of(
        st.just("example.com/class"), labels(), st.text(max_size=10), st.just(f"a/{'a' * 64}")
    ),
    "loadBalancerSourceRanges": st.lists(_RANGES, max_size=2),
    "allocateLoadBalancerNodePorts": st.booleans(),
    "healthCheckNodePort": st.one_of(st.just(0), st.integers(-1, 65536)),
    "clusterIP": _ADDRESSES,
}


@st.composite
def _fields(draw: st.DrawFn, fields: dict[str, st.SearchStrategy[Any]], most: int = 2) -> Spec:
    """A few of the fields; now and then one of another type, or one that there isn't."""
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=most))
    result = {field: draw(fields[field]) for field in chosen}
    if draw(st.integers(0, 31)) == 0:
        result[draw(st.sampled_from([*sorted(fields), "unknown"]))] = draw(_ODD_TYPES)
    return result


_template_specs = _fields(_TEMPLATE_FIELDS, 3)
_SPEC_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "selector": _MAPS,
    "targetRef": _fields(
        {
            "kind": st.sampled_from(["Deployment", "Pod", "Job"]),
            "name": st.sampled_from(["web", "", "a" * 254]),
        }
    ),
    "addresses": st.lists(_ADDRESSES, max_size=3),
    "serviceName": st.one_of(labels(), st.sampled_from(["web", "1web", "", "web\n", "a" * 64])),
    "serviceTemplate": _fields(
        {
            "metadata": _fields({"labels": _MAPS, "annotations": _MAPS}),
            "spec": _template_specs,
        }
    ),
}
_PLAIN = st.sampled_from([["80"], ["!80"], ["^80"], ["^80"], ["#80"], ["@host"], ["80:http"]])


@st.composite
def whole_specs(draw: st.DrawFn) -> Spec:
    """A spec of any kind; what of it is not looked at is right more often than not."""
    return draw(
        st.one_of(
            st.builds(lambda ports, rest: {"ports": ports} | rest, _PLAIN, _fields(_SPEC_FIELDS)),
            st.builds(
                lambda ports, rest: {"ports": ports} | rest, lists_of_strings, _fields(_SPEC_FIELDS)
            ),
            st.builds(
                lambda ports, spec: {"ports": ports, "serviceTemplate": {"spec": spec}},
                _PLAIN,
                _template_specs,
            ),
            st.builds(
                lambda ports, addresses: {"ports": ports, "addresses": addresses},
                _PLAIN,
                st.lists(_ADDRESSES, min_size=1, max_size=2),
            ),
            st.builds(
                lambda ranges: {
                    "ports": ["^80"],
                    "serviceTemplate": {"spec": {"loadBalancerSourceRanges": ranges}},
                },
                st.lists(_RANGES, min_size=1, max_size=2),
            ),
        )
    )


request_names = st.one_of(
    st.just("web"),
    st.just("web"),
    st.just("web"),
    labels(),
    st.lists(labels(20), min_size=2, max_size=4).map(".".join),
    st.sampled_from(["a" * 63, "a" * 64, "1", "a"]),
)
"""Names that a custom resource may have."""
