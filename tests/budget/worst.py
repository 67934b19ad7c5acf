"""The requests that are the dearest to check, each in its way: all lists full, all strings long."""

from typing import Any

_APP_PROTOCOL = f"sctp+{'a.' * 126}a/{'p' * 63}"
_KEYS = [f"{'a.' * 126}a/{'k' * 60}{i:03}" for i in range(100)]
_ADDRESSES = [f"1111:2222:3333:4444:5555:6666:7777:{i + 0x1000:x}" for i in range(100)]

WORST_SPECS: dict[str, dict[str, Any]] = {
    "long": {
        "ports": [
            f"!{'n' * 60}{i:03}={20000 + i}:{10000 + i}:abcdefghijklmno/{_APP_PROTOCOL}"
            for i in range(100)
        ]
    },
    "ranges": {
        "ports": [
            f"!{'n' * 54}{i:03}={20000 + 10 * i}-{20009 + 10 * i}:{10000 + 10 * i}-{10009 + 10 * i}"
            f":{30000 + 10 * i}-{30009 + 10 * i}/{_APP_PROTOCOL}"
            for i in range(100)
        ]
    },
    "numbered names": {
        "ports": [
            f"!{'n' * 57}-{10000 + i}={20000 + i}:{10000 + i}:{10000 + i}/{_APP_PROTOCOL}"
            for i in range(100)
        ]
    },
    "names of ranges": {
        "ports": [
            *(f"{10000 + 10 * i}-{10009 + 10 * i}/{_APP_PROTOCOL}" for i in range(50)),
            *(f"{10000 + 10 * i}-1-sctp={60000 + i}/{_APP_PROTOCOL}" for i in range(50)),
        ]
    },
    "addresses": {"ports": ["80"], "addresses": _ADDRESSES},
    "keys": {
        "ports": ["^80"],
        "selector": dict.fromkeys(_KEYS, "v" * 63),
        "serviceTemplate": {
            "metadata": {
                "labels": dict.fromkeys(_KEYS, "v" * 63),
                "annotations": dict.fromkeys(_KEYS, "v" * 2300),
            },
            "spec": {"loadBalancerSourceRanges": [f"{address}/128" for address in _ADDRESSES]},
        },
    },
}
"""Right ones; each is a request's whole spec."""

WORST_CLASHES: dict[str, dict[str, Any]] = {
    "all the same": {
        "ports": [f"!{'n' * 57}=10000-10009:20000-20009:30000-30009/{_APP_PROTOCOL}"] * 100
    },
    "all ports the same": {
        "ports": [
            f"!{'n' * 54}{i:03}=10000-10009:20000-20009:30000-30009/{_APP_PROTOCOL}"
            for i in range(100)
        ]
    },
}
"""Wrong ones."""
