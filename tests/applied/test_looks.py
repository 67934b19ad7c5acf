"""When namespaces are looked at: none waits for another, none is looked at all the time."""

import asyncio

import pytest

from exposer.applied.looks import Looks
from exposer.observed import Key
from tests.support.clock import Clock, run_until_idle


class Case:
    """Looks that take as long as they are told to."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.begun: list[str] = []
        self.takes = 0.0
        self.hold: dict[str, asyncio.Event] = {}
        self.looks: Looks[str] = Looks(self._look, self.clock)

    async def _look(self, namespace: str) -> bool:
        self.begun.append(namespace)
        if namespace in self.hold:
            await self.hold[namespace].wait()
        self.clock.now += self.takes
        return False

    def wait(self, *namespaces: str, interest: str = "pods") -> None:
        """A request of each namespace begins to wait; then so much time goes by that it is due."""
        for namespace in namespaces:
            self.looks.wait(Key(namespace, "web"), interest)
        self.clock.now += 1

    async def run(self) -> list[str]:
        """Look at all that is due; returns at what."""
        self.begun.clear()
        await run_until_idle(self.looks.run())
        return self.begun.copy()


@pytest.fixture
def case() -> Case:
    return Case()


async def test_a_look_that_takes_long_holds_up_no_other_namespace(case: Case) -> None:
    case.hold = {"slow": asyncio.Event()}
    case.wait("slow", "quick")
    assert await case.run() == ["slow", "quick"]


async def test_a_namespace_is_not_looked_at_twice_at_once(case: Case) -> None:
    case.hold = {"slow": asyncio.Event()}
    case.wait("slow")
    running = asyncio.create_task(case.looks.run())
    for interest in ("more", "still more"):
        case.wait("slow", interest=interest)
        for _ in range(10):
            await asyncio.sleep(0)
    assert case.begun == ["slow"]
    case.hold["slow"].set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert case.begun == ["slow", "slow"]
    running.cancel()


async def test_a_few_are_looked_at_at_once(case: Case) -> None:
    names = [f"slow-{number}" for number in range(6)]
    case.hold = {name: asyncio.Event() for name in names}
    case.wait(*names)
    assert await case.run() == names[:4]


@pytest.mark.parametrize(
    ("takes", "seconds", "looked_at"),
    [
        pytest.param(0.0, 1.0, True, id="a second later"),
        pytest.param(0.0, 0.9, False, id="sooner"),
        pytest.param(2.0, 20.0, True, id="ten times as long as the look took"),
        pytest.param(2.0, 19.0, False, id="sooner than that"),
    ],
)
async def test_who_begins_to_wait_is_looked_for(
    case: Case, takes: float, seconds: float, looked_at: bool
) -> None:
    case.takes = takes
    case.wait("shop")
    await case.run()
    case.looks.wait(Key("shop", "web"), "something else")
    case.clock.now += seconds
    assert await case.run() == (["shop"] if looked_at else [])
