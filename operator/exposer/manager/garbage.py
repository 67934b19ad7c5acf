"""Garbage collections that are short: they hold up the event loop."""

import asyncio
import gc


async def keep(synced: asyncio.Event) -> None:
    """Spare the collector what stays: the code, and all that the first lists brought.

    A full collection looks at each object that there is, a hundred milliseconds for the modules of
    the clients alone. What is frozen goes with its last reference, as before; only cycles of it
    would stay, and records have none.
    """
    gc.freeze()
    await synced.wait()
    gc.freeze()
    await asyncio.Event().wait()
