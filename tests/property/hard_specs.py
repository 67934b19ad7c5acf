"""Specs at the edges of the rules, which chance does not find in a short run."""

from typing import Any


def _template(**fields: Any) -> dict[str, Any]:
    return {"serviceTemplate": {"spec": fields}}


_LONG = "a" * 63
_STRINGS: list[list[str]] = [
    [f"{_LONG}=80-80"],
    [f"{_LONG}=80:1-1"],
    ["a" * 57 + "=99-100"],
    ["a" * 59 + "=99-100"],
    ["a" * 60 + "=9-10"],
    ["a" * 61 + "=9-10"],
    [f"!{'a' * 60}=100-101:9-10:100-101"],
    ["@" + ".".join([_LONG] * 3 + ["a" * 61])],
    ["@" + ".".join([_LONG] * 3 + ["a" * 62])],
    ["@5-3"],
    ["@1-2000"],
    ["@70000"],
    ["@1", "@1"],
    ["100000"],
    ["8-800000"],
    ["80-80:90-90", "81:90"],
    ["80:1", "81:01"],
    ["80-80=1"],
    ["80-http=1", "80:http"],
    ["80-http=1", "80:http/udp"],
    ["53:5353-udp", "53:5353/udp"],
    ["a-udp=80", "a=81/udp"],
    ["1-3/sctp", "2-2-sctp=7/udp"],
    ["1-3/sctp", "2-2-sctp=7", "2-2=9"],
    ["1-3:11-13", "2-12=99"],
    ["1-3:11-13", "2-13=99"],
    ["80=8000-8003", "80:8001"],
    ["80-82:8000-8002", "80=8000-8003/udp"],
    ["80-82:8000-8002", "81=8002-8003/udp"],
    ["a=1-3", "a-4=9"],
    ["a=1-3", "a-3=9"],
    ["a=1-3", "a-03=9"],
    ["a=1-3/tcp", "a=2-4/udp"],
    ["a--udp=1", "a-=2"],
    ["!1-2:3-4:5-6", "!2:5:7", "!2:6:8/udp"],
    ["1-65535"] * 100,
    ["1-1000"],
    ["1-1000", "1001"],
    ["80"] * 100,
    ["80"] * 101,
    [f"{'a' * 200}={port}" for port in range(1, 101)],
    [
        f"!{'n' * 54}{i:03}={9000 + i * 9}-{9008 + i * 9}:{1 + i * 9}-{9 + i * 9}"
        for i in range(100)
    ],
    ["80\n"],
    ["@a\n"],
    ["80\u2028"],
    ["\uff18\uff10"],
    ["80\0"],
    ["\ud800"],
    ["\U0001f600" * 427],
    ["\U0001f600" * 428],
    ["@db.example.com."],
    ["@."],
    ["@" + ".".join([_LONG] * 3 + ["a" * 61]) + "."],
    ["@" + ".".join([_LONG] * 3 + ["a" * 61]) + ".."],
    ["@127.1"],
    ["@2130706433"],
    ["@0x7f000001."],
    ["@0x7f.0xg"],
    ["@localhost"],
    ["@a.localhost."],
    ["@alocalhost"],
    ["80", "80/http"],
    ["80/http", "80/udp+http"],
    ["80/tcp+a.b/udp", "80/udp"],
    ["80/tcp+a.b/udp", "80"],
    ["80/tcp+a.b/81", "81"],
    ["53-53-udp=80", "53/udp+a.b/tcp"],
    ["1-3/udp+x", "2-2-udp=7/sctp"],
    ["a=1-3/http", "a-2=9/h2c"],
    [f"80/tcp+{_LONG}"],
    [f"80/tcp+{_LONG}a"],
    [f"80/tcp+{_LONG}a/a"],
    [f"80/tcp+a/{_LONG}a"],
    [f"80/tcp+{'a' * 253}/a"],
    [f"80/tcp+{'a' * 254}/a"],
    [f"{_LONG}a=80/tcp+a"],
    ["80/tcp+1.5-0/000000"],
    [f"!{_LONG}=10000-10000:20000-20000:abcdefghijklmno/sctp+{'a.' * 126}a/{_LONG}"],
    [f"!{_LONG}=10000-10000:20000-20000:abcdefghijklmno/sctp+{'a.' * 126}a/{_LONG}a"],
    [],
]
_ADDRESSES = [
    "255.255.255.255",
    "240.0.0.1",
    "239.0.0.1",
    "ff0e::1",
    "fe80::1%eth0",
    "::ffff:192.0.2.1",
    "::192.0.2.1",
    "1:2:3:4:5:6:7::",
    "::1%",
    "192.0.2.1 ",
    "169.254.169.254",
    "168.63.129.16",
    "168.63.129.17",
    "100.100.100.200",
    "100.100.100.20",
    "192.0.0.192",
    "fd00:ec2::254",
    "FD00:0EC2:0::254",
    "fd00:ec2:1:2:3:4:5:6",
    "fd00:ec20::254",
    "fd20:ce::254",
    "fd20:ce::253",
    "fd00:c1::a9fe:a9fe",
    "fd00:100::100:200",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "::169.254.169.254",
    "::a9fe:a9fe",
    "::a9fe",
    "::a9fe:a9fe:a9fe",
    "::1:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::192.0.2.1",
    "64:ff9b::1:a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "64:ff9b:1:a9fe:a9fe::1",
    "64:ff9b:2::a9fe:a9fe",
    "2002:c000:c01::",
    "2002:1:a9fe:a9fe::",
]
_RANGES = [
    "10.0.0.1/8",
    "10.0.0.0/08",
    "10.0.0.0/00",
    "10.0.0.0/-0",
    "10.0.0.0/+8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/0.255.255.255",
    "10.0.0.0/33",
    "10.0.0.0/\u0663",
    "10.0.0.0",
    "::/0",
    "::1/128",
    "::1/129",
    "::ffff:0:0/96",
    "fe80::%eth0/64",
]
_FIELDS: list[dict[str, Any]] = [
    {"selector": {}},
    {"selector": None},
    {"selector": {"a": 1}},
    {"selector": {"a": None}},
    {"serviceName": None},
    {"serviceName": "web\n"},
    {"serviceTemplate": {}},
    {"serviceTemplate": {"spec": None, "metadata": None}},
    {"serviceTemplate": {"metadata": {"labels": {"a": None}}}},
    _template(ipFamilies=["IPv4", "IPv4"]),
    _template(publishNotReadyAddresses=1),
    _template(publishNotReadyAddresses="true"),
    *(
        _template(
            sessionAffinity="ClientIP",
            sessionAffinityConfig={"clientIP": {"timeoutSeconds": seconds}},
        )
        for seconds in (True, "5", 5.0, 5.5, None)
    ),
]

