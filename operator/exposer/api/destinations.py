"""Where an address leads to, and the services of clouds that no endpoint may be."""

import ipaddress
from collections.abc import Iterator

from exposer.api.verdict import IPAddress

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

METADATA = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:ec2::/32",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "fd00:100::100:200",
            "fd00:42::42",
            "fd00:a9fe:a9fe::1",
        ),
    )
)
"""Where clouds tell a machine its credentials, beside link-local addresses.

In their order: Azure's WireServer ("What is IP address 168.63.129.16"), Alibaba Cloud (cloud-init's
data source "Alibaba Cloud"), Oracle Cloud Classic ("Retrieving Instance Metadata"), the services of
AWS ("IPv6 on AWS": its metadata are at ::254), Google Cloud's machines without IPv4 ("View and
query VM metadata"), Oracle Cloud (oci-python-sdk, InstancePrincipalsSecurityTokenSigner), Alibaba
Cloud again, Scaleway and Akamai (cloud-init's data sources of these names).
"""

LINK_LOCAL = ipaddress.ip_network("169.254.0.0/16")
"""Where most clouds have theirs (RFC 3927); 169.254.169.254 in nearly all of them."""

_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291 section 2.5.5.1
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215
_TRANSLATED = ipaddress.ip_network("::ffff:0:0:0/96")  # RFC 2765 section 2.1
_ISATAP = (0x00005EFE, 0x02005EFE)  # bits 64 to 95, RFC 5214 section 6.1


def leads_to(address: IPAddress) -> Iterator[IPAddress]:
    """The address itself, and the IPv4 address that a gateway may make of it.

    IPv4-compatible and IPv4-translated, 6to4 (RFC 3056), Teredo (RFC 4380), ISATAP and NAT64. Of a
    network's own NAT64 prefix nobody knows the length: it is taken for 96 bits, so that the IPv4
    address comes last.
    """
    yield address
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield address.teredo[1]
    elif int(address) >> 32 & 0xFFFFFFFF in _ISATAP or any(
        address in prefix for prefix in (_COMPATIBLE, _TRANSLATED, _NAT64, _LOCAL_NAT64)
    ):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def is_metadata_service(address: IPAddress) -> bool:
    """Whether a cloud may have the service there by which a machine gets its credentials."""
    return any(
        place in network for place in leads_to(address) for network in (*METADATA, LINK_LOCAL)
    )
