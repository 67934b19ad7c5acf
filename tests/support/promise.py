"""The traffic promise: clients ask all the while, and none of their requests fails."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.support.traffic import Answers, Client

__all__ = ["failures", "no_request_fails", "steadily"]

_RATE = 100  # requests per second, of each client
# A packet that gets lost on a busy machine is sent again after 1 s. One that is led astray isn't
# answered however often it is sent.
_TIMEOUT_SECONDS = 5
_AFTERWARDS = 50


@contextmanager
def no_request_fails(*askings: tuple[Client, str]) -> Iterator[None]:
    """Let clients ask for the length of a with block, and for half a second more.

    Args:
        askings: The clients, and what they ask.

    Raises:
        AssertionError: A request failed.
    """
    with steadily(*askings) as asked:
        yield
    for (_, url), answers in zip(askings, asked, strict=True):
        failed = failures(answers)
        assert not failed, f"{len(failed)} of {len(answers)} requests to {url} failed: {failed}"


@contextmanager
def steadily(
    *askings: tuple[Client, str], timeout: float = _TIMEOUT_SECONDS
) -> Iterator[list[Answers]]:
    """Let clients ask for the length of a with block, and for half a second more.

    Args:
        askings: The clients, and what they ask.
        timeout: After how many seconds without an answer a request has failed.

    Yields:
        What each was answered, complete when the block is left.
    """
    with ExitStack() as clients:
        asked = [
            clients.enter_context(client.steady(url, f"--timeout={timeout}", rate=_RATE))
            for client, url in askings
        ]
        yield asked
        for answers in asked:
            answers.until_further(_AFTERWARDS)


def failures(answers: Answers) -> list[str]:
    """Why requests failed, and how many seconds after the first one they were sent."""
    first = min(answer.at for answer in answers)
    return [f"{each.at - first:.2f} s: {each.error}" for each in answers if each.error]