_KEYS = [
    *("a", "a_b.C", "example.com/a", "A.com/a", "a/b/c", "/a", "a/", "", "-a", "a-", "a b", "a\n"),
    *("\u212a", "\u00e4", "a" * 63, "a" * 64, f"{'a' * 253}/{_LONG}", f"{'a' * 254}/a", "a" * 318),
]
_VALUES = ["", "a", "A_b.c-0", "-a", "a-", "a/b", "a b", "a\n", "\u00e4", "a" * 63, "a" * 64]


def _metadata(**fields: Any) -> dict[str, Any]:
    return {"serviceTemplate": {"metadata": fields}}


_NAMES: list[dict[str, Any]] = [
    *({"selector": {key: "a"}} for key in _KEYS),
    *({"selector": {"a": value}} for value in _VALUES),
    *(_metadata(**{field: {key: "a"}}) for key in _KEYS for field in ("labels", "annotations")),
    *(_metadata(**{field: {"a": text}}) for text in _VALUES for field in ("labels", "annotations")),
    *(_metadata(annotations={"a": text * 65535, "b": text * 65535}) for text in "a\u00e4\u20ac"),
]

HARD_SPECS: list[dict[str, Any]] = [
    *({"ports": strings} for strings in _STRINGS),
    *({"ports": ["80"], "addresses": [address]} for address in _ADDRESSES),
    *({"ports": ["80"]} | _template(clusterIP=address) for address in _ADDRESSES),
    *({"ports": ["^80"]} | _template(loadBalancerSourceRanges=[text]) for text in _RANGES),
    *({"ports": ["^80"]} | _template(loadBalancerClass=key) for key in _KEYS),
    *({"ports": ["80"]} | fields for fields in (*_FIELDS, *_NAMES)),
    {"ports": ["80"], "addresses": ["2001:db8::1", "2001:DB8:0::1"]},
    *(
        {"ports": [port], "addresses": addresses} | _template(ipFamilies=families, **policy)
        for port in ("80", "#80")
        for addresses in (["192.0.2.1"], ["2001:db8::1"], ["192.0.2.1", "2001:db8::1"])
        for families in (["IPv4"], ["IPv6"], ["IPv4", "IPv6"], [])
        for policy in (
            {},
            {"ipFamilyPolicy": "SingleStack"},
            {"ipFamilyPolicy": "PreferDualStack"},
            {"ipFamilyPolicy": "RequireDualStack"},
        )
    ),
    {"ports": ["^80"]} | _template(healthCheckNodePort=0.0),
    {"ports": ["^80"]} | _template(healthCheckNodePort="0"),
    {"ports": "80"},
    {"ports": ["80", None]},
    {"ports": [80]},
]
"""Each is a request's whole spec."""
