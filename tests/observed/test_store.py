"""What is remembered of what stands, and which requests a change touches."""

from collections.abc import Callable

import pytest

from exposer.observed import Key, ObjectRecord, RequestRecord, Snapshot, Store
from tests.support.builders import (
    OWNER_REFERENCE,
    a_key,
    a_request,
    a_service,
    a_service_port,
    a_slice,
    an_endpoints,
)

WEB, FRONT = a_key("web"), a_key("front")


def a_store(*records: RequestRecord | ObjectRecord) -> Store:
    """A store that has seen the records, in their order."""
    store = Store()
    for record in records:
        if isinstance(record, RequestRecord):
            store.put_request(record)
        else:
            store.put(record)
    return store


def snapshot(store: Store, request: RequestRecord | None = None) -> set[tuple[str, Key, int]]:
    """What stands for the request shop/web, each with its version."""
    objects = store.snapshot(request or a_request()).objects
    return {(record.kind, record.key, record.version) for record in objects}


def test_an_empty_store_knows_nothing() -> None:
    store = Store()
    assert (store.request(WEB), store.snapshot(a_request())) == (None, Snapshot())


in_any_order_of_versions = pytest.mark.parametrize(
    ("versions", "touched", "kept"),
    [
        pytest.param([1], [{WEB}], 1, id="new"),
        pytest.param([1, 2], [{WEB}, {WEB}], 2, id="newer"),
        pytest.param([2, 1], [{WEB}, set()], 2, id="older"),
        pytest.param([9, 10], [{WEB}, {WEB}], 10, id="versions are numbers"),
        pytest.param([1, 1], [{WEB}, set()], 1, id="the same again"),
    ],
)


@in_any_order_of_versions
def test_of_two_versions_of_a_request_the_newer_stays(
    versions: list[int], touched: list[set[Key]], kept: int
) -> None:
    store = Store()
    answers = [store.put_request(a_request(version=version)) for version in versions]
    assert (answers, store.request(WEB)) == (touched, a_request(version=kept))


@in_any_order_of_versions
def test_of_two_versions_of_an_object_the_newer_stays(
    versions: list[int], touched: list[set[Key]], kept: int
) -> None:
    store = Store()
    answers = [store.put(a_service(version=version)) for version in versions]
    assert (answers, snapshot(store)) == (touched, {("Service", WEB, kept)})


def test_a_deleted_request_does_not_come_back_under_its_uid() -> None:
    store = a_store(a_request(version=1))
    store.drop_request(a_request(version=3))
    assert (store.put_request(a_request(version=2)), store.request(WEB)) == (set(), None)


def test_a_deleted_request_comes_back_under_a_new_uid() -> None:
    store = a_store(a_request(version=1))
    store.drop_request(a_request(version=2))
    new = a_request(version=3, uid="another")
    assert (store.put_request(new), store.request(WEB)) == ({WEB}, new)


def test_a_deletion_that_is_told_late_leaves_the_successor() -> None:
    new = a_request(version=3, uid="another")
    store = a_store(new)
    assert (store.drop_request(a_request(version=2)), store.request(WEB)) == (set(), new)


def test_a_deleted_object_does_not_come_back_under_its_uid() -> None:
    store = a_store(a_service(version=1))
    store.drop(a_service(version=3))
    assert (store.put(a_service(version=2)), snapshot(store)) == (set(), set())


def test_a_deletion_that_is_told_before_the_object_holds() -> None:
    store = Store()
    store.drop(a_service(version=3))
    assert (store.put(a_service(version=2)), snapshot(store)) == (set(), set())


def test_a_deletion_of_an_object_that_is_told_late_leaves_the_successor() -> None:
    store = a_store(a_service(version=3, uid="another"))
    assert (store.drop(a_service(version=2)), snapshot(store)) == (set(), {("Service", WEB, 3)})


@pytest.mark.parametrize(
    ("record", "touched"),
    [
        pytest.param(a_service(), {WEB}, id="owned Service"),
        pytest.param(a_service(name="old"), {WEB}, id="owned Service of a name no longer wanted"),
        pytest.param(a_service(owner=None), {WEB}, id="foreign Service of the wanted name"),
        pytest.param(a_service(owner=None, name="other"), set(), id="foreign Service"),
        pytest.param(a_service(owner=None, namespace="other"), set(), id="other namespace"),
        pytest.param(
            a_service(owner=None, name="front"), {a_key("one"), a_key("two")}, id="wanted by two"
        ),
        pytest.param(
            a_service(owner=OWNER_REFERENCE | {"name": "one"}, name="front"),
            {a_key("one"), a_key("two")},
            id="owned by one, wanted by two",
        ),
        pytest.param(a_slice(), {WEB}, id="slice of the Service"),
        pytest.param(a_slice(service_name="other"), set(), id="slice of another Service"),
        pytest.param(a_slice(owner=OWNER_REFERENCE, service_name="old"), {WEB}, id="owned slice"),
        pytest.param(an_endpoints(owner=None), {WEB}, id="Endpoints of the wanted name"),
    ],
)
@pytest.mark.parametrize("change", [Store.put, Store.drop], ids=["put", "drop"])
def test_a_change_of_an_object_touches(
    change: Callable[[Store, ObjectRecord], set[Key]], record: ObjectRecord, touched: set[Key]
) -> None:
    store = a_store(
        a_request(),
        a_request(name="one", uid="1", spec={"serviceName": "front"}),
        a_request(name="two", uid="2", spec={"serviceName": "front"}),
    )
    if change is Store.drop:
        store.put(record)
    assert change(store, record) == touched


