"""A clock that stands until it is moved, and work that is done while it stands."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Clock:
    """Tells the time in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def run_until_idle(work: Coroutine[Any, Any, None]) -> None:
    """Run what never ends by itself for as long as it has something to do; then cancel it."""
    running = asyncio.create_task(work)
    for _ in range(20):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
