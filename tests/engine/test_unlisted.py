"""What a complete list doesn't have is forgotten, and stays so."""

import pytest

from exposer.observed import Key, Store
from tests.support.builders import a_key, a_request, a_service, a_slice, an_endpoints

WEB = a_key("web")


def kinds(store: Store) -> set[str]:
    """The kinds of what stands for the request shop/web."""
    return {record.kind for record in store.snapshot(a_request()).objects}


def test_what_is_listed_stays() -> None:
    store = Store()
    service = a_service(version=1)
    store.put(service)
    assert store.drop_unlisted("Service", None, {service.uid}, 9) == set()
    assert kinds(store) == {"Service"}


@pytest.mark.parametrize(
    ("namespace", "version", "touched"),
    [
        pytest.param(None, 5, {WEB}, id="everywhere"),
        pytest.param("shop", 5, {WEB}, id="in its namespace"),
        pytest.param("other", 5, set(), id="in another namespace"),
        pytest.param(None, 4, set(), id="before it was made"),
    ],
)
def test_what_is_not_listed_goes(namespace: str | None, version: int, touched: set[Key]) -> None:
    store = Store()
    store.put_request(a_request())
    store.put(a_service(version=5))
    assert store.drop_unlisted("Service", namespace, set(), version) == touched
    assert kinds(store) == (set() if touched else {"Service"})


def test_other_kinds_stay() -> None:
    store = Store()
    store.put_request(a_request(version=1))
    for record in (a_service(version=1), a_slice(version=1), an_endpoints(version=1)):
        store.put(record)
    store.drop_unlisted("Endpoints", None, set(), 9)
    assert kinds(store) == {"Service", "EndpointSlice"}
    assert store.request(WEB) is not None


def test_a_request_that_is_not_listed_claims_nothing() -> None:
    store = Store()
    gone = a_request(version=1)
    left = a_request(name="front", uid="another", version=2, spec={"serviceName": "web"})
    store.put_request(gone)
    store.put_request(left)
    assert store.drop_unlisted("ExposeRequest", None, {left.uid}, 9) == {left.key}
    assert (store.request(WEB), store.request(left.key)) == (None, left)


@pytest.mark.parametrize(
    ("version", "taken"),
    [pytest.param(9, False, id="before the list"), pytest.param(10, True, id="after the list")],
)
def test_an_answer_that_comes_later_than_the_list_tells_of(version: int, taken: bool) -> None:
    store = Store()
    store.put_request(a_request())
    store.drop_unlisted("Service", None, set(), 9)
    assert store.put(a_service(version=version)) == ({WEB} if taken else set())


def test_a_list_of_one_namespace_says_nothing_of_another() -> None:
    store = Store()
    store.put_request(a_request())
    store.drop_unlisted("Service", "other", set(), 9)
    assert store.put(a_service(version=1)) == {WEB}


def test_what_is_listed_may_be_told_again_later() -> None:
    store = Store()
    store.put_request(a_request())
    store.put(a_service(version=1))
    store.drop_unlisted("Service", None, {a_service().uid}, 9)
    assert store.put(a_service(version=2)) == {WEB}


def test_what_leaves_the_selection_may_come_back() -> None:
    """A watch with a label selector tells of a lost label as of a deletion."""
    store = Store()
    store.put_request(a_request())
    store.put(a_slice(version=1))
    store.drop(a_slice(version=2))
    assert (store.put(a_slice(version=2)), store.put(a_slice(version=3))) == (set(), {WEB})


def test_a_lost_label_that_was_mended_before_it_is_told_of_is_no_loss() -> None:
    store = Store()
    store.put(a_slice(version=3))
    assert (store.drop(a_slice(version=2)), kinds(store)) == (set(), {"EndpointSlice"})
