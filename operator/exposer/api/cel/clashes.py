"""Rules that compare each two port strings of a request, within the API server's cost budget.

The facts of a string are worked out once, as that is what takes time, and then compared for each
two strings. CEL has no records: the facts of one string are a list of strings, and what is written
``a.first`` here is an element of it.
"""

import re
from collections.abc import Mapping, Sequence

from exposer.api.cel.rule import Rule, quoted

Facts = Mapping[str, str]
"""The facts' names, and CEL expressions of strings for them."""

_PLACES = {"index": "string(all.indexOf(p))", "last_index": "string(all.lastIndexOf(p))"}


def no_clash(
    comparable: str,
    texts: str,
    compared: str,
    stages: Sequence[Facts],
    clash: str,
    message: str,
    field: str = "ports",
) -> Rule:
    """No two strings clash.

    Args:
        comparable: What must hold for the comparison to make sense; other rules tell if it doesn't.
        texts: As many texts as there are strings, of each what matters for the comparison.
        compared: Whether the text ``p`` is to be compared.
        stages: First the facts about the text ``p``, then those about the facts ``k`` so far.
        clash: Whether the facts ``a`` and ``b`` clash.
        message: What is wrong and what would be right.
        field: The list's name.
    """
    (first, *others) = stages
    rows = f"all.filter(p, {compared}).map(p, [{', '.join({**_PLACES, **first}.values())}])"
    names = [*_PLACES, *first]
    for stage in others:
        kept = [f"k[{names.index(name)}]" for name in _PLACES]
        facts = [_placed(fact, "k", names) for fact in stage.values()]
        rows = f"{rows}.map(k, [{', '.join([*kept, *facts])}])"
        names = [*_PLACES, *stage]
    # A list gets a name by being the only item of another one.
    named = f"[{texts}].map(all, {rows})"
    # Each two once. A text that stands twice in the list is the same index twice, but two places.
    meet = _placed(f"int(a.index) < int(b.last_index) && ({clash})", "ab", names)
    pairs = f"every.map(a, [a] + every.filter(b, {meet})).filter(pair, pair.size() > 1)"
    return Rule(
        f"!({comparable}) || {named}.all(every, !every.exists(a, every.exists(b, {meet})))",
        message,
        f"{named}.map(every, {pairs}[0]).map(pair, {located('int(pair[0][0])', field)} + ' and ' "
        f"+ {located('int(pair[1][1])', field)})[0] + {quoted(': ' + message)}",
    )


def located(index: str, field: str = "ports", strings: str = "self") -> str:
    """How a message tells of the string with that index: its place, and the string.

    The digits are cut out of a literal, as the estimator takes the result of ``string()`` for
    endless, and so what it is put into. Two digits are enough for the lists that there are.
    """
    tens = f"' 123456789'.substring({index} / 10, {index} / 10 + 1).trim()"
    ones = f"'0123456789'.substring({index} % 10, {index} % 10 + 1)"
    return f"'spec.{field}[' + {tens} + {ones} + '] \"' + {strings}[{index}] + '\"'"


def _placed(expression: str, variables: str, names: Sequence[str]) -> str:
    """The expression with the places of the facts instead of their names."""
    return re.sub(
        rf"\b([{variables}])\.({'|'.join(names)})\b",
        lambda match: f"{match[1]}[{names.index(match[2])}]",
        expression,
    )
