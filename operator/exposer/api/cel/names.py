"""The rule that no two ports of a request have one name, with the ports of ranges spelled out.

Any name is read as ``TEXT-NUMBER-PROTOCOL``; of a name that is not of that form all is the text.

- A string with one port has one name: one text and one number.
- A range with a name has the names ``NAME-PORT``: one text, and numbers from first to last.
- A range without a name has the names ``PORT-TARGET-PROTOCOL``: the text is a port, too, and the
  number as far from it for all ports of the range. Two of these clash only if they have a port in
  common, which is told of as such.
"""

from exposer.api.cel import words
from exposer.api.cel.clashes import Facts
from exposer.grammar.nodes import Protocol

_PORTS, _TARGET = words.ports("p"), words.last_word("p")
_PORT = words.find(_PORTS, "^[0-9]+")
_RANGED = f"{words.first(_PORTS)} < {words.last(_PORTS)}"
_NAMED, _NAME = "p.contains('=')", words.name("p")
_TARGET_NAME = f"({_TARGET}.matches('[a-z]') ? {_TARGET} : {words.find(_TARGET, '^[0-9]+')})"
_PROTOCOLS = "|".join(each.lower() for each in Protocol if each is not Protocol.TCP)

_FIRST_NAMES: Facts = {
    "name": f"!{_NAMED} ? {_PORT} + '-' + {_TARGET_NAME} + {words.protocol('p')} : "
    f"{_RANGED} ? {_NAME}.replace('=', '-') + {_PORT} : {_NAME}.replace('=', '')",
    "last": f"{_NAMED} && {_RANGED} ? string({words.last(_PORTS)}) : '0'",
    # Of a range without a name; else there is no port from 1 to 0.
    "from": f"!{_NAMED} && {_RANGED} ? string({words.first(_PORTS)}) : '1'",
    "upto": f"!{_NAMED} && {_RANGED} ? string({words.last(_PORTS)}) : '0'",
    "shift": f"string({words.first(_TARGET)} - {words.first(_PORTS)})",
}
_KEPT: Facts = {fact: f"k.{fact}" for fact in ("last", "from", "upto", "shift")}
_WITHOUT_PROTOCOLS: Facts = {
    **_KEPT,
    "protocol": words.find("k.name", f"-({_PROTOCOLS})$"),
    "name": "k.name.substring(0, k.name.size() - "
    f"{words.find('k.name', f'-({_PROTOCOLS})$')}.size())",
}
_NUMBER = words.find("k.name", "-[1-9][0-9]{0,4}$")
_NUMBERED = f"k.upto == '0' && {_NUMBER} != ''"
_TEXT = words.find("k.name", "^.*-")
_NUMERIC_TEXT = words.find(_TEXT, "^[1-9][0-9]{0,4}-$")
_CUT: Facts = {
    **_KEPT,
    "protocol": "k.protocol",
    "text": f"({_NUMBERED} ? {_TEXT} : k.name) + k.protocol",
    "port": f"{_NUMBERED} ? '0' + {words.find(_NUMERIC_TEXT, '[0-9]+')} : '0'",
    "number": f"{_NUMBERED} ? {words.find(_NUMBER, '[0-9]+')} : '0'",
    "last": f"k.last != '0' ? k.last : {_NUMBERED} ? {words.find(_NUMBER, '[0-9]+')} : '0'",
}
STAGES = (_FIRST_NAMES, _WITHOUT_PROTOCOLS, _CUT)

_SAME = "a.text in [b.text] && int(a.number) <= int(b.last) && int(b.number) <= int(a.last)"
_WITHIN = (
    "int({0}.from) <= int({1}.port) && int({1}.port) <= int({0}.upto) && "
    "int({1}.number) <= int({1}.port) + int({0}.shift) && "
    "int({1}.port) + int({0}.shift) <= int({1}.last) && {0}.protocol in [{1}.protocol]"
)
CLASH = f"{_SAME} || {_WITHIN.format('a', 'b')} || {_WITHIN.format('b', 'a')}"
