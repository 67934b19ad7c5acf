"""However many stand in line, a change costs the same: calls are counted, nothing is timed."""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from exposer.observed import RequestRecord, Store
from tests.support.builders import a_request, a_service, a_service_port

PORT = 30080
FEW, MANY = 10, 1000


def request(number: int) -> RequestRecord:
    """One of many that want Service shop/one, each younger than the one before."""
    name, spec = f"web-{number}", {"serviceName": "one"}
    return a_request(name=name, uid=name, created=f"2026-03-01T{number:06}", spec=spec)


def holder(version: int, **changes: Any) -> Any:
    spec = {"ports": [a_service_port(node_port=PORT)]}
    return a_service(
        **{"name": "holder", "owner": None, "version": version, "spec": spec} | changes
    )


def store_of(count: int) -> Store:
    """All of them in line for the Service's name and for a node port."""
    store = Store()
    store.put(holder(1))
    for number in range(count):
        store.put_request(request(number))
        store.wait(request(number), PORT)
    return store


def steps(operation: Callable[[], object]) -> int:
    """The calls that it makes, those of functions written in C included."""
    counted = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    gc.disable()  # it may call back, whenever it comes
    sys.setprofile(count)
    try:
        operation()
    finally:
        sys.setprofile(None)
        gc.enable()
    return counted


OPERATIONS: dict[str, Callable[[Store], object]] = {
    "the oldest goes": lambda store: store.drop_request(replace(request(0), version=2)),
    "one in the middle goes": lambda store: store.drop_request(replace(request(5), version=2)),
    "one comes": lambda store: store.put_request(replace(request(5), uid="new", version=2)),
    "one turns to another name": lambda store: store.put_request(
        replace(request(5), version=2, spec={"serviceName": "two"})
    ),
    "one turns out invalid": lambda store: store.want(request(5), False),
    "one waits no more": lambda store: store.wait(request(5), None),
    "one asks who is before it": lambda store: store.older(request(5)),
    "the holder is annotated": lambda store: store.put(holder(2, labels={"a": "b"})),
    "the holder gives it up": lambda store: store.put(holder(2, spec={"ports": []})),
    "the holder goes": lambda store: store.drop(holder(2)),
    "the Service that all want comes": lambda store: store.put(a_service(name="one", owner=None)),
}


@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=name) for name, each in OPERATIONS.items()]
)
def test_a_change_costs_the_same_however_many_are_in_line(
    operation: Callable[[Store], object],
) -> None:
    few, many = store_of(FEW), store_of(MANY)
    assert steps(lambda: operation(many)) == steps(lambda: operation(few))
