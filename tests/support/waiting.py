"""Waiting for what a watch tells, never for time to pass."""

from collections.abc import Callable

from localcluster.api import Api, Object

SECONDS = 60
"""How long a condition may take; only a failure takes that long.

The garbage collector looks for new kinds every 30 s, so that what the first requests owned goes
that late.
"""


def until(api: Api, collection: str, query: str, holds: Callable[[Object | None], bool]) -> Object:
    """Wait until a condition holds for an object (None: there is no such object).

    Args:
        api: Whom to ask.
        collection: The path of a list.
        query: What selects the object from it.
        holds: The condition.

    Returns:
        The object; an empty one if there is none.

    Raises:
        AssertionError: It didn't come to hold; the message has the last object that was seen.
    """
    selector = f"{collection}?{query}"
    listed = api.get(selector)
    seen: Object | None = next(iter(listed["items"]), None)
    if holds(seen):
        return seen or {}
    version = listed["metadata"]["resourceVersion"]
    watch = f"{selector}&watch=true&resourceVersion={version}&timeoutSeconds={SECONDS}"
    for event in api.watch(watch):
        assert event["type"] in ("ADDED", "MODIFIED", "DELETED"), event
        seen = None if event["type"] == "DELETED" else event["object"]
        if holds(seen):
            return seen or {}
    raise AssertionError(f"{selector} is not as awaited: {seen}")
