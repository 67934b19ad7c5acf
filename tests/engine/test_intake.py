"""Which requests a change brings to the workers, and how."""

from collections.abc import Iterable
from typing import Any

import pytest

from exposer.engine.dirty import DirtyKeys
from exposer.engine.intake import Intake
from exposer.engine.watched import Collection
from exposer.engine.workers import Workers
from exposer.observed import Key, Store
from tests.support.builders import (
    OWNER_REFERENCE,
    a_key,
    a_request_body,
    a_slice_body,
    an_endpoints_body,
)

WEB = a_key("web")


class Recorder(Workers):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.changed: list[Key] = []

    def cluster_changed(self, keys: Iterable[Key]) -> None:
        self.changed += keys


class Marks(DirtyKeys):
    """Remembers what is marked."""

    def __init__(self) -> None:
        self.marked: list[Key] = []

    def mark(self, keys: Iterable[Key]) -> None:
        self.marked += keys


class Case:
    """An intake that knows the request shop/web."""

    def __init__(self) -> None:
        self.dirty, self.workers = Marks(), Recorder()
        self.intake = Intake(Store(), self.dirty, self.workers)
        self.intake.put("ExposeRequest", a_request_body())
        self.marked_at_first = self.dirty.marked.copy()
        self.dirty.marked.clear()


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_request_is_marked(case: Case) -> None:
    assert (case.marked_at_first, case.intake.request_count) == ([WEB], 1)


def test_a_request_that_was_deleted_is_gone(case: Case) -> None:
    case.intake.drop("ExposeRequest", a_request_body(version=2))
    assert case.intake.request_count == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("Endpoints", an_endpoints_body(), id="Endpoints"),
        pytest.param("EndpointSlice", a_slice_body(owner=OWNER_REFERENCE), id="its own slice"),
    ],
)
def test_what_a_request_asked_for_is_looked_at_at_once(
    case: Case, kind: str, body: dict[str, Any]
) -> None:
    case.intake.put(kind, body)
    assert (case.dirty.marked, case.workers.changed) == ([WEB], [])


def test_endpoints_that_the_cluster_makes_are_looked_at_at_their_pace(case: Case) -> None:
    case.intake.put("EndpointSlice", a_slice_body())
    assert (case.dirty.marked, case.workers.changed) == ([], [WEB])


def test_what_is_not_listed_any_more_is_marked(case: Case) -> None:
    case.intake.put("EndpointSlice", a_slice_body())
    case.intake.drop_unlisted(Collection("EndpointSlice", None), set(), 9)
    assert case.dirty.marked == [WEB]
