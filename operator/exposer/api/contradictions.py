"""What is wrong between the fields of a spec whose fields are right by themselves.

The API server says the same through the rules of ``crds/``, before a request is stored.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence

from exposer.api.destinations import is_metadata_service
from exposer.api.identity import MANAGED_BY_LABEL
from exposer.api.request import SERVICE_NAME, ExposeRequestSpec
from exposer.api.template import KINDS_OF_FIELDS, TemplateSpec
from exposer.api.verdict import IPAddress
from exposer.grammar import Kind, PortString
from exposer.grammar.nodes import told_signs


def contradiction(name: str, spec: ExposeRequestSpec, strings: Sequence[PortString]) -> str | None:
    """The first thing that is wrong, None if nothing is.

    Args:
        name: The request's own name.
        spec: The spec, read.
        strings: Its port strings, read; all of one kind.
    """
    template = spec.service_template
    wanted = (template and template.spec) or TemplateSpec()
    checks: tuple[Callable[[], str | None], ...] = (
        lambda: _service_name(name, spec),
        lambda: _external_name(spec, strings),
        lambda: _one_way_for_the_traffic(spec),
        lambda: _named_targets(spec, strings),
        lambda: _addresses(spec.addresses or ()),
        lambda: _labels(spec),
        lambda: _affinity(wanted, strings[0].kind),
        lambda: _fields_of_some_kinds(wanted, strings[0].kind),
        lambda: _cluster_ip(wanted, strings[0].kind),
        lambda: _source_ranges(wanted),
        lambda: _families(wanted),
        lambda: _addresses_of_the_family(spec, wanted, strings[0].kind),
    )
    return next((found for check in checks if (found := check()) is not None), None)


def _service_name(name: str, spec: ExposeRequestSpec) -> str | None:
    """A request may have names that a Service can't have (core/v1 ValidateServiceName)."""
    if spec.service_name is not None or SERVICE_NAME.fullmatch(name):
        return None
    return (
        f"a Service can't bear the request's name \"{name}\": write a spec.serviceName of at most "
        '63 characters of a-z, 0-9 and "-", with a letter at its beginning and no "-" at its end'
    )


def _external_name(spec: ExposeRequestSpec, strings: Sequence[PortString]) -> str | None:
    if strings[0].kind is not Kind.EXTERNAL_NAME:
        return None
    template = spec.service_template
    present = {
        "selector": spec.selector,
        "targetRef": spec.target_ref,
        "addresses": spec.addresses,
        "serviceTemplate.spec": template and template.spec,
    }
    for field, value in present.items():
        if value is not None:
            return (
                f'spec.{field} does not go with "{spec.ports[0]}": an ExternalName is a DNS name '
                f"and nothing else; leave out spec.{field}"
            )
    return None


def _one_way_for_the_traffic(spec: ExposeRequestSpec) -> str | None:
    ways = {
        "spec.selector": spec.selector,
        "spec.targetRef": spec.target_ref,
        "spec.addresses": spec.addresses,
    }
    present = [field for field, value in ways.items() if value is not None]
    if len(present) < 2:
        return None
    return f"{present[1]} does not go with {present[0]}: the traffic goes one way; leave one out"


def _named_targets(spec: ExposeRequestSpec, strings: Sequence[PortString]) -> str | None:
    if spec.addresses is None:
        return None
    for index, string in enumerate(strings):
        if isinstance(string.target, str):
            return (
                f'spec.ports[{index}]: the target "{string.target}" is the name of a container '
                "port, but behind spec.addresses there are no containers; write a number"
            )
    return None


def _addresses(addresses: Sequence[str]) -> str | None:
    """What core/v1 ValidateEndpointIP says, said before the API server is asked; and more."""
    seen: dict[IPAddress, int] = {}
    for index, text in enumerate(addresses):
        where = f'spec.addresses[{index}]: "{text}"'
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return f'{where} is not an IP address; write one such as "192.0.2.10" or "2001:db8::10"'
        if _is_special(address):
            return f"{where} is an IPv4-mapped or scoped address; write the plain address"
        for what in ("unspecified", "loopback", "link_local", "multicast"):
            if getattr(address, f"is_{what}"):
                what = what.replace("_", "-")
                return f"{where} is not a possible endpoint: the address is {what}"
        if is_metadata_service(address):
            return f"{where} is not a possible endpoint: a cloud's metadata service is there"
        if address in seen:
            return f"{where} is in spec.addresses[{seen[address]}] already; leave one out"
        seen[address] = index
    return None


