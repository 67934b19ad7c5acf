"""Where an address leads to, in whatever form it is written."""

import ipaddress

import pytest

from exposer.api import AcceptedRequest, Reason, Refused, accept
from exposer.api.destinations import leads_to


@pytest.mark.parametrize(
    ("text", "also"),
    [
        pytest.param("192.0.2.10", [], id="IPv4"),
        pytest.param("2001:db8::c000:20a", [], id="IPv6"),
        pytest.param("::192.0.2.10", ["192.0.2.10"], id="IPv4-compatible"),
        pytest.param("::1:c000:20a", [], id="beside IPv4-compatible"),
        pytest.param("64:ff9b::192.0.2.10", ["192.0.2.10"], id="NAT64"),
        pytest.param("64:ff9b::1:c000:20a", [], id="beside NAT64"),
        pytest.param("64:ff9b:1:2:3:4:c000:20a", ["192.0.2.10"], id="NAT64 of one's own"),
        pytest.param("64:ff9b:2::c000:20a", [], id="beside that"),
        pytest.param("2002:c000:20a:1::2", ["192.0.2.10"], id="6to4"),
        pytest.param("2003:c000:20a:1::2", [], id="beside 6to4"),
        pytest.param("::ffff:0:192.0.2.10", ["192.0.2.10"], id="IPv4-translated"),
        pytest.param("::fffe:0:c000:20a", [], id="beside IPv4-translated"),
        pytest.param("2001:db8::5efe:192.0.2.10", ["192.0.2.10"], id="ISATAP"),
        pytest.param(
            "2001:db8::200:5efe:192.0.2.10", ["192.0.2.10"], id="ISATAP, a global address"
        ),
        pytest.param("2001:db8::1:5efe:c000:20a", [], id="beside ISATAP"),
        # The client's address with all bits turned over: RFC 4380 section 4.
        pytest.param("2001:0:c633:6401::3fff:fdf5", ["192.0.2.10"], id="Teredo"),
    ],
)
def test_an_address_leads_to_itself_and_to_what_it_stands_for(text: str, also: list[str]) -> None:
    address = ipaddress.ip_address(text)
    assert list(leads_to(address)) == [address, *map(ipaddress.ip_address, also)]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("fd00:ec2::254", id="AWS"),
        pytest.param("FD00:0EC2:0:0::254", id="AWS, spelled out"),
        pytest.param("fd00:ec2::23", id="AWS, identities of pods"),
        pytest.param("168.63.129.16", id="Azure"),
        pytest.param("fd20:ce::254", id="Google Cloud"),
        pytest.param("192.0.0.192", id="Oracle Cloud Classic"),
        pytest.param("fd00:c1::a9fe:a9fe", id="Oracle Cloud"),
        pytest.param("100.100.100.200", id="Alibaba Cloud"),
        pytest.param("fd00:100::100:200", id="Alibaba Cloud, IPv6"),
        pytest.param("fd00:42::42", id="Scaleway"),
        pytest.param("fd00:a9fe:a9fe::1", id="Akamai"),
        pytest.param("::169.254.169.254", id="IPv4-compatible"),
        pytest.param("::168.63.129.16", id="IPv4-compatible, Azure"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64"),
        pytest.param("64:ff9b::169.254.0.23", id="NAT64, another link-local address"),
        pytest.param("64:ff9b::192.0.0.192", id="NAT64, Oracle Cloud Classic"),
        pytest.param("64:ff9b:1:2:3:4:6464:64c8", id="NAT64 of one's own, Alibaba Cloud"),
        pytest.param("2002:a9fe:a9fe::1", id="6to4"),
    ],
)
def test_no_endpoint_is_a_metadata_service(address: str) -> None:
    assert accept("web", {"ports": ["80"], "addresses": ["192.0.2.10", address]}) == Refused(
        Reason.INVALID_SPEC,
        f'spec.addresses[1]: "{address}" is not a possible endpoint: a cloud\'s metadata service '
        "is there",
    )


@pytest.mark.parametrize(
    "address",
    [
        "168.63.129.17",
        "100.100.100.20",
        "fd00:ec3::254",
        "fd20:ce::253",
        "64:ff9b::192.0.2.10",
        "64:ff9b:1:a9fe:a9fe::1",
        "2002:c000:20a::1",
    ],
)
def test_the_addresses_beside_them_may_be_endpoints(address: str) -> None:
    verdict = accept("web", {"ports": ["80"], "addresses": [address]})
    assert isinstance(verdict, AcceptedRequest)
