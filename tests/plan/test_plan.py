"""What to write so that the desired objects stand."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from exposer.api import AcceptedRequest, Reason
from exposer.desired import desired_objects
from exposer.grammar import Kind
from exposer.observed import ObjectRecord, Snapshot, trimmed_object
from exposer.plan import Apply, Create, Delete, Plan, Probe, Refusal, Write, plan
from tests.support.builders import (
    BY_THE_CLUSTER,
    BY_THE_OPERATOR,
    OWNER_REFERENCE,
    REQUEST_UID,
    SERVICE_UID,
    a_key,
    a_mapping,
    a_service,
    a_service_port,
    a_slice,
    an_accepted_request,
    an_endpoints,
    an_owner,
)

Body = dict[str, Any]
TO_ADDRESS = an_accepted_request(addresses=["192.0.2.10"])


def wanted(request: AcceptedRequest) -> list[Body]:
    return desired_objects(an_owner(), request)


def stood_up(request: AcceptedRequest, change: Callable[[Body], None] | None = None) -> Snapshot:
    """What stands once everything desired is written; ``change`` is done to each object."""
    records = []
    for number, body in enumerate(deepcopy(wanted(request))):
        body["metadata"] |= {
            "uid": f"uid-{number}",
            "resourceVersion": "7",
            "managedFields": BY_THE_OPERATOR,
        }
        if change is not None:
            change(body)
        records.append(trimmed_object(body["kind"], body))
    return Snapshot(tuple(records))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(an_accepted_request(), id="cluster IP"),
        pytest.param(an_accepted_request(kind=Kind.NODE_PORT), id="node port"),
        pytest.param(
            an_accepted_request(kind=Kind.NODE_PORT, ports=[a_mapping(node_port=30080)]),
            id="asked-for node port",
        ),
        pytest.param(an_accepted_request(kind=Kind.HEADLESS, ports=[]), id="headless"),
        pytest.param(
            an_accepted_request(kind=Kind.EXTERNAL_NAME, ports=[], external_name="db"),
            id="external name",
        ),
        pytest.param(TO_ADDRESS, id="address"),
        pytest.param(
            an_accepted_request(addresses=["192.0.2.10", "2001:db8::10", "192.0.2.9"]),
            id="addresses of both families",
        ),
    ],
)
def test_in_the_steady_state_there_is_nothing_to_write(request_: AcceptedRequest) -> None:
    assert plan(REQUEST_UID, wanted(request_), stood_up(request_)) == Plan()


def test_what_the_cluster_allocates_and_defaults_is_no_difference() -> None:
    service = a_service(
        spec={
            "type": "NodePort",
            "ports": [a_service_port(node_port=31234)],
            "externalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
        },
        labels={"app.kubernetes.io/managed-by": "exposer", "team": "shop"},
    )
    desired = wanted(an_accepted_request(kind=Kind.NODE_PORT))
    assert plan(REQUEST_UID, desired, Snapshot((service,))) == Plan()


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(an_accepted_request(), id="selector"),
        pytest.param(TO_ADDRESS, id="address"),
    ],
)
def test_of_a_new_request_everything_is_created_the_service_first(
    request_: AcceptedRequest,
) -> None:
    desired = wanted(request_)
    assert plan(REQUEST_UID, desired, Snapshot()) == Plan(tuple(map(Create, desired)))


def test_an_object_that_is_gone_is_created_again() -> None:
    service, slice_, endpoints = wanted(TO_ADDRESS)
    snapshot = Snapshot(stood_up(TO_ADDRESS).objects[:2])
    assert plan(REQUEST_UID, [service, slice_, endpoints], snapshot) == Plan((Create(endpoints),))


def drift_service(body: Body) -> None:
    if body["kind"] == "Service":
        body["spec"]["type"] = "NodePort"
        body["spec"]["ports"][0]["targetPort"] = 9999


def drift_slice(body: Body) -> None:
    if body["kind"] == "EndpointSlice":
        body["endpoints"] = []


def drift_endpoints(body: Body) -> None:
    if body["kind"] == "Endpoints":
        body["subsets"][0]["addresses"].append({"ip": "192.0.2.66"})


def drift_label(body: Body) -> None:
    if body["kind"] == "Endpoints":
        del body["metadata"]["labels"]["endpointslice.kubernetes.io/skip-mirror"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        pytest.param(drift_service, 0, id="Service"),
        pytest.param(drift_slice, 1, id="slice"),
        pytest.param(drift_endpoints, 2, id="Endpoints"),
        pytest.param(drift_label, 2, id="label"),
    ],
)
def test_drift_in_an_owned_object_is_mended_in_that_one_only(
    change: Callable[[Body], None], number: int
) -> None:
    request = an_accepted_request(addresses=["192.0.2.10"])
    desired = wanted(request)
    assert plan(REQUEST_UID, desired, stood_up(request, change)) == Plan(
        (Apply(desired[number], f"uid-{number}"),)
    )


def test_a_port_that_somebody_added_to_an_owned_service_is_taken_out() -> None:
    service = a_service(spec={"ports": [a_service_port(), a_service_port(81)]})
    desired = wanted(an_accepted_request())
    assert plan(REQUEST_UID, desired, Snapshot((service,))) == Plan(
        (Apply(desired[0], SERVICE_UID, ('f:spec f:ports k:{"port":81,"protocol":"TCP"}',)),)
    )


def test_a_service_under_a_new_name_stands_before_the_old_one_goes() -> None:
    old = a_service(name="old")
    desired = wanted(an_accepted_request(service_name="front"))
    assert plan(REQUEST_UID, desired, Snapshot((old,))) == Plan((Create(desired[0]), Delete(old)))


@pytest.mark.parametrize("deleting", [False, True])
def test_the_old_service_goes_first_if_the_new_one_wants_its_node_port(deleting: bool) -> None:
    old = a_service(
        name="old", spec={"ports": [a_service_port(node_port=30080)]}, deleting=deleting
    )
    desired = wanted(
        an_accepted_request(
            service_name="front", kind=Kind.NODE_PORT, ports=[a_mapping(node_port=30080)]
        )
    )
    free = wanted(an_accepted_request(service_name="front", kind=Kind.NODE_PORT))
    message = 'Service "old" is being deleted; a new one takes its place then'
    waiting = Plan(refusal=Refusal(Reason.PENDING, message, woken=True))
    assert plan(REQUEST_UID, desired, Snapshot((old,))) == (
        waiting if deleting else Plan((Probe(free[0]), Delete(old), Create(desired[0])))
    )


def test_what_is_being_deleted_already_is_not_deleted_again() -> None:
    request = an_accepted_request()
    old = a_service(name="old", deleting=True)
    snapshot = Snapshot((*stood_up(request).objects, old))
    assert plan(REQUEST_UID, wanted(request), snapshot) == Plan()


def test_addresses_that_are_taken_back_take_their_endpoints_along() -> None:
    service, slice_, endpoints = stood_up(TO_ADDRESS).objects
    desired = wanted(an_accepted_request())
    assert plan(REQUEST_UID, desired, Snapshot((service, slice_, endpoints))) == Plan(
        (Apply(desired[0], service.uid), Delete(slice_), Delete(endpoints))
    )


def test_a_family_without_addresses_loses_its_slice() -> None:
    both = stood_up(an_accepted_request(addresses=["192.0.2.10", "2001:db8::10"]))
    _, _, slice6, endpoints = both.objects
    desired = wanted(TO_ADDRESS)
    assert plan(REQUEST_UID, desired, both) == Plan(
        (Apply(desired[2], endpoints.uid), Delete(slice6))
    )


@pytest.mark.parametrize(
    ("left_over", "writes"),
    [
        pytest.param(a_slice(), lambda left, _: [Delete(left)], id="slice of the cluster's"),
        pytest.param(
            an_endpoints(owner=None, managed_fields=BY_THE_CLUSTER),
            lambda left, desired: [Delete(left), Create(desired[2])],
            id="Endpoints of the cluster's",
        ),
    ],
)
def test_what_the_cluster_made_while_there_was_a_selector_makes_way_for_addresses(
    left_over: ObjectRecord, writes: Callable[[ObjectRecord, list[Body]], list[Write]]
) -> None:
    desired = wanted(TO_ADDRESS)
    kept = [
        record
        for record in stood_up(TO_ADDRESS).objects
        if record.kind != "Service" and (record.kind, record.key) != (left_over.kind, left_over.key)
    ]
    service = a_service(spec={"selector": {}})
    found = plan(REQUEST_UID, desired, Snapshot((service, *kept, left_over)))
    assert found == Plan(tuple(writes(left_over, desired)))


def test_the_clusters_own_slices_stay_while_there_is_a_selector() -> None:
    request = an_accepted_request()
    snapshot = Snapshot(
        (a_service(), a_slice(), an_endpoints(owner=None, managed_fields=BY_THE_CLUSTER))
    )
    assert plan(REQUEST_UID, wanted(request), snapshot) == Plan()


@pytest.mark.parametrize(
    ("spec", "desired"),
    [
        pytest.param({}, an_accepted_request(), id="same"),
        pytest.param({"selector": {"app": "old"}}, an_accepted_request(), id="other spec"),
    ],
)
def test_a_successor_waits_until_an_owned_service_is_gone(
    spec: Body, desired: AcceptedRequest
) -> None:
    snapshot = Snapshot((a_service(deleting=True, spec=spec),))
    message = 'Service "web" is being deleted; a new one takes its place then'
    assert plan(REQUEST_UID, wanted(desired), snapshot) == Plan(
        (), Refusal(Reason.PENDING, message, woken=True)
    )


def test_the_inputs_are_not_changed() -> None:
    desired, snapshot = wanted(TO_ADDRESS), stood_up(TO_ADDRESS, drift_endpoints)
    before = deepcopy((desired, snapshot))
    plan(REQUEST_UID, desired, snapshot)
    assert (desired, snapshot) == before


def test_an_apply_tells_what_it_changes() -> None:
    service = a_service(spec={"type": "NodePort", "externalIPs": ["192.0.2.1"]})
    (apply,) = plan(REQUEST_UID, wanted(an_accepted_request()), Snapshot((service,))).writes
    assert isinstance(apply, Apply)
    assert apply.fields == ("spec.type", "spec.externalIPs")


def test_a_plan_tells_whose_it_is() -> None:
    desired = wanted(an_accepted_request(service_name="front"))
    assert plan(REQUEST_UID, desired, Snapshot()).request == a_key("web")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(a_slice(owner=OWNER_REFERENCE), id="slice"),
        pytest.param(an_endpoints(name="web-2"), id="Endpoints"),
    ],
)
def test_endpoints_of_another_controller_stay_though_the_request_owns_them(
    record: ObjectRecord,
) -> None:
    request = an_accepted_request()
    snapshot = Snapshot((*stood_up(request).objects, record))
    assert plan(REQUEST_UID, wanted(request), snapshot) == Plan()


ALLOCATED = [a_service_port(80, node_port=30080), a_service_port(81, node_port=30081)]


def test_a_service_that_is_gone_asks_for_the_node_ports_that_the_status_tells_of() -> None:
    ports = [a_mapping(80), a_mapping(81)]
    desired = wanted(an_accepted_request(kind=Kind.NODE_PORT, ports=ports))
    pinned = [a_mapping(80, node_port=30080), a_mapping(81, node_port=30081)]
    asking = wanted(an_accepted_request(kind=Kind.NODE_PORT, ports=pinned))
    assert plan(REQUEST_UID, desired, Snapshot(), ALLOCATED) == Plan(
        (Create(asking[0], otherwise=desired[0]),)
    )


def test_a_new_service_does_not_ask_for_node_ports_that_the_old_one_still_has() -> None:
    old = a_service(name="old", spec={"type": "NodePort", "ports": ALLOCATED})
    desired = wanted(an_accepted_request(service_name="front", kind=Kind.NODE_PORT))
    assert plan(REQUEST_UID, desired, Snapshot((old,)), ALLOCATED) == Plan(
        (Create(desired[0]), Delete(old))
    )


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(an_accepted_request(), id="cluster IP"),
        pytest.param(
            an_accepted_request(kind=Kind.NODE_PORT, ports=[a_mapping(node_port=30090)]),
            id="asked-for node port",
        ),
        pytest.param(an_accepted_request(kind=Kind.HEADLESS), id="headless"),
    ],
)
def test_who_needs_no_node_port_of_the_cluster_asks_for_none(request_: AcceptedRequest) -> None:
    desired = wanted(request_)
    assert plan(REQUEST_UID, desired, Snapshot(), ALLOCATED) == Plan((Create(desired[0]),))


def test_a_new_service_asks_for_the_node_ports_of_an_old_one_that_goes_first() -> None:
    ports = [a_mapping(80, node_port=30080), a_mapping(81)]
    request = an_accepted_request(service_name="front", kind=Kind.NODE_PORT, ports=ports)
    pinned = [a_mapping(80, node_port=30080), a_mapping(81, node_port=30081)]
    asking = an_accepted_request(service_name="front", kind=Kind.NODE_PORT, ports=pinned)
    old = a_service(name="old", spec={"type": "NodePort", "ports": ALLOCATED})
    (probe, delete, create) = plan(REQUEST_UID, wanted(request), Snapshot((old,)), ALLOCATED).writes
    assert isinstance(probe, Probe)
    assert (delete, create) == (
        Delete(old),
        Create(wanted(asking)[0], otherwise=wanted(request)[0]),
    )
