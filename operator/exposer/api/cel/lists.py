"""The rules between the port strings of one request."""

from exposer.api.cel import names, words
from exposer.api.cel.clashes import Facts, located, no_clash
from exposer.api.cel.rule import Rule, quoted
from exposer.grammar.rules import MAX_PORTS

_ALONE = f"^{words.HOST_SIGN}|^{words.HEADLESS_SIGN}$"
_SIGN = words.find("{}", words.ANY_SIGN)
_SAME_SIGN = f"{_SIGN.format('p')} == {_SIGN.format('self[0]')}"
_ONE_KIND = f"self.all(p, {_SAME_SIGN})"
_OTHER = f"self.filter(p, !({_SAME_SIGN}))[0]"
# Strings that can't be read or are of several kinds are told of by other rules; what they do to
# each other is not to be said.
_TEXTS = f"self.map(p, {words.plain('p')})"
_COMPARABLE = f"{_ONE_KIND} && {_TEXTS}.all(p, p.matches({quoted(words.PLAIN_SHAPE)}))"


def _no_overlap(word: str, message: str) -> Rule:
    """No port is in two words of the same protocol."""
    facts: Facts = {
        "first": f"string({words.first(word)})",
        "last": f"string({words.last(word)})",
        "protocol": words.protocol("p"),
    }
    clash = (
        "int(a.first) <= int(b.last) && int(b.first) <= int(a.last) && a.protocol in [b.protocol]"
    )
    return no_clash(_COMPARABLE, _TEXTS, f"{word} != ''", [facts], clash, message)


LIST_RULES = (
    Rule(
        _ONE_KIND,
        "all strings of a request are of one kind: make a request for each kind",
        f"{located(f'self.indexOf({_OTHER})')} + ' and ' + {located('0')} + ' are of two kinds, "
        "but all strings of a request are of one: make a request for each'",
    ),
    Rule(
        f"self.size() < 2 || !{_ONE_KIND} || !self.exists(p, p.matches({quoted(_ALONE)}))",
        f'"{words.HOST_SIGN}host" and "{words.HEADLESS_SIGN}" stand alone in their request',
    ),
    Rule(
        f"{_TEXTS}.map(p, 1 + {words.width(words.ports('p'))}).sum() <= {MAX_PORTS}",
        f"a request has at most {MAX_PORTS} ports: spread them over several",
    ),
    _no_overlap(
        words.ports("p"),
        "a Service has each port once a protocol: change a port or leave one string out",
    ),
    _no_overlap(
        words.node_ports("p"),
        "a node port leads to one port a protocol: change one of the two",
    ),
    no_clash(
        _COMPARABLE,
        _TEXTS,
        f"{words.ports('p')} != ''",
        names.STAGES,
        names.CLASH,
        'each port has a name of its own: change one, as in "web=80:8080"',
    ),
)
"""Rules on ``spec.ports``."""
