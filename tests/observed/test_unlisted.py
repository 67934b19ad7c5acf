"""What a complete list doesn't have is forgotten, and stays so."""

import pytest

from exposer.observed import Key
from tests.support.builders import a_key, a_request, a_service, a_slice, an_endpoints
from tests.support.woken import Woken

WEB = a_key("web")


def kinds(woken: Woken) -> set[str]:
    """The kinds of what stands for the request shop/web."""
    return {record.kind for record in woken.store.snapshot(a_request()).objects}


def test_what_is_listed_stays() -> None:
    woken = Woken()
    service = a_service(version=1)
    woken.put(service)
    assert woken.drop_unlisted("Service", None, {service.uid}, 9) == set()
    assert kinds(woken) == {"Service"}


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
    woken = Woken()
    woken.put_request(a_request())
    woken.put(a_service(version=5))
    assert woken.drop_unlisted("Service", namespace, set(), version) == touched
    assert kinds(woken) == (set() if touched else {"Service"})


def test_other_kinds_stay() -> None:
    woken = Woken()
    woken.put_request(a_request(version=1))
    for record in (a_service(version=1), a_slice(version=1), an_endpoints(version=1)):
        woken.put(record)
    woken.drop_unlisted("Endpoints", None, set(), 9)
    assert kinds(woken) == {"Service", "EndpointSlice"}
    assert woken.store.request(WEB) is not None


def test_a_request_that_is_not_listed_claims_nothing() -> None:
    woken = Woken()
    gone = a_request(version=1)
    left = a_request(name="front", uid="younger", version=2, spec={"serviceName": "web"})
    woken.put_request(gone)
    woken.put_request(left)
    assert woken.drop_unlisted("ExposeRequest", None, {left.uid}, 9) == {WEB, left.key}
    assert (woken.store.request(WEB), woken.store.request(left.key)) == (None, left)


@pytest.mark.parametrize(
    ("version", "taken"),
    [pytest.param(9, False, id="before the list"), pytest.param(10, True, id="after the list")],
)
def test_an_answer_that_comes_later_than_the_list_tells_of(version: int, taken: bool) -> None:
    woken = Woken()
    woken.put_request(a_request())
    woken.drop_unlisted("Service", None, set(), 9)
    assert woken.put(a_service(version=version)) == ({WEB} if taken else set())


def test_a_list_of_one_namespace_says_nothing_of_another() -> None:
    woken = Woken()
    woken.put_request(a_request())
    woken.drop_unlisted("Service", "other", set(), 9)
    assert woken.put(a_service(version=1)) == {WEB}


def test_what_is_listed_may_be_told_again_later() -> None:
    woken = Woken()
    woken.put_request(a_request())
    woken.put(a_service(version=1))
    woken.drop_unlisted("Service", None, {a_service().uid}, 9)
    assert woken.put(a_service(version=2, labels={})) == {WEB}


def test_what_leaves_the_selection_may_come_back() -> None:
    """A watch with a label selector tells of a lost label as of a deletion."""
    woken = Woken()
    woken.put_request(a_request())
    woken.put(a_slice(version=1))
    woken.drop(a_slice(version=2))
    assert (woken.put(a_slice(version=2)), woken.put(a_slice(version=3))) == (set(), {WEB})


def test_a_lost_label_that_was_mended_before_it_is_told_of_is_no_loss() -> None:
    woken = Woken()
    woken.put(a_slice(version=3))
    assert (woken.drop(a_slice(version=2)), kinds(woken)) == (set(), {"EndpointSlice"})
