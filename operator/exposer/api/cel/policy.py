"""What a ValidatingAdmissionPolicy says of a request: what is calculated, and what is compared.

Its variables do so step by step, and its costs are counted as it runs. The rules of the CRD
(``RULES``) have been followed by then, so that each string is known to have its parts; where it is
not, the policy may fail, and the request gets past it.

What has not changed is not looked at, as with the rules of a CRD: a request from before a rule can
be changed as long as its wrong field stays as it is.
"""

from dataclasses import dataclass
from textwrap import dedent

from exposer.api.cel import words
from exposer.api.cel.rule import quoted
from exposer.api.labels import ANNOTATION_KEY, LENGTHS, QUALIFIED_NAME
from exposer.grammar.hosts import MAX_NAME
from exposer.grammar.nodes import Protocol
from exposer.grammar.rules import MAX_PORTS


@dataclass(frozen=True, slots=True)
class Variable:
    """A step: its expression may use the variables before it."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Validation:
    """What must hold.

    Attributes:
        holds: A CEL expression; the request is refused where it is false.
        message: What is wrong, and what would be right.
        details: A CEL expression for a message that knows more; ``message`` stands in where its
            value is too long.
    """

    holds: str
    message: str
    details: str | None = None


def _step(name: str, expression: str) -> Variable:
    return Variable(name, dedent(expression).strip())


def _changed(name: str, path: str, empty: str) -> Variable:
    """The field's value; an empty one where it isn't there, or was the same before."""
    value = f"spec.?{path.replace('.', '.?')}.orValue({empty})"
    return _step(
        name,
        f"""
        oldObject != null &&
        oldObject.{value} ==
        object.{value}
          ? {empty}
          : object.{value}
        """,
    )


def _none(variable: str, field: str, message: str, told: str = "variables.{}[0]") -> Validation:
    """Nothing is in the variable, which is a list; the first is told."""
    return Validation(
        f"variables.{variable}.size() == 0",
        f"{field}: {message}",
        f"""'{field}: "' + {told.format(variable)} + {quoted(f'": {message}')}""",
    )


def _no_clash(variable: str, field: str, message: str) -> Validation:
    """The same of a list of lists of what clashes."""
    told = """variables.{}[0].map(s, s.text).join('" and "')"""
    return _none(variable, field, message, told)


_SUFFIXED = "|".join(each.lower() for each in Protocol if each is not Protocol.TCP)
_NUMBER = "[1-9][0-9]{0,4}"
_PORTLESS = f"^{words.HOST_SIGN}|^{words.HEADLESS_SIGN}$"
_RANGES = "serviceTemplate.spec.loadBalancerSourceRanges"


def _misnamed(keys: str, pattern: str) -> Variable:
    """The keys that are no qualified names."""
    return _step(
        f"misnamed{keys.capitalize()}",
        f"""
        variables.{keys}.filter(k,
          !k.matches({quoted(f"^{pattern}$")}) ||
          !k.matches({quoted(f"^{LENGTHS.pattern}$")}))
        """,
    )


VARIABLES = (
    # "!web=30080:80:http/udp": the name "web", the words 30080, 80 and http, the protocol udp.
    _changed("strings", "ports", "[]"),
    _step(
        "split",
        f"""
        variables.strings.filter(s, !s.matches({quoted(_PORTLESS)})).map(s, {{
          'text': dyn(s),
          'name': dyn(s.find('[0-9a-z-]+=').replace('=', '')),
          'words': dyn(s.find('^[^/]*').find('[0-9a-z:-]*$').split(':')),
          'protocol': dyn(s.find('^[^/]*/({_SUFFIXED})').find('[a-z]+$'))
        }})
        """,
    ),
    _step(
        "named",
        """
        variables.split.map(s, {
          'text': s.text,
          'name': s.name,
          'protocol': s.protocol,
          'nodePorts': s.words.size() > 2 ? s.words[0] : dyn(''),
          'ports': s.words.size() > 2 ? s.words[1] : s.words[0],
          'target': s.words[s.words.size() - 1],
          'targets': dyn(s.words[s.words.size() - 1].find('^[0-9]+(-[0-9]+)?$'))
        })
        """,
    ),
    # Ranges by their first and last number; 0 where there is none, as with a target that is a name.
    _step(
        "numbered",
        """
        variables.named.map(s, {
          'text': s.text,
          'name': s.name,
          'protocol': s.protocol,
          'target': s.target,
          'first': dyn(int('0' + s.ports.find('^[0-9]+'))),
          'last': dyn(int('0' + s.ports.find('[0-9]+$'))),
          'firstTarget': dyn(int('0' + s.targets.find('^[0-9]+'))),
          'lastTarget': dyn(int('0' + s.targets.find('[0-9]+$'))),
          'firstNodePort': dyn(int('0' + s.nodePorts.find('^[0-9]+'))),
          'lastNodePort': dyn(int('0' + s.nodePorts.find('[0-9]+$')))
        })
        """,
    ),
    _step(
        "backwards",
        """
        variables.numbered.filter(s,
          s.first > s.last || s.firstTarget > s.lastTarget || s.firstNodePort > s.lastNodePort
        ).map(s, s.text)
        """,
    ),
    _step(
        "uneven",
        """
        variables.numbered.filter(s,
          s.lastTarget - s.firstTarget != s.last - s.first ||
          (s.firstNodePort > 0 && s.lastNodePort - s.firstNodePort != s.last - s.first)
        ).map(s, s.text)
        """,
    ),
    _step(
        "longNames",
        f"""
        variables.numbered.filter(s,
          s.name != '' && s.first < s.last &&
          s.name.size() + '-'.size() + string(s.last).size() > {MAX_NAME}
        ).map(s, s.text)
        """,
    ),
    # Of each string, those that share a port with it. It does so itself, so one is none too many.
    _step(
        "samePort",
        """
        variables.numbered.map(a, variables.numbered.filter(b,
          a.first <= b.last && b.first <= a.last && a.protocol == b.protocol
        )).filter(each, each.size() > 1)
        """,
    ),
    _step("withNodePorts", "variables.numbered.filter(s, s.firstNodePort > 0)"),
    _step(
        "sameNodePort",
        """
        variables.withNodePorts.map(a, variables.withNodePorts.filter(b,
          a.firstNodePort <= b.lastNodePort && b.firstNodePort <= a.lastNodePort &&
          a.protocol == b.protocol
        )).filter(each, each.size() > 1)
        """,
    ),
    # The name of a string's first port, and how many more there are that differ in the number at
    # the end only: web=5004-5005 is "web-5004", and one more.
    _step(
        "names",
        """
        variables.numbered.filter(s, s.name != '' || s.first == s.last).map(s, {
          'text': s.text,
          'name': dyn(s.name == ''
            ? string(s.first) + '-' + (s.firstTarget > 0 ? string(s.firstTarget) : s.target) +
              (s.protocol == '' ? '' : '-' + s.protocol)
            : s.first < s.last ? s.name + '-' + string(s.first) : s.name),
          'more': dyn(s.last - s.first)
        })
        """,
    ),
    # Any name is read as stem-number-protocol; of one that has no number all is the stem.
    _step(
        "tails",
        f"""
        variables.names.map(n, {{
          'text': n.text,
          'name': n.name,
          'more': n.more,
          'tail': dyn(n.name.find('-{_NUMBER}(-({_SUFFIXED}))?$'))
        }})
        """,
    ),
    _step(
        "stems",
        """
        variables.tails.map(n, {
          'text': n.text,
          'stem': dyn(n.name.substring(0, n.name.size() - n.tail.size())),
          'first': dyn(int('0' + n.tail.find('[0-9]+'))),
          'last': dyn(int('0' + n.tail.find('[0-9]+')) + n.more),
          'protocol': dyn(n.tail.find('[a-z]+$'))
        })
        """,
    ),
    _step(
        "sameName",
        """
        variables.stems.map(a, variables.stems.filter(b,
          a.stem == b.stem && a.protocol == b.protocol && a.first <= b.last && b.first <= a.last
        )).filter(each, each.size() > 1)
        """,
    ),
    # A range without a name, as 80-82:8000-8002, is named 80-8000, 81-8001 and 82-8002.
    _step(
        "nameOfRange",
        f"""
        variables.numbered.filter(s, s.name == '' && s.first < s.last).map(s,
          [s] + variables.stems.filter(n,
            n.protocol == s.protocol && n.stem.matches('^{_NUMBER}$') &&
            s.first <= int(n.stem) && int(n.stem) <= s.last &&
            n.first <= int(n.stem) + s.firstTarget - s.first &&
            int(n.stem) + s.firstTarget - s.first <= n.last
          )
        ).filter(each, each.size() > 1)
        """,
    ),
    _changed("addresses", "addresses", "[]"),
    _step(
        "canonicalAddresses",
        """
        variables.addresses.filter(a, isIP(a)).map(a, {
          'text': dyn(a),
          'address': dyn(string(ip(a)))
        })
        """,
    ),
    _step(
        "sameAddress",
        """
        variables.canonicalAddresses.map(a, variables.canonicalAddresses.filter(b,
          a.address == b.address
        )).filter(each, each.size() > 1)
        """,
    ),
    _changed("sourceRanges", _RANGES, "[]"),
    _step(
        "unmasked",
        "variables.sourceRanges.filter(r, isCIDR(r) && cidr(r) != cidr(r).masked())",
    ),
    _changed("selector", "selector", "{}"),
    _misnamed("selector", QUALIFIED_NAME.pattern),
    _changed("labels", "serviceTemplate.metadata.labels", "{}"),
    _misnamed("labels", QUALIFIED_NAME.pattern),
    _changed("annotations", "serviceTemplate.metadata.annotations", "{}"),
    _misnamed("annotations", ANNOTATION_KEY.pattern),
)

_NO_KEY = (
    'not a name as Kubernetes has it: write 1 to 63 characters of a-z, A-Z, 0-9, "-", "_" and ".", '
    "with a letter or digit at both ends, and before them a DNS name if need be, as in "
    '"example.com/name"'
)

VALIDATIONS = (
    _none(
        "backwards",
        "spec.ports",
        'a range runs from its lower port to its higher one, as in "8000-8003"',
    ),
    _none(
        "uneven",
        "spec.ports",
        "the ranges in one string are of one length, and a name is one port: write as many ports "
        'on either side, as in "8000-8003:9000-9003"',
    ),
    _none(
        "longNames",
        "spec.ports",
        f'each port of a range is named "name-port", which has at most {MAX_NAME} characters: '
        "write a shorter name",
    ),
    Validation(
        f"variables.numbered.map(s, int(1 + s.last - s.first)).sum() <= {MAX_PORTS}",
        f"spec.ports: a request has at most {MAX_PORTS} ports: spread them over several",
    ),
    _no_clash(
        "samePort",
        "spec.ports",
        "a port can be there only once for each protocol: change a port or leave one string out",
    ),
    _no_clash(
        "sameNodePort",
        "spec.ports",
        "a node port leads to one port a protocol: change one of the two",
    ),
    _no_clash(
        "sameName",
        "spec.ports",
        'each port has a name of its own: change one, as in "web=80:8080"',
    ),
    _no_clash(
        "nameOfRange",
        "spec.ports",
        'each port has a name of its own: change one, as in "web=80:8080"',
    ),
    _no_clash("sameAddress", "spec.addresses", "one address: leave one of the two out"),
    _none(
        "unmasked",
        f"spec.{_RANGES}",
        'there are bits set beyond the prefix: write a network, such as "192.0.2.0/24"',
    ),
    _none("misnamedSelector", "spec.selector", _NO_KEY),
    _none("misnamedLabels", "spec.serviceTemplate.metadata.labels", _NO_KEY),
    _none("misnamedAnnotations", "spec.serviceTemplate.metadata.annotations", _NO_KEY),
)
