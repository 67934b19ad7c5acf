"""The rules for the fields beside the port strings, and between those and the strings."""

from exposer.api.cel import words
from exposer.api.cel.rule import Rule, quoted
from exposer.api.destinations import METADATA
from exposer.api.identity import MANAGED_BY_LABEL
from exposer.api.labels import LENGTHS, MAX_KEY
from exposer.api.request import SERVICE_NAME
from exposer.api.template import KINDS_OF_FIELDS, MAX_ANNOTATIONS
from exposer.grammar.hosts import MAX_HOST, MAX_NAME
from exposer.grammar.nodes import SIGN_OF, Kind, told_signs
from exposer.grammar.protocols import MAX_APP_PROTOCOL

_WAYS = ("selector", "targetRef", "addresses")
_HEADLESS = f"self.ports.exists(p, p.startsWith({quoted(words.HEADLESS_SIGN)}))"
_EXTERNAL_NAME = f"self.ports.exists(p, p.startsWith({quoted(words.HOST_SIGN)}))"
_WANTED = "self.?serviceTemplate.?spec"
# A headless Service without a selector has both unless it says otherwise.
_BOTH_FAMILIES = (
    f"{_WANTED}.?ipFamilyPolicy.orValue({_HEADLESS} ? '' : 'SingleStack') != 'SingleStack'"
)
_FAMILY = "(a.contains(':') ? 'IPv6' : 'IPv4')"
_NAMED_TARGET = ":[0-9-]*[a-z][0-9a-z-]*(/|$)"


# As CEL writes them. It has no estimate for a pattern on an address that it writes itself, and for
# CIDRs none in 1.31: other ways to write 169.254.0.0/16 in IPv6 are left to the operator.
_METADATA = (
    *(str(each.network_address) for each in METADATA if each.num_addresses == 1),
    *(f"{prefix}:a9fe:a9fe" for prefix in (":", "64:ff9b:", "64:ff9b:1:")),
)


def _not_with_external_name(field: str) -> Rule:
    optional = "self" + "".join(f".?{step}" for step in field.split("."))
    return Rule(
        f"!{_EXTERNAL_NAME} || !{optional}.hasValue()",
        f'does not go with "{words.HOST_SIGN}": an ExternalName is a DNS name and nothing else; '
        "leave it out",
        field=f".{field}",
    )


def _only_with(field: str, kinds: tuple[Kind, ...]) -> Rule:
    of_these = " || ".join(f"p.startsWith({quoted(SIGN_OF[kind])})" for kind in kinds)
    return Rule(
        f"!{_WANTED}.?{field}.hasValue() || self.ports.all(p, {of_these})",
        f"goes with {told_signs(kinds)} port strings only: leave it out",
        field=f".serviceTemplate.spec.{field}",
    )


ROOT_RULES = (
    Rule(
        f"has(self.spec.serviceName) || self.metadata.name.matches({quoted(SERVICE_NAME.pattern)})"
        # A request from before this rule has to take a status that says so. Kubernetes sees to
        # that with all other rules, but a new status makes the resource as a whole another one.
        " || (oldSelf.hasValue() && !has(oldSelf.value().spec.serviceName))",
        "a Service can't bear the request's name: write a spec.serviceName of at most "
        f'{MAX_NAME} characters of a-z, 0-9 and "-", with a letter at its beginning and no "-" at '
        "its end",
        field=".spec.serviceName",
        compares=True,
    ),
)
"""Rules on the resource as a whole."""

