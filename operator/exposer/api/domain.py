"""The domain that a cluster's DNS names end in. No API tells it; each Pod's resolv.conf does."""

import re
from itertools import pairwise

DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")
"""A DNS name (RFC 1123)."""

_SERVICES = "svc."


def cluster_domain_in(resolv_conf: str) -> str | None:
    """The domain by what the kubelet gives to Pods: ``search NAMESPACE.svc.DOMAIN svc.DOMAIN ...``.

    Args:
        resolv_conf: The content of /etc/resolv.conf, of which the last search line counts
            (resolv.conf(5)).

    Returns:
        None where there is no such line: outside a Pod, or in one with the DNS of its node.
    """
    lines = (line.split() for line in resolv_conf.splitlines())
    searches = [words[1:] for words in lines if words[:1] == ["search"]]
    names = [name.rstrip(".") for name in searches[-1]] if searches else []
    for own, services in pairwise(names):
        domain = services.removeprefix(_SERVICES)
        if own.endswith(f".{_SERVICES}{domain}") and DOMAIN.fullmatch(domain):
            return domain
    return None
