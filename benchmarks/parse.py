"""Prints what it costs to parse a string, next to two references measured in the same run.

    make bench

The references tell a slow parser from a slow machine: one regular expression of the whole grammar,
which finds out no more than whether a string is well formed, and ``json.loads`` of the string.
"""

import json
from collections.abc import Callable
from functools import partial
from statistics import median
from timeit import Timer

from exposer.grammar import InvalidPortStringError, parse
from tests.fuzz.oracle import GRAMMAR

STRINGS = (
    "80",
    "80:8080",
    "!30080:80:http",
    "!https=443:8443",
    "^dns=30053:53:dns/udp",
    "8000-8003:9000-9003",
    "#",
    "@db.example.com",
    "80:84_43",
)
ROUNDS = 9
CALLS = 5000  # a round: some 20 ms


def main() -> None:
    """Measure each string, and print a line for it."""
    print(f"microseconds a call: median of {ROUNDS} rounds of {CALLS} calls")
    print(f"{'string':<24}{'parse':>8}{'regex':>8}{'ratio':>8}{'json':>8}{'ratio':>8}")
    for text in STRINGS:
        quoted = json.dumps(text)
        cost = microseconds(partial(_parse, text))
        regex = microseconds(partial(GRAMMAR.fullmatch, text))
        loads = microseconds(partial(json.loads, quoted))
        numbers = f"{cost:8.2f}{regex:8.2f}{cost / regex:8.1f}{loads:8.2f}{cost / loads:8.1f}"
        print(f"{text:<24}{numbers}{'' if GRAMMAR.fullmatch(text) else '   (refused)'}")


def microseconds(call: Callable[[], object]) -> float:
    """What one call costs."""
    return median(Timer(call).repeat(ROUNDS, CALLS)) / CALLS * 1e6


def _parse(text: str) -> object:
    try:
        return parse(text)
    except InvalidPortStringError as error:
        return error


if __name__ == "__main__":
    main()