SPEC_RULES = (
    Rule(
        f"[{', '.join(f'has(self.{way})' for way in _WAYS)}].filter(way, way).size() < 2",
        f"the traffic goes one way: write one of {', '.join(_WAYS)}, and leave out the others",
    ),
    *map(_not_with_external_name, (*_WAYS, "serviceTemplate.spec")),
    Rule(
        f"!has(self.addresses) || !self.ports.exists(p, p.matches({quoted(_NAMED_TARGET)}))",
        "behind spec.addresses there are no containers whose ports have names: write a number",
        field=".ports",
    ),
    Rule(
        f"!has(self.addresses) || {_WANTED}.?ipFamilies.orValue([]).size() != 1 || {_BOTH_FAMILIES}"
        f" || self.addresses.all(a, {_FAMILY} == self.serviceTemplate.spec.ipFamilies[0])",
        "an address is of another IP family than serviceTemplate.spec.ipFamilies asks for: leave "
        'it out, or set ipFamilyPolicy to "RequireDualStack"',
        field=".addresses",
    ),
    *(_only_with(field, kinds) for field, kinds in KINDS_OF_FIELDS.items()),
    Rule(
        f"!{_HEADLESS} || {_WANTED}.?sessionAffinity.orValue('') != 'ClientIP'",
        f'"ClientIP" does not go with "{words.HEADLESS_SIGN}", where clients choose a pod by '
        "themselves: leave it out",
        field=".serviceTemplate.spec.sessionAffinity",
    ),
    Rule(
        f"!{_HEADLESS} || !{_WANTED}.?clusterIP.hasValue()",
        f'does not go with "{words.HEADLESS_SIGN}": a headless Service has no address; leave it '
        "out",
        field=".serviceTemplate.spec.clusterIP",
    ),
)
"""Rules on ``spec``."""

TEMPLATE_RULES = (
    Rule(
        "!has(self.sessionAffinityConfig) || self.?sessionAffinity.orValue('') == 'ClientIP'",
        'goes with sessionAffinity "ClientIP" only: write that, too, or leave it out',
        field=".sessionAffinityConfig",
    ),
    Rule(
        "self.?healthCheckNodePort.orValue(0) == 0 || "
        "self.?externalTrafficPolicy.orValue('') == 'Local'",
        'goes with externalTrafficPolicy "Local" only: write that, too, or leave it out',
        field=".healthCheckNodePort",
    ),
)
"""Rules on ``spec.serviceTemplate.spec``."""

CLUSTER_IP_RULES = (
    Rule(
        "self != 'None'",
        f'a headless Service is "{words.HEADLESS_SIGN}" before its ports, as in '
        f'"{words.HEADLESS_SIGN}80": leave it out',
    ),
    Rule("self == 'None' || isIP(self)", 'not an IP address: write one such as "10.96.0.50"'),
)
SOURCE_RANGE_RULES = (Rule("isCIDR(self)", 'not a CIDR: write one such as "192.0.2.0/24"'),)
LOAD_BALANCER_CLASS_RULES = (
    Rule(
        f"self.matches({quoted(f'^{LENGTHS.pattern}$')})",
        f"a name has at most {MAX_APP_PROTOCOL} characters, and the DNS name before it at most "
        f"{MAX_HOST}",
    ),
)

# The keys' characters are the policy's: a schema can't limit how long they are, and so the costs of
# a look at all of one are without limit, too.
_SHORT_KEYS = Rule(f"self.all(k, k.size() <= {MAX_KEY})", f"a key has at most {MAX_KEY} characters")
SELECTOR_RULES = (_SHORT_KEYS,)
LABEL_RULES = (
    _SHORT_KEYS,
    Rule(
        f"!({quoted(MANAGED_BY_LABEL)} in self)",
        f"{MANAGED_BY_LABEL} is the operator's own, by which it knows what it made: leave it out",
    ),
)
ANNOTATION_RULES = (
    _SHORT_KEYS,
    # Keys are ASCII: the policy sees to that.
    Rule(
        f"self.map(k, k.size() + bytes(self[k]).size()).sum() <= {MAX_ANNOTATIONS}",
        f"all keys and values have at most {MAX_ANNOTATIONS} bytes: write less",
    ),
)

ADDRESS_RULES = (
    Rule("isIP(self)", 'not an IP address: write one such as "192.0.2.10" or "2001:db8::10"'),
    # What is no global unicast address is one of those in the message, or broadcast: CEL knows of
    # link-local multicast only.
    Rule(
        "!isIP(self) || ip(self).isGlobalUnicast() || self == '255.255.255.255'",
        "an endpoint's address is not loopback, link-local, multicast or unspecified: write the "
        "address that it has in the network",
    ),
    Rule(
        f"!isIP(self) || !(string(ip(self)) in [{', '.join(map(quoted, _METADATA))}] || "
        "string(ip(self)).startsWith('fd00:ec2:'))",
        "this is the address of a cloud's metadata service: write another one",
    ),
)