def test_a_slice_that_moves_touches_the_old_request_and_the_new() -> None:
    store = a_store(
        a_request(),
        a_request(name="front", uid="2"),
        a_slice(version=1, service_name="web"),
    )
    assert store.put(a_slice(version=2, service_name="front")) == {WEB, FRONT}


def test_a_deleted_request_touches_those_that_want_the_same_service() -> None:
    first = a_request(name="one", uid="1", spec={"serviceName": "front"})
    second = a_request(name="two", uid="2", spec={"serviceName": "front"})
    assert a_store(a_request(), first, second).drop_request(first) == {a_key("two")}


def test_a_request_that_wants_another_service_lets_go_of_the_first() -> None:
    store = a_store(a_request(version=1), a_request(version=2, spec={"serviceName": "front"}))
    assert (store.put(a_service(owner=None)), store.put(a_service(owner=None, name="front"))) == (
        set(),
        {WEB},
    )


def test_for_a_request_stands_what_bears_the_wanted_name_and_what_it_owns() -> None:
    store = a_store(
        a_service(),
        a_service(name="old", uid="old"),
        a_service(name="other", uid="other", owner=None),
        a_service(namespace="other", uid="elsewhere", owner=None),
        a_service(namespace="other", name="forged", uid="forged", owner=OWNER_REFERENCE),
        a_slice(),
        a_slice(name="other-1", uid="other-1", service_name="other", owner=None),
        an_endpoints(owner=None),
        an_endpoints(name="other", uid="other-2", owner=None),
    )
    owned = {("Service", a_key("old"), 1)}
    named = {("Service", WEB, 1), ("EndpointSlice", a_key("web-x7k2p"), 1), ("Endpoints", WEB, 1)}
    assert snapshot(store) == named | owned


def test_an_object_given_to_another_owner_stands_for_that_one_only() -> None:
    other = a_request(name="other", uid="other")
    store = a_store(
        a_service(name="old", version=1),
        a_service(name="old", version=2, owner=OWNER_REFERENCE | {"name": "other", "uid": "other"}),
    )
    assert (snapshot(store), snapshot(store, other)) == (set(), {("Service", a_key("old"), 2)})


@pytest.mark.parametrize(
    ("claim", "holder"),
    [
        pytest.param(30080, WEB, id="node port of a request"),
        pytest.param(30081, Key("other", "foreign"), id="node port of somebody else"),
        pytest.param(30082, None, id="free node port"),
        pytest.param("10.96.0.50", Key("other", "foreign"), id="ClusterIP of somebody else"),
        pytest.param("10.96.0.51", None, id="free ClusterIP"),
    ],
)
def test_what_only_one_can_have_is_held_by(claim: int | str, holder: Key | None) -> None:
    store = a_store(
        a_service(spec={"ports": [a_service_port(80), a_service_port(81, node_port=30080)]}),
        a_service(
            name="foreign",
            namespace="other",
            uid="foreign",
            owner=None,
            spec={"ports": [a_service_port(node_port=30081)], "clusterIPs": ["10.96.0.50"]},
        ),
    )
    assert store.holder_of(claim) == holder


HOLDER = a_service(name="holder", owner=None, version=1)


def test_who_waits_for_a_service_is_touched_by_its_changes() -> None:
    store = a_store(a_request(), HOLDER)
    store.wait(WEB, HOLDER.key)
    other = a_service(name="other", uid="other", owner=None)
    assert (store.put(other), store.drop(HOLDER)) == (set(), {WEB})


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda store: store.wait(WEB, None), id="waits no more"),
        pytest.param(lambda store: store.drop_request(a_request(version=2)), id="went"),
    ],
)
def test_who_left_is_not_touched_by_them(leave: Callable[[Store], object]) -> None:
    store = a_store(a_request(), HOLDER)
    store.wait(WEB, HOLDER.key)
    leave(store)
    assert store.drop(HOLDER) == set()


EARLIER = "2026-03-01T10:00:00Z"
OLDER = a_request(name="older", uid="b", created=EARLIER, spec={"serviceName": "web"})
WEB_REQUEST = a_request()


def test_the_oldest_of_those_who_want_one_service_goes_first() -> None:
    store = Store()
    for request in (WEB_REQUEST, OLDER):
        store.put_request(request)
    assert (store.senior(WEB_REQUEST), store.senior(OLDER)) == (OLDER.key, None)


def test_of_two_of_one_second_the_smaller_uid_goes_first() -> None:
    store = Store()
    twin = a_request(name="twin", uid="a", spec={"serviceName": "web"})
    for request in (WEB_REQUEST, twin):
        store.put_request(request)
    assert (store.senior(WEB_REQUEST), store.senior(twin)) == (twin.key, None)


def test_one_that_is_being_deleted_stands_in_nobodys_way() -> None:
    store = Store()
    leaving = a_request(
        name="older",
        uid="b",
        created=EARLIER,
        spec={"serviceName": "web"},
        deleting=True,
    )
    for request in (WEB_REQUEST, leaving):
        store.put_request(request)
    assert store.senior(WEB_REQUEST) is None


def test_a_request_that_turns_to_another_name_touches_those_who_want_its_old_one() -> None:
    store = Store()
    for request in (WEB_REQUEST, OLDER):
        store.put_request(request)
    turned = a_request(name="older", uid="b", version=2, spec={"serviceName": "other"})
    assert store.put_request(turned) == {OLDER.key, WEB_REQUEST.key}
