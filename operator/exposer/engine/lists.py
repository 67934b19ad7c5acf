"""The lists that kopf gets -> the intake.

When a watch can't go on where it was cut, kopf lists again. What was deleted in between gives no
event: only its absence from the complete list tells of it.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from yarl import URL

from exposer.engine.hearing import Hearing
from exposer.engine.intake import Intake
from exposer.engine.watched import Collection

# A list, or the objects of a watch (KEP-2334, metav1.PartialObjectMetadata).
_METADATA = ",".join(
    f"application/json;as={what};g=meta.k8s.io;v=v1"
    for what in ("PartialObjectMetadataList", "PartialObjectMetadata")
)

log = logging.getLogger("exposer")


class Lists:
    """Listens to kopf's session: takes in what is listed, and notes what was heard when."""

    def __init__(
        self,
        collections: Mapping[str, Collection],
        intake: Intake,
        hearing: Hearing,
        listed: asyncio.Event,
    ) -> None:
        """Wait for the first list of each collection that is watched from the start.

        Args:
            collections: All that may be watched, by their paths.
            intake: Gets all that is listed.
            hearing: Is told what was heard.
            listed: Is set once nothing is missing any more.
        """
        self._collections = collections
        self._intake = intake
        self._hearing = hearing
        self._listed = listed
        self._uids: dict[str, set[str]] = {}
        self._missing = {path for path, each in collections.items() if not each.is_a_targets}
        self._known: set[str] = set()

    def headers(self, url: URL) -> Mapping[str, str]:
        """Of workloads the metadata will do: it is a small part of them."""
        collection = self._collections.get(url.path)
        return {"Accept": _METADATA} if collection and collection.is_a_targets else {}

    def heard(self, url: URL) -> None:
        """Something came in on a watch."""
        if url.path in self._collections:
            self._hearing.heard(url.path)

    def ended(self, url: URL) -> None:
        """A watch ended."""
        if url.path in self._collections:
            self._hearing.ended(url.path)

    def listed(self, url: URL, page: dict[str, Any]) -> dict[str, Any]:
        """Take in a page of a list.

        Returns:
            The page without its items: kopf needs no more than the version to watch from. Each
            item would be a task for a while and a memory for ever, to tell what is known already.
        """
        path = url.path
        if path not in self._collections:
            return page
        self._hearing.heard(path)
        if "continue" not in url.query:
            self._uids[path] = set()  # a list begins, whatever became of the one before
        for item in page["items"] or ():
            self._take_in(path, item)
        if not page["metadata"].get("continue"):
            self._complete(path, int(page["metadata"]["resourceVersion"]))
        return {**page, "items": []}

    def _take_in(self, path: str, item: dict[str, Any]) -> None:
        self._uids[path].add(item["metadata"]["uid"])
        try:
            self._intake.put(self._collections[path].kind, item)
        except Exception:
            # A defect of ours: it must be seen, and must not take the other objects along.
            log.exception("%s has an object that can't be read", path)

    def _complete(self, path: str, version: int) -> None:
        self._intake.drop_unlisted(self._collections[path], self._uids.pop(path), version)
        self._missing.discard(path)
        if path in self._known:
            log.info("%s is listed again", path)
        self._known.add(path)
        if not self._missing and not self._listed.is_set():
            log.info("watching; %d requests are listed", self._intake.request_count)
            self._listed.set()
