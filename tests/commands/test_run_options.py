"""What `exposer run` takes."""

import argparse
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from exposer.api.permission import EVERYTHING, Exposure
from exposer.commands.arguments import cluster_domain
from exposer.commands.run import (
    OneLine,
    add_to,
    address,
    kinds,
    lease,
    namespace,
    own_domain,
    ranges,
    seconds,
)
from exposer.observed import Key
from exposer.options import LEASE_DURATION, SILENCE


def test_without_options_it_is_alone_and_open_to_all() -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    options = parser.parse_args(["run"])
    assert (options.listen, options.lease, options.namespace) == (None, None, [])
    assert (options.watch_silence, options.lease_duration) == (SILENCE, LEASE_DURATION)
    assert options.allow_kinds == EVERYTHING
    assert (options.allow_addresses, options.forbid_addresses) == ((), ())
    assert options.cluster_domain is None


def test_the_cluster_domain_is_that_of_the_pod_if_it_is_one(tmp_path: Path) -> None:
    resolv_conf = tmp_path / "resolv.conf"
    assert own_domain(resolv_conf) is None
    resolv_conf.write_text("search a.svc.corp.example svc.corp.example\n")
    assert own_domain(resolv_conf) == "corp.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8080", (None, 8080)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
    ],
)
def test_an_address(text: str, expected: tuple[str | None, int]) -> None:
    assert address(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (address, "localhost", '"localhost" is not an address: write [HOST:]PORT'),
        (address, "70000", '"70000" is not an address: write [HOST:]PORT'),
        (address, "0", '"0" is not an address: write [HOST:]PORT'),
        (address, "host:", '"host:" is not an address: write [HOST:]PORT'),
        (seconds, "soon", '"soon" is not a number of seconds'),
        (seconds, "0", '"0" is not a number of seconds'),
        (seconds, "inf", '"inf" is not a number of seconds'),
        (namespace, "team-*", '"team-*" is not the name of a namespace'),
        (namespace, "", '"" is not the name of a namespace'),
        (
            cluster_domain,
            ".cluster.local",
            '".cluster.local" is not a cluster domain: write a DNS name such as "cluster.local"',
        ),
        (lease, "exposer", '"exposer" is not a lease: write NAMESPACE/NAME'),
        (
            kinds,
            "ClusterIP,nodeport",
            '"ClusterIP,nodeport" is not a list of ClusterIP, NodePort, LoadBalancer, Headless, '
            "ExternalName, Addresses",
        ),
        (
            ranges,
            "10.0.0.0/8,10.0.0.1/8",
            '"10.0.0.0/8,10.0.0.1/8" is not a list of CIDRs such as "10.0.0.0/8": 10.0.0.1/8 has '
            "host bits set",
        ),
        (
            ranges,
            "",
            '"" is not a list of CIDRs such as "10.0.0.0/8": \'\' does not appear to be an IPv4 or '
            "IPv6 network",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    read: Callable[[str], object], text: str, told: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert str(refused.value) == told


def test_a_time_may_have_a_fraction() -> None:
    assert seconds("2.5") == timedelta(seconds=2.5)


def test_a_lease_and_kinds() -> None:
    assert lease("exposer-system/exposer") == Key("exposer-system", "exposer")
    assert kinds("ClusterIP,Addresses") == {Exposure.CLUSTER_IP, Exposure.ADDRESSES}


def test_a_text_from_the_cluster_forges_no_line_of_the_log() -> None:
    formatter = OneLine(logging.Formatter("[%(levelname)s] %(message)s"))
    try:
        raise ValueError("it says\n[INFO] all is well\x1b[2J")
    except ValueError as error:
        information = type(error), error, error.__traceback__
    logged = logging.LogRecord(
        "exposer", logging.ERROR, "", 1, "%s: %s", ("shop/web", "a\n[INFO] b"), information
    )
    first, *others = formatter.format(logged).splitlines()
    assert first == "[ERROR] shop/web: a\\n[INFO] b"
    assert [line for line in others if not line.startswith("    ")] == []
    assert others[-1] == "    [INFO] all is well\\x1b[2J"
