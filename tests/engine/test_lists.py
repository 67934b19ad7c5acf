"""Pages become complete lists, and the first of all say that nothing is missing."""

import asyncio
import logging
from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from exposer.engine.hearing import Hearing
from exposer.engine.intake import Intake
from exposer.engine.lists import Lists
from exposer.engine.watched import Collection

REQUESTS, SERVICES = Collection("ExposeRequest", None), Collection("Service", None)
WORKLOADS = Collection("Deployment", None)
COLLECTIONS = {"/requests": REQUESTS, "/services": SERVICES, "/workloads": WORKLOADS}


class Recorder(Intake):
    """Remembers what it gets; an object without a name can't be read."""

    def __init__(self) -> None:
        self.got: list[object] = []

    @property
    def request_count(self) -> int:
        return 3

    def put(self, kind: str, body: Mapping[str, Any]) -> None:
        self.got.append((kind, body["metadata"]["name"]))

    def drop_unlisted(self, collection: Collection, uids: Set[str], version: int) -> None:
        self.got.append((collection, set(uids), version))


class Case:
    """Lists that wait for two collections, and know a third."""

    def __init__(self) -> None:
        self.intake = Recorder()
        self.listed = asyncio.Event()
        hearing = Hearing(COLLECTIONS, timedelta(hours=1))
        self.lists = Lists(COLLECTIONS, self.intake, hearing, self.listed)

    def page(self, url: str, *names: str, more: str = "", version: str = "9") -> dict[str, Any]:
        """A page comes in; returns what kopf gets of it."""
        items = [{"metadata": {"uid": f"uid-{name}", "name": name}} for name in names]
        metadata = {"resourceVersion": version, "continue": more}
        return self.lists.listed(URL(url), {"metadata": metadata, "items": items})


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_list_of_one_page(case: Case) -> None:
    case.page("/services?limit=500", "a", "b")
    assert case.intake.got == [
        ("Service", "a"),
        ("Service", "b"),
        (SERVICES, {"uid-a", "uid-b"}, 9),
    ]


def test_kopf_gets_the_version_and_the_token_but_no_items(case: Case) -> None:
    assert case.page("/services", "a", more="x", version="7") == {
        "metadata": {"resourceVersion": "7", "continue": "x"},
        "items": [],
    }


def test_nothing_is_dropped_before_the_last_page(case: Case) -> None:
    case.page("/services", "a", more="x")
    assert case.intake.got == [("Service", "a")]
    case.page("/services?continue=x", "b")
    assert case.intake.got[1:] == [("Service", "b"), (SERVICES, {"uid-a", "uid-b"}, 9)]


def test_a_list_that_broke_off_counts_for_nothing(case: Case) -> None:
    case.page("/services", "a", more="x", version="8")
    case.page("/services", "b")
    assert case.intake.got[-1] == (SERVICES, {"uid-b"}, 9)


def test_an_empty_list(case: Case) -> None:
    case.page("/services")
    assert case.intake.got == [(SERVICES, set(), 9)]


def test_nothing_is_missing_once_each_collection_is_listed(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    case.page("/services", more="x")
    case.page("/requests")
    case.page("/requests")
    assert not case.listed.is_set()
    case.page("/services?continue=x")
    assert case.listed.is_set()
    assert caplog.messages == ["/requests is listed again", "watching; 3 requests are listed"]


def test_a_later_list_is_told(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/services", "/requests", "/services"):
        case.page(path)
    assert caplog.messages[1:] == ["/services is listed again"]


def test_what_is_watched_later_is_told_when_it_is_listed_again(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/services", "/requests", "/workloads", "/workloads"):
        case.page(path)
    assert caplog.messages[1:] == ["/workloads is listed again"]


@pytest.mark.parametrize(
    ("path", "metadata_only"),
    [("/services", False), ("/workloads", True), ("/apis", False)],
)
def test_of_workloads_only_the_metadata_is_asked_for(
    case: Case, path: str, metadata_only: bool
) -> None:
    accepted = case.lists.headers(URL(path)).get("Accept", "")
    assert ("as=PartialObjectMetadata;" in accepted) == metadata_only


def test_an_object_that_cannot_be_read_is_told_and_takes_no_other_along(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    page = {
        "metadata": {"resourceVersion": "9"},
        "items": [{"metadata": {"uid": "odd"}}, {"metadata": {"uid": "a", "name": "a"}}],
    }
    case.lists.listed(URL("/services"), page)
    assert case.intake.got == [("Service", "a"), (SERVICES, {"odd", "a"}, 9)]
    assert "/services has an object that can't be read" in caplog.text


def test_documents_of_other_paths_are_left_alone(case: Case) -> None:
    document = {"items": [1]}
    assert case.lists.listed(URL("/apis"), document) is document
    assert case.intake.got == []
