"""The parts of a port string, as CEL expressions: what the grammar's parser reads, read by CEL.

CEL has neither variables nor groups in regular expressions, and its estimator of costs takes an
element of a list for as long as can be. So each part is cut out of the whole string by one or two
calls of ``find``, whose results are no longer than the string. All of it takes any string: a part
that isn't there is empty, and its number 0. An appProtocol must be cut off first (``plain``): it
can be longer than all the rest, and what rules cost as they run is limited, too.
"""

from exposer.api.cel.rule import quoted
from exposer.grammar.hosts import LABEL, LOCALHOST, NUMERIC_HOST
from exposer.grammar.nodes import (
    APP_PROTOCOLS,
    SIGN_OF,
    SIGNS,
    WITH_NODE_PORTS,
    Kind,
    Protocol,
)
from exposer.grammar.parse import MAX_PORT, PORTS, SERVICE_NAME
from exposer.grammar.protocols import APP_PROTOCOL, PREFIX, TRANSPORTS

HOST_SIGN = SIGN_OF[Kind.EXTERNAL_NAME]
HEADLESS_SIGN = SIGN_OF[Kind.HEADLESS]


def sign_class(*kinds: Kind) -> str:
    """A regular expression for one sign of these kinds; sorted, so that "^" is not at its start."""
    return f"[{''.join(sorted(SIGN_OF[kind] for kind in kinds))}]"


_SIGNED = tuple(kind for kind in SIGNS.values() if kind is not Kind.EXTERNAL_NAME)
_PORTS = PORTS.pattern
_LABEL = LABEL.pattern
_MAPPING = (
    f"(?:(?:{_PORTS}):){{0,2}}(?:{_PORTS})|(?:(?:{_PORTS}):){{1,2}}(?:{SERVICE_NAME.pattern})"
)
_TRANSPORTS, _WORDS = "|".join(TRANSPORTS), "|".join(APP_PROTOCOLS)
_PLAIN_PROTOCOL = f"/(?:{_TRANSPORTS}|{_WORDS})"
PROTOCOL = f"/(?:(?:{_TRANSPORTS})(?:[+](?:{PREFIX.pattern}/)?{APP_PROTOCOL.pattern})?|{_WORDS})"


def _shape(protocol: str) -> str:
    return (
        rf"^(?:{HOST_SIGN}{_LABEL}(?:\.{_LABEL})*\.?|{HEADLESS_SIGN}|"
        rf"{sign_class(*_SIGNED)}?(?:{_LABEL}=)?(?:{_MAPPING})(?:{protocol})?)$"
    )


SHAPE = _shape(PROTOCOL)
"""The grammar but for what counts: sizes of numbers and ranges, lengths, and node ports."""
PLAIN_SHAPE = _shape(_PLAIN_PROTOCOL)
"""The same of what stands before an appProtocol."""
NUMERIC = rf"^{HOST_SIGN}{NUMERIC_HOST.pattern}\.?$"
LOCAL = rf"^{HOST_SIGN}{LOCALHOST.pattern}\.?$"
ANY_SIGN = f"^{sign_class(*SIGNS.values())}"
NODE_PORTED = f"^{sign_class(*WITH_NODE_PORTS)}"

LABEL_CHARACTER = "[0-9a-z-]"
_WORD = f"{LABEL_CHARACTER}+"
_DIGITS = f"[0-9]{{1,{len(str(MAX_PORT))}}}"
_RANGE = f"{_DIGITS}(-{_DIGITS})?"
_BEFORE = f"=|{sign_class(*_SIGNED)}"  # what stands before the first word
_BEHIND = "(/[0-9a-z]+)?$"


def find(text: str, pattern: str) -> str:
    """The first match of a regular expression in a text; empty if there is none."""
    return f"{text}.find({quoted(pattern)})"


def plain(text: str) -> str:
    """What stands before an appProtocol; all of it, if that is one of the words for some."""
    return find(text, "^[^+]*")


def ports(text: str) -> str:
    """The word for the ports: the last but one, or the only one."""
    return find(find(text, f"(^|:|{_BEFORE}){_RANGE}(:{_WORD})?{_BEHIND}"), _RANGE)


def node_ports(text: str) -> str:
    """The word for the node ports: the first of three."""
    return find(find(text, f"(^|{_BEFORE}){_RANGE}:{_RANGE}:{_WORD}{_BEHIND}"), _RANGE)


def target_ports(text: str) -> str:
    """The word for the target, if it is of numbers."""
    return find(find(text, f":{_RANGE}{_BEHIND}"), _RANGE)


def last_word(text: str) -> str:
    """The word for the target, which is that for the ports where there is one word only."""
    return find(find(text, f"{_WORD}{_BEHIND}"), f"^{_WORD}")


def name(text: str) -> str:
    """The name with the "=" behind it."""
    return find(text, f"{LABEL_CHARACTER}+=")


def first(word: str) -> str:
    """The number that the word begins with."""
    return f"int('0' + {find(word, f'^{_DIGITS}')})"


def last(word: str) -> str:
    """The number that the word ends with."""
    return f"int('0' + {find(word, f'{_DIGITS}$')})"


def width(word: str) -> str:
    """How many ports more than one the word says."""
    return f"{last(word)} - {first(word)}"


def protocol(text: str) -> str:
    """The protocol with a "-" before it, as in a port's name: nothing for TCP."""
    others = "|".join(each.lower() for each in Protocol if each is not Protocol.TCP)
    return f"{find(text, f'/({others})$')}.replace('/', '-')"
