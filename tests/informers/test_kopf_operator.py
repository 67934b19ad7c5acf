"""What is relied on of kopf, with kopf itself: it lists, watches, hands over events, and ends."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self

import pytest

from exposer.informers import Informers, kopf_operator
from exposer.informers.kopf_operator import KopfError, run_kopf
from exposer.informers.kopf_session import KopfSession
from exposer.informers.watch_stream import expired
from exposer.observed import Store
from tests.support.builders import a_key, a_request_body, a_service_body
from tests.support.fake_client import Call, FakeClient, FakeStream, an_error

WEB = a_key("web")
REQUESTS = "/apis/exposer.dev/v1alpha1/exposerequests"
SERVICES = "/api/v1/services"


def event(kind: str, body: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


class Case:
    """kopf on informers on a fake client."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.version = 9
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.streams: dict[str, FakeStream] = {}
        self.changed = asyncio.Event()
        self.store = Store()
        self.stop = asyncio.Event()
        self.client.on("GET", "", self._list)
        self.client.on("WATCH", "", self._watch)
        self.informers = Informers(
            self.client, self.store, (), timedelta(hours=1), lambda namespace: None
        )
        self.running = asyncio.create_task(
            run_kopf(self.informers, self.store, (), self.stop, lambda: None)
        )

    def _list(self, call: Call) -> dict[str, Any]:
        version = {"resourceVersion": str(self.version)}
        return {"metadata": version, "items": self.lists.get(call.path, [])}

    def _watch(self, call: Call) -> FakeStream:
        self.streams[call.path] = FakeStream()
        return self.streams[call.path]

    async def until(self, holds: Callable[[], object]) -> None:
        """Let kopf work until something holds."""
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 (nothing within kopf can be waited for)
                await asyncio.sleep(0.001)

    async def end(self) -> None:
        self.stop.set()
        async with asyncio.timeout(5):
            await self.running

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """At its end kopf cancels all tasks that came after it, a fixture's among them."""
        if not self.running.done():
            await self.end()

    def watches(self, path: str) -> list[Call]:
        found = (call for call in self.client.calls if call.method == "WATCH")
        return [call for call in found if call.path == path]


async def test_what_is_listed_and_what_happens_then_comes_into_the_store() -> None:
    async with Case() as case:
        case.lists[SERVICES] = [a_service_body()]
        await case.until(lambda: SERVICES in case.streams and REQUESTS in case.streams)
        assert case.store.find("Service", WEB) is not None
        case.streams[REQUESTS].say(event("ADDED", a_request_body(version=10)))
        await case.until(lambda: case.store.request(WEB))
        case.streams[REQUESTS].say(event("DELETED", a_request_body(version=11)))
        await case.until(lambda: not case.store.request(WEB))


async def test_an_expired_version_leads_to_a_new_list() -> None:
    async with Case() as case:
        await case.until(lambda: SERVICES in case.streams)
        case.version, case.lists[SERVICES] = 12, [a_service_body(version=11)]
        case.streams[SERVICES].say(expired())
        await case.until(lambda: case.store.find("Service", WEB))


@pytest.mark.parametrize("code", [401, 403, 404, 410, 422, 500])
async def test_no_refusal_of_a_watch_is_the_end(code: int) -> None:
    async with Case() as case:
        answers: list[object] = [an_error(code), FakeStream()]
        case.client.on("WATCH", "services", lambda call: answers.pop(0))
        await case.until(lambda: len(case.watches(SERVICES)) == 2)
        assert not case.running.done()


async def test_an_event_that_cannot_be_read_is_told_and_is_not_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Case() as case:
        await case.until(lambda: REQUESTS in case.streams)
        case.streams[REQUESTS].say(
            event("ADDED", {"metadata": {"uid": "odd"}}), event("ADDED", a_request_body(version=10))
        )
        await case.until(lambda: case.store.request(WEB))
        assert "exposerequests has an event that can't be read" in caplog.text


async def test_a_watch_that_the_api_server_ends_is_begun_again() -> None:
    async with Case() as case:
        await case.until(lambda: SERVICES in case.streams)
        first, case.version = case.streams[SERVICES], 20
        first.say(event("BOOKMARK", {"metadata": {"resourceVersion": "12"}}), b"")
        await case.until(lambda: case.streams[SERVICES] is not first)
        versions = [call.query["resourceVersion"] for call in case.watches(SERVICES)]
        assert versions == ["9", "12"]


async def test_kinds_that_nobody_named_are_not_asked_for() -> None:
    async with Case() as case:
        await case.until(lambda: SERVICES in case.streams)
        assert not [call for call in case.client.calls if "/apis/apps/" in call.path]
        case.informers.begin("Deployment", "shop")
        await case.until(lambda: "/apis/apps/v1/deployments" in case.streams)


async def test_a_kopf_that_does_not_watch_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kopf_operator, "_LONGEST_IDLE", timedelta(seconds=0.01))

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(KopfSession, "request", never)
    case = Case()
    with pytest.raises(KopfError, match=r"kopf 1\.45\.\d+ does not watch exposerequests any more"):
        await case.running


async def test_it_ends_soon_when_it_is_to_stop() -> None:
    async with Case() as case:
        await case.until(lambda: SERVICES in case.streams)
        await case.end()
        assert all(stream.closed for stream in case.streams.values())
