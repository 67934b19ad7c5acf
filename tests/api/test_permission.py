"""What an administrator doesn't leave open is refused in clear words."""

import ipaddress
from collections.abc import Set

import pytest

from exposer.api import Reason, Refused
from exposer.api.permission import EVERYTHING, Exposure, Permitted
from exposer.grammar import Kind
from tests.support.builders import an_accepted_request

WITHOUT_ADDRESSES = EVERYTHING - {Exposure.ADDRESSES}


@pytest.mark.parametrize("kind", Kind)
def test_everything_is_allowed_by_default(kind: Kind) -> None:
    request = an_accepted_request(kind=kind, addresses=["192.0.2.10"])
    assert Permitted().refusal(request) is None


def test_a_request_without_addresses_needs_no_leave_for_them() -> None:
    assert Permitted(WITHOUT_ADDRESSES).refusal(an_accepted_request()) is None


@pytest.mark.parametrize(
    ("allowed", "kind", "addresses", "told"),
    [
        pytest.param({Exposure.CLUSTER_IP}, Kind.NODE_PORT, [], "no NodePort", id="kind"),
        pytest.param(
            {Exposure.CLUSTER_IP}, Kind.CLUSTER_IP, ["192.0.2.10"], "no Addresses", id="addresses"
        ),
        pytest.param(
            {Exposure.CLUSTER_IP},
            Kind.NODE_PORT,
            ["192.0.2.10"],
            "no Addresses and no NodePort",
            id="both",
        ),
    ],
)
def test_the_rest_is_refused(
    allowed: Set[Exposure], kind: Kind, addresses: list[str], told: str
) -> None:
    request = an_accepted_request(kind=kind, addresses=addresses)
    assert Permitted(allowed).refusal(request) == Refused(
        Reason.NOT_PERMITTED,
        f"this operator exposes {told} (exposer run --allow-kinds=ClusterIP)",
    )


def permitted(allow: str = "", forbid: str = "") -> Permitted:
    networks = (tuple(map(ipaddress.ip_network, text.split())) for text in (allow, forbid))
    return Permitted(EVERYTHING, *networks)


@pytest.mark.parametrize(
    ("forbid", "addresses"),
    [
        pytest.param("10.96.0.0/12", ["10.0.0.1", "10.112.0.1"], id="beside it"),
        pytest.param("10.96.0.0/12", ["fd00::1"], id="another family"),
        pytest.param("fd00:10:96::/112", ["fd00:10:97::1"], id="IPv6"),
        pytest.param("10.0.0.0/8", ["64:ff9b::c000:20a"], id="NAT64 of another one"),
        pytest.param("10.0.0.0/8", [], id="none"),
    ],
)
def test_addresses_may_be_outside_of_what_is_forbidden(forbid: str, addresses: list[str]) -> None:
    assert permitted(forbid=forbid).refusal(an_accepted_request(addresses=addresses)) is None


@pytest.mark.parametrize(
    ("forbid", "addresses", "told"),
    [
        pytest.param(
            "10.244.0.0/16 10.96.0.0/12",
            ["192.0.2.10", "10.96.0.1"],
            "spec.addresses[1]: 10.96.0.1 is in 10.96.0.0/12",
            id="the second one of a Service's",
        ),
        pytest.param(
            "10.0.0.7/32", ["10.0.0.7"], "spec.addresses[0]: 10.0.0.7 is in 10.0.0.7/32", id="one"
        ),
        pytest.param(
            "fd00:10:96::/112",
            ["fd00:10:96::a"],
            "spec.addresses[0]: fd00:10:96::a is in fd00:10:96::/112",
            id="IPv6",
        ),
        pytest.param(
            "10.0.0.0/8",
            ["64:ff9b::a00:1"],
            "spec.addresses[0]: 64:ff9b::a00:1 is in 10.0.0.0/8",
            id="through NAT64",
        ),
        pytest.param(
            "10.0.0.0/8",
            ["2002:a00:1::1"],
            "spec.addresses[0]: 2002:a00:1::1 is in 10.0.0.0/8",
            id="through 6to4",
        ),
    ],
)
def test_no_address_may_lead_to_what_is_forbidden(
    forbid: str, addresses: list[str], told: str
) -> None:
    assert permitted(forbid=forbid).refusal(an_accepted_request(addresses=addresses)) == Refused(
        Reason.NOT_PERMITTED,
        f"{told}, which addresses may not lead to (exposer run --forbid-addresses); write another "
        "address",
    )


def test_addresses_may_lead_to_what_is_allowed() -> None:
    request = an_accepted_request(addresses=["192.0.2.10", "fd00::1"])
    assert permitted(allow="192.0.2.0/24 fd00::/8").refusal(request) is None


@pytest.mark.parametrize("address", ["192.0.3.1", "2001:db8::1", "64:ff9b::c000:20a"])
def test_and_to_nothing_else(address: str) -> None:
    request = an_accepted_request(addresses=["192.0.2.10", address])
    assert permitted(allow="192.0.2.0/24 fd00::/8").refusal(request) == Refused(
        Reason.NOT_PERMITTED,
        f"spec.addresses[1]: {address} is outside of 192.0.2.0/24, fd00::/8, which addresses may "
        "lead to (exposer run --allow-addresses); write an address in there",
    )


def test_what_is_forbidden_is_so_within_what_is_allowed() -> None:
    request = an_accepted_request(addresses=["192.0.2.10"])
    assert permitted(allow="192.0.2.0/24", forbid="192.0.2.8/29").refusal(request) == Refused(
        Reason.NOT_PERMITTED,
        "spec.addresses[0]: 192.0.2.10 is in 192.0.2.8/29, which addresses may not lead to "
        "(exposer run --forbid-addresses); write another address",
    )


def test_a_request_without_addresses_needs_no_range() -> None:
    assert permitted(allow="192.0.2.0/24").refusal(an_accepted_request()) is None
