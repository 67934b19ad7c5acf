"""The rules between the port strings of one request that need no more than a look at each.

What compares each two of them is in the ValidatingAdmissionPolicy (``policy``).
"""

from exposer.api.cel import words
from exposer.api.cel.rule import Rule, quoted

_SIGN = f".find({quoted(f'^{words.ANY_SIGN}')})"
_ALONE = f"^{words.HOST_SIGN}|^{words.HEADLESS_SIGN}$"

LIST_RULES = (
    Rule(
        f"self.all(p, p{_SIGN} == self[0]{_SIGN})",
        "all strings of a request are of one kind: make a request for each kind",
        f"""'"' + self[0] + '" and "' + self.filter(p, p{_SIGN} != self[0]{_SIGN})[0] + """
        "'\" are of two kinds, but all strings of a request are of one: make a request for each'",
    ),
    Rule(
        f"self.size() < 2 || !self.exists(p, p.matches({quoted(_ALONE)}))",
        f'"{words.HOST_SIGN}host" and "{words.HEADLESS_SIGN}" stand alone in their request',
    ),
)
"""Rules on ``spec.ports``."""
