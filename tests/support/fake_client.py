"""A small fake of our own client, for races that no real API server shows on demand.

It keeps what is applied, as an API server does; ``on`` puts something else in its place: an answer,
an error, or what happens at the very moment of a call.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any, NamedTuple, cast

from aiohttp import ClientResponse

from exposer.kube import ApiError, Client, Page

Body = dict[str, Any]


class Call(NamedTuple):
    """One call, and what it asks for."""

    method: str
    path: str
    body: Any
    query: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


Answer = Callable[[Call], Awaitable[Any] | Any]


def an_error(code: int, message: str = "no", retry_after: float | None = None) -> ApiError:
    wait = None if retry_after is None else timedelta(seconds=retry_after)
    return ApiError(code, {}, message, wait)


class FakeStream:
    """The answer to a watch, which says what it is told to."""

    def __init__(self) -> None:
        self.closed = False
        self._chunks: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def say(self, *chunks: bytes | Exception) -> None:
        """Send them; an empty one is the end."""
        for chunk in chunks:
            self._chunks.put_nowait(chunk)

    @property
    def content(self) -> "FakeStream":
        return self

    async def readany(self) -> bytes:
        chunk = await self._chunks.get()
        if isinstance(chunk, Exception):
            raise chunk
        return chunk

    def close(self) -> None:
        self.closed = True


class FakeClient(Client):
    """Keeps objects by their paths."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.objects: dict[str, Body] = {}
        self.version = 100
        self._answers: list[tuple[str, str, Answer]] = []

    def on(self, method: str, path: str, answer: Answer) -> None:
        """Let calls of paths that end so be answered by ``answer``, the last one said first.

        It may return a document or an error, or None for the usual answer.
        """
        self._answers.insert(0, (method, path, answer))

    def written(self) -> list[str]:
        """The writes, but for Events."""
        return [
            str(call)
            for call in self.calls
            if call.method != "GET" and not call.path.endswith("/events")
        ]

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        call = Call(method, path, deepcopy(body), dict(query or {}))
        self.calls.append(call)
        told = await self._answered(call)
        if told is not None:
            return cast(dict[str, Any], told)
        return deepcopy(self._usual(call))

    async def read_list(
        self,
        path: str,
        take: Callable[[Body], None],
        query: Mapping[str, str] | None = None,
        accept: str = "application/json",
    ) -> Page:
        page = await self.send("GET", path, query=query, accept=accept)
        for item in page.get("items") or ():
            take(item)
        return Page(page.get("metadata") or {}, len(json.dumps(page)))

    async def watch(
        self, path: str, query: Mapping[str, str], accept: str = "application/json"
    ) -> ClientResponse:
        call = Call("WATCH", path, None, dict(query))
        self.calls.append(call)
        return cast(ClientResponse, await self._answered(call))

    async def _answered(self, call: Call) -> Any:
        for method, path, answer in self._answers:
            if method == call.method and call.path.endswith(path):
                told = answer(call)
                if isinstance(told, Awaitable):
                    told = await told
                if isinstance(told, Exception):
                    raise told
                return told
        return None

    def put(self, path: str, body: Body) -> Body:
        """An object as it stands from now on."""
        self.version += 1
        metadata = {**body["metadata"], "resourceVersion": str(self.version)}
        self.objects[path] = {**body, "metadata": metadata}
        return self.objects[path]

    def _usual(self, call: Call) -> Body:
        found = self.objects.get(call.path.removesuffix("/status"))
        if call.method == "POST":
            return call.body or {}
        if call.method == "GET":
            if found is None:
                raise an_error(404, f"{call.path} not found")
            return found
        if call.method == "DELETE":
            if self.objects.pop(call.path, None) is None:
                raise an_error(404)
            return {}
        if call.path.endswith("/status"):
            if found is None:
                raise an_error(404)
            return self.put(
                call.path.removesuffix("/status"), found | {"status": call.body["status"]}
            )
        return self._apply(call, found)

    def _apply(self, call: Call, found: Body | None) -> Body:
        metadata = call.body["metadata"]
        if metadata.get("resourceVersion") == "1" and found is not None:
            raise an_error(409, "the object has been modified")
        if "uid" in metadata and (found is None or found["metadata"]["uid"] != metadata["uid"]):
            raise an_error(422, "field is immutable")
        uid = found["metadata"]["uid"] if found else f"service-{call.path.rsplit('/')[-1]}"
        fields = fields_v1({"metadata": _owned(metadata), "spec": call.body.get("spec", {})})
        managed = {"manager": "exposer", "operation": "Apply", "fieldsV1": fields}
        body = {
            **call.body,
            "metadata": {**metadata, "uid": uid, "managedFields": [managed]},
            "spec": {"clusterIP": "10.96.12.7", "clusterIPs": ["10.96.12.7"], **call.body["spec"]},
        }
        return self.put(call.path, body)


def _owned(metadata: Mapping[str, Any]) -> Body:
    return {field: metadata[field] for field in ("labels", "ownerReferences") if field in metadata}


def fields_v1(value: Any, path: str = "") -> Body:
    """The fields of an object as managedFields has them (KEP-555)."""
    keys = {"spec.ports": ("port", "protocol"), "metadata.ownerReferences": ("uid",)}
    if path in keys:
        return {
            f"k:{json.dumps({key: item[key] for key in keys[path]}, separators=(',', ':'))}": (
                {} if path.startswith("metadata") else {f"f:{field}": {} for field in item}
            )
            for item in value
        }
    if isinstance(value, Mapping) and path != "spec.selector":
        return {
            f"f:{key}": fields_v1(each, f"{path}.{key}".strip(".")) for key, each in value.items()
        }
    return {}
