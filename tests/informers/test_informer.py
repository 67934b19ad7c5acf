"""A collection is listed and watched, whatever the API server says meanwhile."""

import asyncio
import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from exposer.informers.collection import Collection
from exposer.informers.informer import Informer
from exposer.informers.watch_stream import bookmark, expired
from exposer.observed import Store
from tests.support.builders import (
    a_key,
    a_request_body,
    a_service_body,
    a_slice_body,
    an_object_body,
)
from tests.support.clock import Clock
from tests.support.fake_client import Call, FakeClient, FakeStream, an_error

SERVICES = Collection("Service", "shop")
BOOKMARK = b'{"type":"BOOKMARK","object":{}}\n'


def a_page(*items: dict[str, Any], version: int = 9, more: str = "") -> dict[str, Any]:
    return {"metadata": {"resourceVersion": str(version), "continue": more}, "items": list(items)}


class Case:
    """An informer, an API that answers as told, and a time that goes by as it is waited for."""

    def __init__(self, collection: Collection = SERVICES) -> None:
        self.clock = Clock()
        self.client = FakeClient()
        self.store = Store()
        self.synced = 0
        self.slept: list[float] = []
        self.answers: list[object] = []
        self.streams: list[FakeStream] = []
        for method in ("GET", "WATCH"):
            self.client.on(method, "", self._answer)
        self.informer = Informer(
            collection,
            self.client,
            self.store,
            timedelta(hours=1),
            self._synced,
            self.clock,
            self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        """As long as it takes, in the clock of the test."""
        if seconds:
            self.slept.append(seconds)
            self.clock.now += seconds
        await asyncio.sleep(0)

    def _synced(self) -> None:
        self.synced += 1

    def _answer(self, call: Call) -> object:
        answer = self.answers.pop(0) if self.answers else a_page()
        if call.method == "WATCH" and not isinstance(answer, Exception):
            self.streams.append(FakeStream())
            return self.streams[-1]
        return answer

    async def listed(self, *answers: object) -> str:
        self.answers += answers
        return await self.informer.list_all()

    async def watch(self, *answers: object, version: str = "9") -> list[bytes]:
        """Watch, until the watch ends at once; returns what was read.

        Args:
            answers: What the API server says; bytes are events.
            version: To watch from.
        """
        said = [each for each in answers if isinstance(each, bytes)]
        self.answers += (each for each in answers if not isinstance(each, bytes))
        self.informer._listed_version = version if said else self.informer._listed_version
        events = await self.informer.watch(version)
        if self.streams:
            self.streams[-1].say(*said, b"")
        return [lines async for lines in events]

    def calls(self) -> list[str]:
        """The calls since the last time, with what they ask for."""
        told = [f"{call} {sorted(call.query.items())}" for call in self.client.calls]
        self.client.calls.clear()
        return told


@pytest.fixture
def case() -> Case:
    return Case()


def an_event(kind: str, body: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


def names(store: Store) -> list[str]:
    return [each for each in ("web", "front") if store.find("Service", a_key(each))]


async def test_a_list_is_put_into_the_store(case: Case) -> None:
    version = await case.listed(a_page(a_service_body(), a_service_body(name="front", uid="2")))
    assert (version, names(case.store), case.synced) == ("9", ["web", "front"], 1)


async def test_a_list_comes_in_pages(case: Case) -> None:
    front = a_service_body(name="front", uid="2")
    await case.listed(a_page(a_service_body(), more="x"), a_page(front))
    path = "GET /api/v1/namespaces/shop/services"
    assert case.calls() == [
        f"{path} [('limit', '500')]",
        f"{path} [('continue', 'x'), ('limit', '500')]",
    ]
    assert names(case.store) == ["web", "front"]


async def test_what_is_not_listed_any_more_is_dropped(case: Case) -> None:
    await case.listed(a_page(a_service_body()))
    await case.listed(a_page(version=10))
    assert names(case.store) == []


@pytest.mark.parametrize("code", [0, 401, 403, 404, 429, 500])
async def test_a_list_that_fails_is_asked_for_until_it_succeeds(case: Case, code: int) -> None:
    assert await case.listed(*[an_error(code)] * 30, a_page(a_service_body())) == "9"
    assert (names(case.store), case.synced) == (["web"], 1)
    assert len(case.slept) == 30
    assert max(case.slept) <= 5  # whatever is back is seen within seconds


async def test_a_list_that_expires_between_its_pages_begins_anew(case: Case) -> None:
    page = a_page(a_service_body(), more="x")
    await case.listed(page, an_error(410), a_page(a_service_body(name="front", uid="2")))
    assert names(case.store) == ["front"]


async def test_an_api_server_that_says_when_to_come_back_knows_better(case: Case) -> None:
    await case.listed(an_error(429, retry_after=17), a_page())
    assert case.slept == [17]


async def test_a_page_of_large_objects_is_followed_by_smaller_ones(case: Case) -> None:
    large = a_service_body(managed_fields=[{"manager": "x" * 40_000_000}])
    small = a_service_body(name="front", uid="2")
    await case.listed(
        a_page(large, more="x"), a_page(small, more="x"), a_page(small, more="x"), a_page(small)
    )
    limits = [int(call.query["limit"]) for call in case.client.calls]
    assert limits == [500, 104, 208, 416]  # 104 such objects as there were 500 of: 8 MB


async def test_after_a_page_that_came_too_late_fewer_objects_are_asked_for(case: Case) -> None:
    await case.listed(an_error(0), an_error(504), an_error(500), a_page())
    limits = [call.query["limit"] for call in case.client.calls]
    assert limits == ["500", "125", "31", "31"]


async def test_what_is_no_request_comes_into_the_store_at_once(case: Case) -> None:
    """Kopf would make a task of each event, and keep it for a while, however large it is."""
    lines = an_event("ADDED", a_service_body(version=11)) + an_event(
        "MODIFIED", a_service_body(name="front", uid="2", version=12)
    )
    assert await case.watch(lines) == [bookmark("11") + bookmark("12")]
    assert names(case.store) == ["web", "front"]
    assert await case.watch(an_event("DELETED", a_service_body(version=13))) == [bookmark("13")]
    assert names(case.store) == ["front"]


async def test_of_what_is_known_already_no_more_than_the_version_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    case = Case(Collection("EndpointSlice", "shop"))
    await case.watch(an_event("ADDED", a_slice_body(version=11)))
    echo = {"metadata": a_slice_body(version=11)["metadata"]}  # nothing could be made of that
    assert await case.watch(an_event("MODIFIED", echo)) == [bookmark("11")]
    assert "can't be read" not in caplog.text


async def test_requests_are_told_unless_they_are_very_large() -> None:
    case = Case(Collection("ExposeRequest", "shop"))
    small = an_event("ADDED", a_request_body(version=11))
    spec = {"ports": ["80"], "selector": {"a": "x" * 70_000}}
    large = an_event("ADDED", a_request_body(name="large", version=12, spec=spec))
    assert await case.watch(small + large) == [small + bookmark("12")]
    assert [each.key for each in case.store.requests] == [a_key("large")]


async def test_an_event_that_is_nested_too_deep_takes_no_other_along(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    deep = b'{"type":"ADDED","object":' + b'{"a":' * 5000 + b"1" + b"}" * 5001 + b"\n"
    good = an_event("ADDED", a_service_body(version=11))
    assert await case.watch(deep + good) == [bookmark("11")]
    assert "services in shop has an event that can't be read" in caplog.text


async def test_a_failure_is_told_once(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await case.listed(*[an_error(403, "not allowed")] * 5, a_page())
    assert caplog.messages == [
        "services in shop: not allowed; trying again",
        "services in shop: can be read again",
    ]


async def test_a_resource_that_is_not_there_is_told_with_the_remedy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    case = Case(Collection("ExposeRequest", None))
    listing = asyncio.create_task(case.listed(an_error(404, "could not find the resource")))
    assert await listing == "9"
    assert caplog.messages[:1] == [
        "exposerequests: the cluster does not know exposerequests.exposer.dev: apply its "
        "CustomResourceDefinition, as in 'exposer crd | kubectl apply -f -'; trying again"
    ]


async def test_a_watch_goes_on_where_the_list_ended(case: Case) -> None:
    await case.listed()
    case.calls()
    await case.watch()
    assert case.calls() == [
        "WATCH /api/v1/namespaces/shop/services [('allowWatchBookmarks', 'true'), "
        "('resourceVersion', '9'), ('timeoutSeconds', '600')]"
    ]


async def test_the_events_are_passed_on(case: Case) -> None:
    await case.listed()
    events = await case.informer.watch("9")
    case.streams[-1].say(BOOKMARK, b"")
    assert [lines async for lines in events] == [BOOKMARK]


async def test_a_watch_that_ends_at_once_is_begun_ever_later(case: Case) -> None:
    await case.listed()
    for _ in range(20):
        await case.watch()
    watches = [call for call in case.client.calls if call.method == "WATCH"]
    assert len(watches) == 15
    assert case.clock.now - 1000 > 200  # fifteen watches in four minutes, and no more


async def test_where_no_watch_lasts_it_is_listed_now_and_then(case: Case) -> None:
    await case.listed()
    for _ in range(3):
        assert await case.watch() == []
    assert await anext(await case.informer.watch("9")) == expired()


async def test_an_outage_does_not_hold_up_the_first_watch_that_is_cut_after_it(case: Case) -> None:
    await case.listed()
    await case.watch(*[an_error(0)] * 20, a_page())
    case.slept.clear()
    await case.watch()
    assert sum(case.slept) <= 0.5


@pytest.mark.parametrize("answer", [{"status": "starting"}, {"metadata": {}}, {"metadata": None}])
async def test_what_is_no_list_is_asked_for_again(case: Case, answer: dict[str, Any]) -> None:
    assert await case.listed(answer, a_page(a_service_body())) == "9"
    assert names(case.store) == ["web"]


async def test_what_asks_to_come_back_much_later_is_asked_within_a_minute(case: Case) -> None:
    await case.listed(an_error(503, retry_after=600), a_page())
    assert case.slept == [60]


async def test_a_watch_that_lasted_is_begun_again_at_once(case: Case) -> None:
    await case.listed()
    for _ in range(2):
        await case.watch()
    events = await case.informer.watch("9")
    case.clock.now += 600
    case.streams[-1].say(b"")
    assert [lines async for lines in events] == []
    case.slept.clear()
    await case.watch()
    assert case.slept == []


@pytest.mark.parametrize("code", [0, 401, 403, 404, 429, 500])
async def test_a_watch_that_is_refused_is_asked_for_until_it_is_not(case: Case, code: int) -> None:
    await case.listed()
    page = a_page()
    assert await case.watch(page, *[an_error(code), page] * 9, version="8") == []
    assert len(case.streams) == 1
    assert case.informer.is_synced


async def test_that_the_version_expired_is_told_to_who_reads(case: Case) -> None:
    await case.listed()
    assert await case.watch(an_error(410)) == [expired()]


async def test_a_version_that_runs_backwards_is_noticed(case: Case) -> None:
    """As after the API server was restored from a backup."""
    await case.listed(a_page(a_service_body(version=90), version=99))
    case.calls()
    assert await case.watch(a_page(version=20), version="120") == [expired()]
    assert len(case.streams) == 0
    woken = case.synced
    page = a_page(a_service_body(name="front", uid="2", version=5), version=21)
    await case.listed(page, page)  # its items may come before its version
    assert (names(case.store), case.synced) == (["front"], woken + 1)


async def test_the_look_at_the_version_is_one_small_call(case: Case) -> None:
    await case.listed()
    case.calls()
    await case.watch(a_page(), version="30")
    assert case.calls()[0] == "GET /api/v1/namespaces/shop/services [('limit', '1')]"


async def test_a_refused_collection_is_not_synced_until_it_can_be_read_again(case: Case) -> None:
    await case.listed()
    seen: list[tuple[bool, bool]] = []

    def look(_call: Call) -> object:
        seen.append((case.informer.is_synced, case.informer.is_refused))
        return FakeStream() if len(seen) > 1 else an_error(403)

    case.client.on("WATCH", "", look)
    await case.informer.watch("9")
    assert seen == [(True, False), (False, True)]
    assert (case.informer.is_synced, case.synced) == (True, 2)


class TestHealth:
    """What /readyz says of it."""

    async def test_before_the_first_list(self, case: Case) -> None:
        assert case.informer.problem == "not listed yet"

    async def test_while_it_is_watched(self, case: Case) -> None:
        await case.listed()
        await case.informer.watch("9")
        case.clock.now += 3600
        assert (case.informer.problem, case.informer.idle) == ("", timedelta(0))

    async def test_a_watch_that_ended_is_begun_again_in_time(self, case: Case) -> None:
        await case.listed()
        await case.watch()
        case.clock.now += 10
        assert case.informer.problem == ""

    async def test_a_watch_that_is_not_begun_again(self, case: Case) -> None:
        await case.listed()
        await case.watch()
        case.clock.now += 16
        assert case.informer.problem == (
            "no watch for 16 s: the watch ends at once: the API server ended it"
        )
        assert case.informer.idle == timedelta(seconds=16)

    async def test_a_kind_that_nobody_named_is_nobodys_problem(self) -> None:
        informer = Case(Collection("Deployment", None)).informer
        assert (informer.problem, informer.is_wanted) == ("", False)
        assert informer.idle == timedelta(0)


async def test_a_kind_that_nobody_named_is_not_listed() -> None:
    case = Case(Collection("Deployment", None))
    listing = asyncio.create_task(case.listed())
    for _ in range(5):
        await asyncio.sleep(0)
    assert case.calls() == []
    case.informer.begin()
    assert await listing == "9"


async def test_of_workloads_the_metadata_is_asked_for() -> None:
    case = Case(Collection("Deployment", None))
    assert case.informer.collection.accept("PartialObjectMetadata") == (
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    )


async def test_an_object_that_cannot_be_read_is_told_and_takes_no_other_along(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    odd = an_object_body(uid="odd")
    del odd["metadata"]["name"]
    await case.listed(a_page(odd, a_service_body()))
    assert names(case.store) == ["web"]
    assert "services in shop has an object that can't be read" in caplog.text
