"""What is remembered of what stands, and which requests a change touches."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

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
from tests.support.woken import Woken

WEB, FRONT = a_key("web"), a_key("front")


def snapshot(woken: Woken, request: RequestRecord | None = None) -> set[tuple[str, Key, int]]:
    """What stands for the request shop/web, each with its version."""
    objects = woken.store.snapshot(request or a_request()).objects
    return {(record.kind, record.key, record.version) for record in objects}


def test_an_empty_store_knows_nothing() -> None:
    woken = Woken()
    assert (woken.store.request(WEB), woken.store.snapshot(a_request())) == (None, Snapshot())


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
    woken = Woken()
    requests = [a_request(version=version, generation=version) for version in versions]
    answers = [woken.put_request(request) for request in requests]
    assert (answers, woken.store.request(WEB)) == (
        touched,
        a_request(version=kept, generation=kept),
    )


@in_any_order_of_versions
def test_of_two_versions_of_an_object_the_newer_stays(
    versions: list[int], touched: list[set[Key]], kept: int
) -> None:
    woken = Woken()
    labels = [{"version": str(version)} for version in versions]
    services = [
        a_service(version=version, labels=label)
        for version, label in zip(versions, labels, strict=True)
    ]
    answers = [woken.put(service) for service in services]
    assert (answers, snapshot(woken)) == (touched, {("Service", WEB, kept)})


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(a_service(), id="own Service"),
        pytest.param(a_service(owner=None), id="foreign Service"),
        pytest.param(a_slice(), id="slice of the Service"),
        pytest.param(a_slice(owner=OWNER_REFERENCE), id="own slice"),
        pytest.param(an_endpoints(owner=None), id="foreign Endpoints"),
    ],
)
def test_a_newer_version_of_which_nothing_is_read_that_is_new_wakes_nobody(
    record: ObjectRecord,
) -> None:
    woken = Woken(a_request(), record)
    newer = replace(record, version=2)
    assert (woken.put(newer), snapshot(woken)) == (set(), {(record.kind, record.key, 2)})


def test_a_deleted_request_does_not_come_back_under_its_uid() -> None:
    woken = Woken(a_request(version=1))
    woken.drop_request(a_request(version=3))
    assert (woken.put_request(a_request(version=2)), woken.store.request(WEB)) == (set(), None)


def test_a_deleted_request_comes_back_under_a_new_uid() -> None:
    woken = Woken(a_request(version=1))
    woken.drop_request(a_request(version=2))
    new = a_request(version=3, uid="another")
    assert (woken.put_request(new), woken.store.request(WEB)) == ({WEB}, new)


def test_a_deletion_that_is_told_late_leaves_the_successor() -> None:
    new = a_request(version=3, uid="another")
    woken = Woken(new)
    assert (woken.drop_request(a_request(version=2)), woken.store.request(WEB)) == (set(), new)


def test_a_deleted_object_does_not_come_back_under_its_uid() -> None:
    woken = Woken(a_service(version=1))
    woken.drop(a_service(version=3))
    assert (woken.put(a_service(version=2)), snapshot(woken)) == (set(), set())


def test_a_deletion_that_is_told_before_the_object_holds() -> None:
    woken = Woken()
    woken.drop(a_service(version=3))
    assert (woken.put(a_service(version=2)), snapshot(woken)) == (set(), set())


def test_a_deletion_of_an_object_that_is_told_late_leaves_the_successor() -> None:
    woken = Woken(a_service(version=3, uid="another"))
    assert (woken.drop(a_service(version=2)), snapshot(woken)) == (set(), {("Service", WEB, 3)})


@pytest.mark.parametrize(
    ("record", "touched"),
    [
        pytest.param(a_service(), {WEB}, id="owned Service"),
        pytest.param(a_service(name="old"), {WEB}, id="owned Service of a name no longer wanted"),
        pytest.param(a_service(owner=None), {WEB}, id="foreign Service of the wanted name"),
        pytest.param(a_service(owner=None, name="other"), set(), id="foreign Service"),
        pytest.param(a_service(owner=None, namespace="other"), set(), id="other namespace"),
        pytest.param(
            a_service(owner=None, name="front"), {a_key("one")}, id="wanted by two: the first"
        ),
        pytest.param(
            a_service(owner=OWNER_REFERENCE | {"name": "two"}, name="front"),
            {a_key("one"), a_key("two")},
            id="owned by the second of those who want it",
        ),
        pytest.param(a_slice(), {WEB}, id="slice of the Service"),
        pytest.param(a_slice(service_name="other"), set(), id="slice of another Service"),
        pytest.param(a_slice(owner=OWNER_REFERENCE, service_name="old"), {WEB}, id="owned slice"),
        pytest.param(an_endpoints(owner=None), {WEB}, id="Endpoints of the wanted name"),
    ],
)
@pytest.mark.parametrize("change", [Woken.put, Woken.drop], ids=["put", "drop"])
def test_a_change_of_an_object_touches(
    change: Callable[[Woken, ObjectRecord], set[Key]], record: ObjectRecord, touched: set[Key]
) -> None:
    woken = Woken(
        a_request(),
        a_request(name="one", uid="1", spec={"serviceName": "front"}),
        a_request(name="two", uid="2", spec={"serviceName": "front"}),
    )
    if change is Woken.drop:
        woken.put(record)
    assert change(woken, record) == touched


def test_a_slice_that_moves_touches_the_old_request_and_the_new() -> None:
    woken = Woken(
        a_request(),
        a_request(name="front", uid="2"),
        a_slice(version=1, service_name="web"),
    )
    assert woken.put(a_slice(version=2, service_name="front")) == {WEB, FRONT}


def test_a_deleted_request_touches_itself_and_the_next_that_wants_the_same_service() -> None:
    requests = [a_request(name=n, uid=n, spec={"serviceName": "front"}) for n in ("1", "2", "3")]
    assert Woken(a_request(), *requests).drop_request(requests[0]) == {a_key("1"), a_key("2")}


def test_a_request_that_wants_another_service_lets_go_of_the_first() -> None:
    woken = Woken(a_request(version=1), a_request(version=2, spec={"serviceName": "front"}))
    assert (woken.put(a_service(owner=None)), woken.put(a_service(owner=None, name="front"))) == (
        set(),
        {WEB},
    )


def test_for_a_request_stands_what_bears_the_wanted_name_and_what_it_owns() -> None:
    woken = Woken(
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
    assert snapshot(woken) == named | owned


def test_the_endpoints_of_a_service_that_it_owns_under_an_old_name_stand_for_it() -> None:
    woken = Woken(
        a_service(name="old", uid="old"),
        a_slice(name="old-1", uid="old-1", service_name="old"),
    )
    owned = {("Service", a_key("old"), 1), ("EndpointSlice", a_key("old-1"), 1)}
    assert snapshot(woken) == owned


def test_an_object_given_to_another_owner_stands_for_that_one_only() -> None:
    other = a_request(name="other", uid="other")
    woken = Woken(
        a_service(name="old", version=1),
        a_service(name="old", version=2, owner=OWNER_REFERENCE | {"name": "other", "uid": "other"}),
    )
    assert (snapshot(woken), snapshot(woken, other)) == (set(), {("Service", a_key("old"), 2)})


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
    woken = Woken(
        a_service(spec={"ports": [a_service_port(80), a_service_port(81, node_port=30080)]}),
        a_service(
            name="foreign",
            namespace="other",
            uid="foreign",
            owner=None,
            spec={"ports": [a_service_port(node_port=30081)], "clusterIPs": ["10.96.0.50"]},
        ),
    )
    assert woken.store.holder_of(claim) == holder


TAKEN: dict[str, Any] = {"ports": [a_service_port(node_port=30080)], "clusterIPs": ["10.96.0.50"]}
HOLDER = a_service(name="holder", uid="holder", owner=None, version=1, spec=TAKEN)
SECOND = a_request(name="second", uid="2", created="2026-03-01T11:00:01Z")
THIRD = a_request(name="third", uid="3", created="2026-03-01T11:00:02Z")
OTHER_PORT = a_service_port(81, node_port=30081)


def in_line(*requests: RequestRecord, claim: int | str = 30080) -> Woken:
    """A store whose requests wait for what a Service has."""
    woken = Woken(HOLDER, *requests)
    for request in requests:
        woken.store.wait(request, claim)
    return woken


@pytest.mark.parametrize("claim", [30080, "10.96.0.50"])
@pytest.mark.parametrize(
    ("spec", "given_up"),
    [
        pytest.param(TAKEN | {"selector": {"app": "new"}}, set(), id="has it still"),
        pytest.param(TAKEN | {"ports": [a_service_port()]}, {30080}, id="gives up its node port"),
        pytest.param(TAKEN | {"clusterIPs": []}, {"10.96.0.50"}, id="gives up its ClusterIP"),
        pytest.param(TAKEN | {"ports": [*TAKEN["ports"], OTHER_PORT]}, set(), id="takes more"),
    ],
)
def test_the_first_who_waits_for_what_a_service_has_is_woken_when_that_gives_it_up(
    claim: int | str, spec: dict[str, Any], given_up: set[int | str]
) -> None:
    woken = in_line(SECOND, a_request(), THIRD, claim=claim)
    changed = a_service(name="holder", uid="holder", owner=None, version=2, spec=spec)
    assert woken.put(changed) == ({WEB} if claim in given_up else set())


def test_the_first_who_waits_is_woken_when_what_has_it_goes() -> None:
    woken = in_line(a_request(), SECOND)
    other = a_service(name="other", uid="other", owner=None)
    assert (woken.put(other), woken.drop(other), woken.drop(HOLDER)) == (set(), set(), {WEB})


@pytest.mark.parametrize(
    ("leave", "touched"),
    [
        pytest.param(lambda store: store.wait(SECOND, None), {THIRD.key}, id="waits no more"),
        pytest.param(lambda store: store.wait(SECOND, 30081), {THIRD.key}, id="for another"),
        pytest.param(
            lambda store: store.drop_request(replace(SECOND, version=2)),
            {SECOND.key, THIRD.key},
            id="went",
        ),
        pytest.param(
            lambda store: store.put_request(replace(SECOND, version=2, deleting=True)),
            {SECOND.key, THIRD.key},
            id="is being deleted",
        ),
    ],
)
def test_who_leaves_touches_who_stood_right_behind(
    leave: Callable[[Store], object], touched: set[Key]
) -> None:
    woken = in_line(a_request(), SECOND, THIRD, a_request(name="last", uid="4", created="2026-04"))
    assert (woken.whom(lambda: leave(woken.store)), woken.place_only) == (touched, {THIRD.key})
    assert woken.store.wait(THIRD, 30080) == WEB


def test_who_is_the_first_now_is_told_more_than_of_another_place() -> None:
    woken = in_line(a_request(), SECOND, THIRD)
    touched = woken.drop_request(a_request(version=2))
    assert (touched, woken.place_only) == ({WEB, SECOND.key}, set())


def test_who_comes_late_and_is_older_touches_who_stands_right_behind() -> None:
    woken = in_line(a_request(), THIRD)
    woken.put_request(SECOND)
    assert woken.whom(lambda: woken.store.wait(SECOND, 30080)) == {THIRD.key}


@pytest.mark.parametrize(
    "line_up",
    [
        pytest.param(lambda store: store.wait(SECOND, 30080), id="for a node port"),
        pytest.param(lambda store: store.want(SECOND, True), id="for a name"),
    ],
)
def test_who_went_while_it_was_reconciled_stands_in_no_line(
    line_up: Callable[[Store], object],
) -> None:
    woken = Woken(SECOND, HOLDER)
    woken.drop_request(replace(SECOND, version=2))
    line_up(woken.store)
    woken.put_request(replace(SECOND, uid="anew", version=3, spec={"serviceName": "other"}))
    line_up(woken.store)
    later = a_request(name="later", uid="9", created="2026-04", spec={"serviceName": "second"})
    woken.put_request(later)
    assert (woken.store.wait(later, 30080), woken.store.older(later)) == (None, None)


def test_what_was_given_up_is_held_by_nobody() -> None:
    woken = Woken(HOLDER, a_service(name="holder", uid="holder", owner=None, version=2))
    assert woken.store.holder_of(30080) is None


STATUS = {"observedGeneration": 1, "type": "ClusterIP"}


@pytest.mark.parametrize(
    ("answer", "woken_ones"),
    [
        pytest.param({"status": STATUS}, set(), id="as it was written"),
        pytest.param({"status": STATUS, "generation": 2}, {WEB}, id="with a newer spec"),
        pytest.param({"status": STATUS, "deleting": True}, {WEB}, id="being deleted"),
        pytest.param({"status": STATUS, "uid": "another"}, {WEB}, id="another of that name"),
        pytest.param({"status": STATUS | {"type": "NodePort"}}, {WEB}, id="with other words"),
    ],
)
def test_the_answer_to_our_own_write_of_the_status_wakes(
    answer: dict[str, Any], woken_ones: set[Key]
) -> None:
    woken = Woken(a_request(version=1))
    assert woken.put_request(a_request(version=2, **answer), written=STATUS) == woken_ones


def test_what_the_answer_told_is_no_news_when_the_watch_tells_it() -> None:
    woken = Woken(a_request(version=1))
    newer = a_request(version=2, generation=2, status=STATUS)
    assert (woken.put_request(newer, written=STATUS), woken.put_request(newer)) == ({WEB}, set())


@pytest.mark.parametrize(
    ("change", "woken_ones"),
    [
        pytest.param({}, set(), id="its metadata"),
        pytest.param({"status": STATUS}, {WEB}, id="its status, by somebody else"),
        pytest.param({"generation": 2, "spec": {"ports": ["81"]}}, {WEB}, id="its spec"),
    ],
)
def test_a_request_is_woken_by_a_change_of(change: dict[str, Any], woken_ones: set[Key]) -> None:
    woken = Woken(a_request(version=1))
    assert woken.put_request(a_request(version=2, **change)) == woken_ones


FRIEND = a_request(
    name="friend", uid="friend", spec={"targetRef": {"kind": "Service", "name": "web"}}
)


def test_the_answer_to_an_own_write_wakes_all_but_the_writer() -> None:
    woken = Woken(a_request(), FRIEND)
    answers = woken.put(a_service(version=1), by=WEB), woken.drop(a_service(version=2), by=WEB)
    assert answers == ({FRIEND.key}, {FRIEND.key})


@pytest.mark.parametrize(
    ("record", "status_only"),
    [
        pytest.param(a_slice(), True, id="a slice of the cluster's"),
        pytest.param(an_endpoints(owner=None), True, id="Endpoints of the cluster's"),
        pytest.param(a_slice(owner=OWNER_REFERENCE), False, id="a slice of the request's"),
        pytest.param(an_endpoints(owner=OWNER_REFERENCE), False, id="Endpoints of the request's"),
        pytest.param(a_service(), False, id="a Service"),
    ],
)
def test_it_is_told_when_only_the_clusters_endpoints_change(
    record: ObjectRecord, status_only: bool
) -> None:
    woken = Woken(a_request())
    assert (woken.put(record), woken.status_only) == ({WEB}, {WEB} if status_only else set())


def test_what_is_forgotten_may_come_back_at_an_earlier_version() -> None:
    woken = Woken(a_request(version=90), a_service(version=95), a_slice(version=97))
    woken.store.drop_unlisted("Service", None, {"uid-of-service"}, 99)
    woken.drop(a_slice(version=98))
    assert woken.forget("Service", None) == {WEB}
    assert woken.put(a_service(version=5)) == {WEB}
    assert woken.forget("ExposeRequest", "shop") == {WEB}
    assert woken.put_request(a_request(version=3)) == {WEB}
    assert woken.put(a_slice(version=6)) == {WEB}


def test_only_the_collection_is_forgotten() -> None:
    woken = Woken(a_request(), a_service(), a_service(namespace="other", uid="other", owner=None))
    woken.forget("Service", "other")
    assert snapshot(woken) == {("Service", WEB, 1)}


EARLIER = "2026-03-01T10:00:00Z"
OLDER = a_request(name="older", uid="b", created=EARLIER, spec={"serviceName": "web"})
WEB_REQUEST = a_request()


def older(woken: Woken, *requests: RequestRecord) -> list[Key | None]:
    return [woken.store.older(request) for request in requests]


def test_of_those_who_want_one_service_each_knows_the_next_older_one() -> None:
    young = a_request(name="young", uid="c", created="2026-04", spec={"serviceName": "web"})
    woken = Woken(young, WEB_REQUEST, OLDER)
    assert older(woken, OLDER, WEB_REQUEST, young) == [None, OLDER.key, WEB]


def test_of_two_of_one_second_the_smaller_uid_goes_first() -> None:
    twin = a_request(name="twin", uid="a", spec={"serviceName": "web"})
    assert older(Woken(WEB_REQUEST, twin), twin, WEB_REQUEST) == [None, twin.key]


INVALID = {"conditions": [{"type": "Accepted", "status": "False"}]}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"deleting": True}, id="is being deleted"),
        pytest.param({"status": INVALID}, id="its status says that it can't be carried out"),
    ],
)
def test_no_way_is_barred_by_one_that(changes: dict[str, Any]) -> None:
    assert older(Woken(WEB_REQUEST, replace(OLDER, **changes)), WEB_REQUEST) == [None]


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param("none", id="no list"),
        pytest.param([None, "Accepted"], id="no conditions in it"),
        pytest.param([{"type": "Accepted", "status": "True"}], id="valid"),
        pytest.param([{"type": "Ready", "status": "False"}], id="valid, but not Ready"),
    ],
)
def test_another_status_is_none_that_says_so(conditions: object) -> None:
    older_one = replace(OLDER, status={"conditions": conditions})
    assert older(Woken(WEB_REQUEST, older_one), WEB_REQUEST) == [OLDER.key]


def test_one_that_turns_out_invalid_gives_way_until_it_is_valid() -> None:
    woken = Woken(WEB_REQUEST, OLDER)
    assert woken.whom(lambda: woken.store.want(OLDER, False)) == {WEB}
    assert older(woken, WEB_REQUEST) == [None]
    assert woken.whom(lambda: woken.store.want(OLDER, False)) == set()
    assert woken.whom(lambda: woken.store.want(OLDER, True)) == {WEB}
    assert older(woken, WEB_REQUEST) == [OLDER.key]


def test_what_an_earlier_request_of_the_name_was_is_forgotten() -> None:
    woken = Woken(WEB_REQUEST, OLDER)
    woken.store.want(OLDER, False)
    woken.put_request(replace(OLDER, uid="another", version=2))
    assert older(woken, WEB_REQUEST) == [OLDER.key]


def test_a_request_that_turns_to_another_name_touches_the_next_who_wants_its_old_one() -> None:
    woken = Woken(WEB_REQUEST, OLDER)
    turned = a_request(name="older", uid="b", version=2, spec={"serviceName": "other"})
    assert woken.put_request(turned) == {OLDER.key, WEB_REQUEST.key}
