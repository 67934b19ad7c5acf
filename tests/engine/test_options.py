"""What `exposer run` takes for its watches and its probe."""

import argparse
from collections.abc import Callable

import pytest

from exposer.commands.run import add_to, address, namespace, seconds
from exposer.engine import SILENCE


def test_without_options_the_watches_are_as_tuned() -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    options = parser.parse_args(["run"])
    assert (options.liveness, options.namespace) == (None, [])
    assert options.watch_silence == SILENCE.total_seconds()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8080", (None, 8080)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
    ],
)
def test_an_address(text: str, expected: tuple[str | None, int]) -> None:
    assert address(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (address, "localhost", '"localhost" is not an address: write [HOST:]PORT'),
        (address, "70000", '"70000" is not an address: write [HOST:]PORT'),
        (address, "0", '"0" is not an address: write [HOST:]PORT'),
        (address, "host:", '"host:" is not an address: write [HOST:]PORT'),
        (seconds, "soon", '"soon" is not a number of seconds'),
        (seconds, "0", '"0" is not a number of seconds'),
        (seconds, "inf", '"inf" is not a number of seconds'),
        (namespace, "team-*", '"team-*" is not the name of a namespace'),
        (namespace, "", '"" is not the name of a namespace'),
    ],
)
def test_what_cannot_be_meant_is_refused(
    read: Callable[[str], object], text: str, told: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert str(refused.value) == told


def test_a_time_may_have_a_fraction() -> None:
    assert seconds("2.5") == 2.5
