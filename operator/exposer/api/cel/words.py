"""Regular expressions of a port string's parts, made from what the grammar's parser reads by."""

from exposer.grammar.hosts import LABEL, LOCALHOST, NUMERIC_HOST
from exposer.grammar.nodes import APP_PROTOCOLS, SIGN_OF, SIGNS, WITH_NODE_PORTS, Kind
from exposer.grammar.parse import SERVICE_NAME
from exposer.grammar.protocols import APP_PROTOCOL, PREFIX, TRANSPORTS

HOST_SIGN = SIGN_OF[Kind.EXTERNAL_NAME]
HEADLESS_SIGN = SIGN_OF[Kind.HEADLESS]


def sign_class(*kinds: Kind) -> str:
    """A regular expression for one sign of these kinds; sorted, so that "^" is not at its start."""
    return f"[{''.join(sorted(SIGN_OF[kind] for kind in kinds))}]"


ANY_SIGN = sign_class(*SIGNS.values())
PORTS_SIGN = sign_class(*(kind for kind in SIGNS.values() if kind is not Kind.EXTERNAL_NAME))
LABEL_CHARACTER = "[0-9a-z-]"

HOST = rf"^{HOST_SIGN}{LABEL.pattern}(?:\.{LABEL.pattern})*\.?$"
NUMERIC = rf"^{HOST_SIGN}{NUMERIC_HOST.pattern}\.?$"
LOCAL = rf"^{HOST_SIGN}{LOCALHOST.pattern}\.?$"

_NUMBERS = "[0-9]+(?:-[0-9]+)?"
MAPPING = (
    f"^(?:|{HEADLESS_SIGN}|{HOST_SIGN}.*|{PORTS_SIGN}?(?:.*=)?{_NUMBERS}(?::{_NUMBERS})?"
    f"(?::(?:{_NUMBERS}|{SERVICE_NAME.pattern}))?(?:/.*)?)$"
)
"""What stands between a name and a protocol, whatever these and the numbers are."""
NAMED = f"^{PORTS_SIGN}?{LABEL.pattern}=[^=]*$"
_TRANSPORTS, _WORDS = "|".join(TRANSPORTS), "|".join(APP_PROTOCOLS)
PROTOCOL = f"^{HOST_SIGN}|^[^/]*(?:/(?:{_WORDS}|(?:{_TRANSPORTS})(?:[+].*)?))?$"
WITH_APP_PROTOCOL = f"^[^{HOST_SIGN}/][^/]*/[a-z]+[+]"
QUALIFIED_NAME = rf"(?:{PREFIX.pattern}/)?{APP_PROTOCOL.pattern}"
"""Of Kubernetes (ValidateQualifiedName), but for its length."""

_TOO_LARGE = "6553[6-9]|655[4-9][0-9]|65[6-9][0-9]{2}|6[6-9][0-9]{3}|[7-9][0-9]{4}|[0-9]{6,}"
NO_PORT = f"(?:^{PORTS_SIGN}?|[=:])(?:[0-9]+-)?(?:0[0-9]*|{_TOO_LARGE})(?:-[0-9]+)?(?:[:/]|$)"
"""A number that is no port, where a port or a range of ports stands."""
THREE_PARTS = f"^[^{HOST_SIGN}{''.join(sorted(SIGN_OF[kind] for kind in WITH_NODE_PORTS))}/:]" + (
    "[^/:]*:[^/:]*:[^:]*$"
)
"""Node port, port and target, without one of the signs that have node ports."""
