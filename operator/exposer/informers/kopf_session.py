"""The HTTP session that kopf lists and watches with: it answers from the informers.

kopf asks its session, an aiohttp one as far as it can tell, which resources there are, then for
lists, then for watches. It gets its answers here: the resources are known; a list comes without its
items, as the store has them already, and each would be a task for a while and a memory for ever; a
watch comes when there is one. So it never sees an answer that it would end by (404, 403, an expired
page, an error within a watch), and never lists or watches faster than an informer lets it.

What is relied on beyond what kopf documents is all here: which paths it asks for, and what it does
with a session and an answer. ``kopf_operator`` checks at start that it does.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from yarl import URL

from exposer.informers.informer import Informer
from exposer.kube.paths import RESOURCES, Resource

# kopf waits until it has heard of these, though it does nothing with them here.
_EXPECTED = (
    Resource("", "v1", "namespaces", "Namespace"),
    Resource("", "v1", "events", "Event"),
    Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition"),
)


class KopfSession:
    """Stands in for an aiohttp.ClientSession, as far as kopf uses one."""

    def __init__(self, informers: Iterable[Informer]) -> None:
        """Answer from the informers."""
        self._informers = {informer.collection.path: informer for informer in informers}
        self._documents = _discovery()
        self.headers: dict[str, str] = {}
        self.closed = False

    async def request(self, method: str, url: str, **_: Any) -> "Answer":
        """Answer, as soon as the answer is a good one.

        Raises:
            RuntimeError: This is not what kopf 1.45 asks for.
        """
        asked = URL(url)
        informer = self._informers.get(asked.path)
        if method.lower() != "get" or (informer is None and asked.path not in self._documents):
            raise RuntimeError(f"kopf sends {method} {asked.path}, which is not expected of it")
        if informer is None:
            return Answer(self._documents[asked.path])
        if "watch" in asked.query:
            return Answer(events=await informer.watch(asked.query["resourceVersion"]))
        return Answer({"metadata": {"resourceVersion": await informer.list_all()}, "items": []})

    async def close(self) -> None:
        """Nothing is open here."""
        self.closed = True


class Answer:
    """Stands in for an aiohttp.ClientResponse, and for its content."""

    status = 200

    def __init__(
        self,
        document: Mapping[str, Any] | None = None,
        events: AsyncGenerator[bytes, None] | None = None,
    ) -> None:
        """Answer with a document, or with events."""
        self._document = document
        self._events = events
        self.headers: dict[str, str] = {}
        self.closed = False

    @property
    def content(self) -> Self:
        """What is read by parts."""
        return self

    async def json(self) -> Any:
        """A copy of the document: kopf writes into its items."""
        return json.loads(json.dumps(self._document))

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        """The events as they come."""
        assert self._events is not None
        async for lines in self._events:
            yield lines

    def close(self) -> None:
        """Nothing more is wanted: who reads is cancelled by kopf itself."""
        self.closed = True

    async def __aenter__(self) -> Self:
        """Begin to read."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the watch, if it is one."""
        self.close()
        if self._events is not None:
            await self._events.aclose()


def _discovery() -> dict[str, Mapping[str, Any]]:
    """The documents by which an API server tells of its resources (metav1.APIGroupList)."""
    resources = {(each.group, each.plural): each for each in (*RESOURCES.values(), *_EXPECTED)}
    by_version: dict[tuple[str, str], list[Resource]] = {}
    for each in resources.values():
        by_version.setdefault((each.group, each.version), []).append(each)
    documents: dict[str, Mapping[str, Any]] = {
        (f"/apis/{group}/{version}" if group else f"/api/{version}"): {
            "resources": [_resource(each) for each in found]
        }
        for (group, version), found in by_version.items()
    }
    groups = [
        {
            "name": group,
            "versions": [{"version": version}],
            "preferredVersion": {"version": version},
        }
        for group, version in by_version
        if group
    ]
    return {"/api": {"versions": ["v1"]}, "/apis": {"groups": groups}, **documents}


def _resource(resource: Resource) -> Mapping[str, Any]:
    return {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "kind": resource.kind,
        "namespaced": True,
        "verbs": ["list", "watch"],
    }
