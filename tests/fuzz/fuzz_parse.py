"""Feeds the parser a million inputs and checks what must hold for each of them.

    make fuzz
    make fuzz ARGS="--inputs 10000000 --seed 1"

A wrong string raises the grammar's own errors only, and the message can be drawn; a right one
survives the round trip; which is which, the oracle tells as well; and none takes longer than a
millisecond.
"""

import argparse
import secrets
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from random import Random

from exposer.grammar import (
    InvalidPortStringError,
    PortString,
    PortStringErrors,
    canonical,
    parse,
    parse_all,
)
from tests.fuzz.inputs import inputs
from tests.fuzz.oracle import is_right

LIMIT = 1_000_000  # nanoseconds that one input may take
WORKERS = 2


@dataclass
class Report:
    """What came of some inputs."""

    accepted: int = 0
    refused: int = 0
    lists: int = 0
    accepted_lists: int = 0
    slowest: int = 0
    slowest_text: str = ""

    def took(self, nanoseconds: int, text: str) -> None:
        """Remember the slowest."""
        if nanoseconds > self.slowest:
            self.slowest, self.slowest_text = nanoseconds, text

    def add(self, other: "Report") -> None:
        """Take in what another worker found."""
        self.accepted += other.accepted
        self.refused += other.refused
        self.lists += other.lists
        self.accepted_lists += other.accepted_lists
        self.took(other.slowest, other.slowest_text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, and print what came of it; a broken promise is an exception that shows the input."""
    parser = argparse.ArgumentParser(description="Fuzz the parser of port strings.")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (default: 1000000)")
    parser.add_argument("--seed", type=int, help="repeats the run of that seed")
    options = parser.parse_args(arguments)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"seed {seed}, {options.inputs} inputs, {WORKERS} processes", flush=True)
    began = time.perf_counter()
    total = Report()
    seeds = [f"{seed}/{worker}" for worker in range(WORKERS)]
    shares = [(options.inputs + worker) // WORKERS for worker in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS) as pool:
        for report in pool.map(fuzz, seeds, shares):
            total.add(report)
    seconds = time.perf_counter() - began
    count = total.accepted + total.refused
    print(f"{count} inputs in {seconds:.1f} s: {count / seconds:.0f} a second, checks and all")
    print(f"{total.accepted} accepted, {total.refused} refused")
    print(f"{total.lists} lists of them, {total.accepted_lists} accepted")
    shown = ascii(total.slowest_text)[:60]
    print(f"slowest: {total.slowest / 1000:.0f} us, {len(total.slowest_text)} characters: {shown}")
    return 0


def fuzz(seed: str, count: int) -> Report:
    """Check that many inputs."""
    random = Random(seed)
    report = Report()
    latest: deque[str] = deque(["80"], maxlen=10)  # most of them accepted
    for number, text in enumerate(islice(inputs(random), count)):
        try:
            if check(text, report) or random.random() < 0.01:
                latest.append(text)
            if number % 10 == 0:
                check_list(random.choices(latest, k=random.randint(1, 4)), report)
        except Exception as error:
            error.add_note(f"seed {seed}, input {text!a}, or a list of {latest!a}")
            raise
    return report


def check(text: str, report: Report) -> bool:
    """Check one string, and tell whether it was accepted."""
    result, took = timed(text)
    if took > report.slowest:  # the machine may have been busy: the best of three more tells
        took = min(took, *(timed(text)[1] for _ in range(3)))
        assert took <= LIMIT, f"{took / 1000:.0f} us"
        report.took(took, text)
    assert isinstance(result, PortString) == is_right(text)
    if isinstance(result, InvalidPortStringError):
        report.refused += 1
        check_message(text, result)
        return False
    report.accepted += 1
    spelling = canonical(result)
    assert parse(spelling) == result
    assert canonical(parse(spelling)) == spelling
    assert len(spelling) <= len(text)
    return True


def check_message(text: str, error: InvalidPortStringError) -> None:
    """Check that the message points into the text, on one line and with nothing unprintable."""
    fault = error.fault
    assert fault.text == text
    assert 0 <= fault.start <= fault.end <= len(text)
    told, shown, carets, remedy = str(error).split("\n")
    assert told == f"spec.ports[0]: {fault.problem}"
    assert remedy == fault.remedy
    assert set(carets.strip()) == {"^"}
    assert len(carets) <= len(shown) + 1
    drawn = str(error).replace("\n", "").replace("…", "")
    assert drawn.isascii()
    assert drawn.isprintable()


def check_list(texts: Sequence[str], report: Report) -> None:
    """Check the strings as those of one request."""
    report.lists += 1
    try:
        strings = parse_all(texts)
    except PortStringErrors as errors:
        check_errors(texts, errors)
        return
    report.accepted_lists += 1
    assert strings == tuple(map(parse, texts))
    assert parse_all(list(map(canonical, strings))) == strings


def check_errors(texts: Sequence[str], errors: PortStringErrors) -> None:
    """Check that each error is about its string, and that all can be drawn."""
    assert errors.errors
    assert all(error.fault.text == texts[error.fault.index] for error in errors.errors)
    assert str(errors).replace("\n", "").replace("…", "").isascii()


def timed(text: str) -> tuple[PortString | InvalidPortStringError, int]:
    """What is read, and the nanoseconds that it took."""
    result: PortString | InvalidPortStringError
    began = time.perf_counter_ns()
    try:
        result = parse(text)
    except InvalidPortStringError as error:
        result = error
    return result, time.perf_counter_ns() - began


if __name__ == "__main__":
    sys.exit(main())
