"""Which requests a change of what a targetRef names touches."""

from collections.abc import Callable
from typing import Any

import pytest

from exposer.observed import Key, ObjectRecord, RequestRecord, trimmed_object
from tests.support.builders import (
    OWNER_REFERENCE,
    a_key,
    a_request,
    a_service,
    a_service_port,
    an_object_body,
)
from tests.support.woken import Woken

WEB, OTHER_KEY = a_key("web"), a_key("other")
OTHER = OWNER_REFERENCE | {"name": "other", "uid": "other"}


def targeting(kind: str = "Deployment", target: str = "shop", version: int = 1) -> RequestRecord:
    """Request shop/web with a targetRef."""
    return a_request(version=version, spec={"targetRef": {"kind": kind, "name": target}})


def a_workload(**changes: Any) -> ObjectRecord:
    """Deployment shop/shop."""
    defaults = {"name": "shop", "uid": "uid-of-shop", "owner": None}
    return trimmed_object("Deployment", an_object_body("Deployment", **{**defaults, **changes}))


@pytest.fixture
def woken() -> Woken:
    """Knows a request that names Deployment shop."""
    woken = Woken()
    woken.put_request(targeting())
    return woken


def test_one_that_appears_touches_those_who_name_it(woken: Woken) -> None:
    assert woken.put(a_workload()) == {WEB}


def test_one_that_only_changes_touches_nobody(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    assert woken.put(a_workload(version=2)) == set()


def test_one_that_takes_the_place_of_another_touches(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    assert woken.put(a_workload(version=2, uid="another")) == {WEB}


def test_one_that_goes_touches(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    assert woken.drop(a_workload(version=2)) == {WEB}


def test_one_that_goes_before_it_was_known_touches(woken: Woken) -> None:
    assert woken.drop(a_workload(version=2)) == {WEB}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_workload(name="other"), id="another name"),
        pytest.param(a_workload(namespace="other"), id="another namespace"),
        pytest.param(
            trimmed_object("ReplicaSet", an_object_body("ReplicaSet", name="shop", owner=None)),
            id="another kind",
        ),
    ],
)
def test_others_touch_nobody(woken: Woken, other: ObjectRecord) -> None:
    assert (woken.put(other), woken.drop(other)) == (set(), set())


def test_one_of_the_services_name_is_none_of_its_objects() -> None:
    woken = Woken()
    woken.put_request(targeting(target="web"))
    woken.put(a_workload(name="web"))
    assert woken.store.snapshot(a_request()).objects == ()


def test_one_that_was_read_and_is_not_listed_later_has_gone(woken: Woken) -> None:
    woken.drop_unlisted("Deployment", None, set(), 5)
    assert woken.put(a_workload(version=3)) == {WEB}  # made before the list, and named after it
    assert woken.drop_unlisted("Deployment", None, set(), 9) == {WEB}


@pytest.mark.parametrize(
    ("namespace", "touched"),
    [(None, {WEB}), ("shop", {WEB}), ("other", set())],
)
def test_one_that_is_not_listed_may_just_be_read(
    woken: Woken, namespace: str | None, touched: set[Key]
) -> None:
    assert woken.drop_unlisted("Deployment", namespace, set(), 9) == touched


def test_a_list_of_another_kind_says_nothing_of_it(woken: Woken) -> None:
    assert woken.drop_unlisted("ReplicaSet", None, set(), 9) == set()


def test_who_turns_to_another_target_is_not_touched_by_the_first(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    woken.put_request(targeting(target="another", version=2))
    assert woken.drop(a_workload(version=2)) == set()


def test_who_went_is_not_touched(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    woken.drop_request(targeting(version=2))
    assert woken.drop(a_workload(version=2)) == set()


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        pytest.param({"spec": {"selector": {"app": "new"}}}, {WEB}, id="its selector"),
        pytest.param({"uid": "another"}, {WEB}, id="its place taken by another"),
        pytest.param({"owner": OWNER_REFERENCE}, {WEB}, id="its owner: a ring may be open"),
        pytest.param({"spec": {"ports": [a_service_port(81)]}}, set(), id="its ports"),
        pytest.param({"labels": {"a": "b"}}, set(), id="its labels"),
    ],
)
def test_a_service_as_target_touches_with_a_change_of(
    change: dict[str, Any], touched: set[Key]
) -> None:
    woken = Woken(targeting("Service", "shop"))
    before: dict[str, Any] = {"name": "shop", "owner": OTHER, "version": 1}
    assert woken.put(a_service(**before)) == {WEB, OTHER_KEY}
    assert woken.put(a_service(**{**before, "version": 2, **change})) - {OTHER_KEY} == touched


def test_a_service_as_target_touches_when_it_goes() -> None:
    woken = Woken(targeting("Service", "shop"), a_service(name="shop", owner=None))
    assert woken.drop(a_service(name="shop", owner=None, version=2)) == {WEB}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param(lambda woken: None, True, id="nothing"),
        pytest.param(lambda woken: woken.put(a_workload()), False, id="it comes"),
        pytest.param(lambda woken: woken.forget("Deployment", None), False, id="all is forgotten"),
        pytest.param(
            lambda woken: woken.put_request(targeting(target="another", version=2)),
            False,
            id="nobody names it any more",
        ),
    ],
)
def test_a_workload_that_was_not_there_is_known_to_be_missing_until(
    woken: Woken, change: Callable[[Woken], object], missing: bool
) -> None:
    woken.store.miss("Deployment", a_key("shop"))
    change(woken)
    assert woken.store.is_missing("Deployment", a_key("shop")) is missing


def test_one_that_goes_is_known_to_be_missing(woken: Woken) -> None:
    woken.put(a_workload(version=1))
    woken.drop(a_workload(version=2))
    assert woken.store.is_missing("Deployment", a_key("shop"))


def test_one_that_came_while_it_was_read_is_not_missing(woken: Woken) -> None:
    woken.put(a_workload())
    woken.store.miss("Deployment", a_key("shop"))
    assert not woken.store.is_missing("Deployment", a_key("shop"))


def test_what_nobody_names_is_not_remembered_to_be_missing() -> None:
    store = Woken().store
    store.miss("Deployment", a_key("shop"))
    assert not store.is_missing("Deployment", a_key("shop"))