def _labels(spec: ExposeRequestSpec) -> str | None:
    template = spec.service_template
    labels = (template and template.metadata and template.metadata.labels) or {}
    if MANAGED_BY_LABEL not in labels:
        return None
    return (
        f"spec.serviceTemplate.metadata.labels: {MANAGED_BY_LABEL} is the operator's own, by which "
        "it knows what it made; leave it out"
    )


def _affinity(wanted: TemplateSpec, kind: Kind) -> str | None:
    client_ip = wanted.session_affinity == "ClientIP"
    if client_ip and kind is Kind.HEADLESS:
        return (
            'spec.serviceTemplate.spec.sessionAffinity: "ClientIP" does not go with a headless '
            "Service, whose clients choose a pod by themselves; leave it out"
        )
    if wanted.session_affinity_config is not None and not client_ip:
        return (
            "spec.serviceTemplate.spec.sessionAffinityConfig: goes with sessionAffinity "
            '"ClientIP" only; write that, too, or leave it out'
        )
    return None


def _fields_of_some_kinds(wanted: TemplateSpec, kind: Kind) -> str | None:
    present = wanted.model_dump(by_alias=True, exclude_none=True)
    for field, kinds in KINDS_OF_FIELDS.items():
        if field in present and kind not in kinds:
            return (
                f"spec.serviceTemplate.spec.{field}: goes with {told_signs(kinds)} only, and the "
                f"port strings say {kind}; leave it out"
            )
    if wanted.health_check_node_port and wanted.external_traffic_policy != "Local":
        return (
            "spec.serviceTemplate.spec.healthCheckNodePort: goes with externalTrafficPolicy "
            '"Local" only; write that, too, or leave it out'
        )
    return None


def _cluster_ip(wanted: TemplateSpec, kind: Kind) -> str | None:
    field, address = "spec.serviceTemplate.spec.clusterIP", wanted.cluster_ip
    if address is None:
        return None
    if address == "None":
        return f'{field}: a headless Service is "#" before its ports, as in "#80"; leave it out'
    if kind is Kind.HEADLESS:
        return f"{field}: does not go with a headless Service, which has none; leave it out"
    if _plain_address(address) is None:
        return f'{field}: "{address}" is not an IP address; write one such as "10.96.0.50"'
    return None


def _source_ranges(wanted: TemplateSpec) -> str | None:
    for index, text in enumerate(wanted.load_balancer_source_ranges or ()):
        if not _is_source_range(text):
            return (
                f'spec.serviceTemplate.spec.loadBalancerSourceRanges[{index}]: "{text}" is not a '
                'CIDR; write one such as "192.0.2.0/24"'
            )
    return None


def _families(wanted: TemplateSpec) -> str | None:
    families = wanted.ip_families or []
    if len(set(families)) == len(families):
        return None
    return f"spec.serviceTemplate.spec.ipFamilies: {families[0]} is there twice; leave one out"


def _addresses_of_the_family(
    spec: ExposeRequestSpec, wanted: TemplateSpec, kind: Kind
) -> str | None:
    """Nothing would reach an address of another IP family than the one that is asked for.

    A headless Service without a selector has both unless it asks for one (core/v1
    ServiceSpec.ipFamilyPolicy).
    """
    one = wanted.ip_family_policy == "SingleStack" or (
        wanted.ip_family_policy is None and kind is not Kind.HEADLESS
    )
    families = wanted.ip_families or []
    if len(families) != 1 or not one:
        return None
    for index, text in enumerate(spec.addresses or ()):
        version = ipaddress.ip_address(text).version
        if f"IPv{version}" != families[0]:
            return (
                f'spec.addresses[{index}]: "{text}" is an IPv{version} address, and '
                f"spec.serviceTemplate.spec.ipFamilies asks for {families[0]} only; leave it out, "
                'or set ipFamilyPolicy to "RequireDualStack"'
            )
    return None


def _plain_address(text: str) -> IPAddress | None:
    """The address as core/v1 reads it: no zone, and no IPv4 address in the form of an IPv6 one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if _is_special(address) else address


def _is_special(address: IPAddress) -> bool:
    """Whether it is an IPv6 address with a zone, or one that stands for an IPv4 address."""
    return isinstance(address, ipaddress.IPv6Address) and bool(
        address.ipv4_mapped or address.scope_id
    )


def _is_source_range(text: str) -> bool:
    """Whether it is a CIDR: an address whose host bits are zero, and the prefix's length."""
    address, _, prefix = text.partition("/")
    if _plain_address(address) is None or not _PREFIX.fullmatch(prefix):
        return False
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


_PREFIX = re.compile("0|[1-9][0-9]*", re.ASCII)
