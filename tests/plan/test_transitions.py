"""Which changes of kind happen in place, and which need a new Service."""

import pytest

from exposer.api import AcceptedRequest, Reason
from exposer.desired import desired_objects
from exposer.desired.service import desired_service
from exposer.grammar import Kind
from exposer.observed import Snapshot
from exposer.plan import Apply, Create, Delete, Plan, Probe, Refusal, plan
from exposer.plan.transitions import must_be_replaced
from tests.support.builders import (
    REQUEST_UID,
    SERVICE_UID,
    Body,
    a_mapping,
    a_service,
    a_service_port,
    a_slice,
    an_accepted_request,
    an_owner,
)

STANDING: dict[Kind, Body] = {
    Kind.CLUSTER_IP: {"type": "ClusterIP", "clusterIP": "10.96.12.7"},
    Kind.NODE_PORT: {"type": "NodePort", "clusterIP": "10.96.12.7"},
    Kind.LOAD_BALANCER: {"type": "LoadBalancer", "clusterIP": "10.96.12.7"},
    Kind.HEADLESS: {"type": "ClusterIP", "clusterIP": "None"},
    Kind.EXTERNAL_NAME: {"type": "ExternalName", "clusterIP": ""},
}
WITH_ADDRESS = (Kind.CLUSTER_IP, Kind.NODE_PORT, Kind.LOAD_BALANCER)
IN_PLACE = [
    *[(old, new) for old in WITH_ADDRESS for new in WITH_ADDRESS],
    *[(Kind.EXTERNAL_NAME, new) for new in Kind],
    *[(old, Kind.EXTERNAL_NAME) for old in (*WITH_ADDRESS, Kind.HEADLESS)],
    (Kind.HEADLESS, Kind.HEADLESS),
]
REPLACED = [
    *[(old, Kind.HEADLESS) for old in WITH_ADDRESS],
    *[(Kind.HEADLESS, new) for new in WITH_ADDRESS],
]


def wanted(kind: Kind) -> AcceptedRequest:
    if kind is Kind.EXTERNAL_NAME:
        return an_accepted_request(kind=kind, ports=[], external_name="db.example.com")
    return an_accepted_request(kind=kind)


def test_every_pair_of_kinds_has_a_row() -> None:
    pairs = {(old, new) for old in Kind for new in Kind}
    assert (set(IN_PLACE) | set(REPLACED), len(IN_PLACE) + len(REPLACED)) == (pairs, len(pairs))


@pytest.mark.parametrize(
    ("old", "new", "replaced"),
    [
        pytest.param(old, new, replaced, id=f"{old} to {new}")
        for pairs, replaced in ((IN_PLACE, False), (REPLACED, True))
        for old, new in pairs
    ],
)
def test_only_to_and_from_headless_the_service_is_replaced(
    old: Kind, new: Kind, replaced: bool
) -> None:
    (desired,) = desired_objects(an_owner(), wanted(new))
    assert must_be_replaced(desired, a_service(spec=STANDING[old])) is replaced


def test_a_change_in_place_is_one_apply_to_the_object_that_was_seen() -> None:
    (desired,) = desired_objects(an_owner(), wanted(Kind.NODE_PORT))
    snapshot = Snapshot((a_service(spec=STANDING[Kind.CLUSTER_IP]),))
    assert plan(REQUEST_UID, [desired], snapshot) == Plan((Apply(desired, SERVICE_UID),))


def test_a_replacement_is_tried_out_and_then_made_as_soon_as_the_old_service_is_deleted() -> None:
    desired = desired_objects(an_owner(), wanted(Kind.HEADLESS))
    service = a_service(spec=STANDING[Kind.CLUSTER_IP])
    assert plan(REQUEST_UID, desired, Snapshot((service,))) == Plan(
        (Probe(desired[0]), Delete(service), Create(desired[0]))
    )


def test_a_replacement_waits_for_an_old_service_that_a_finalizer_keeps() -> None:
    desired = desired_objects(an_owner(), wanted(Kind.HEADLESS))
    service = a_service(spec=STANDING[Kind.CLUSTER_IP], deleting=True)
    message = 'Service "web" is being deleted; a new one takes its place then'
    assert plan(REQUEST_UID, desired, Snapshot((service,))) == Plan(
        (), Refusal(Reason.PENDING, message, woken=True)
    )


def test_a_replacement_ends_with_a_new_service() -> None:
    desired = desired_objects(an_owner(), wanted(Kind.HEADLESS))
    assert plan(REQUEST_UID, desired, Snapshot((a_slice(),))) == Plan((Create(desired[0]),))


def test_an_external_name_drops_what_the_cluster_made_for_the_selector() -> None:
    desired = desired_objects(an_owner(), wanted(Kind.EXTERNAL_NAME))
    port: Body = {'k:{"port":80,"protocol":"TCP"}': {"f:name": {}}}
    fields: Body = {"f:selector": {}, "f:sessionAffinity": {}, "f:internalTrafficPolicy": {}}
    applied = {"f:spec": {"f:ports": port, **fields}}
    service = a_service(
        managed_fields=[{"manager": "exposer", "operation": "Apply", "fieldsV1": applied}]
    )
    slice_ = a_slice()
    snapshot = Snapshot((service, slice_))
    assert plan(REQUEST_UID, desired, snapshot) == Plan(
        (Apply(desired[0], SERVICE_UID), Delete(slice_))
    )


@pytest.mark.parametrize(
    ("wanted_spec", "standing_spec", "replaced"),
    [
        pytest.param({"clusterIP": "10.96.12.7"}, {}, False, id="the cluster IP that stands"),
        pytest.param({"clusterIP": "10.96.0.50"}, {}, True, id="another cluster IP"),
        pytest.param({"ipFamilies": ["IPv4"]}, {"ipFamilies": ["IPv4"]}, False, id="same family"),
        pytest.param(
            {"ipFamilies": ["IPv4", "IPv6"]}, {"ipFamilies": ["IPv4"]}, False, id="a second family"
        ),
        pytest.param(
            {"ipFamilies": ["IPv6"]}, {"ipFamilies": ["IPv4"]}, True, id="another first family"
        ),
    ],
)
def test_what_is_immutable_needs_a_new_service(
    wanted_spec: Body, standing_spec: Body, replaced: bool
) -> None:
    (desired,) = desired_objects(an_owner(), an_accepted_request(service_spec=wanted_spec))
    assert must_be_replaced(desired, a_service(spec=standing_spec)) is replaced


CLASS: Body = {"f:spec": {"f:loadBalancerClass": {}}}


@pytest.mark.parametrize(
    ("wanted_class", "standing_class", "ours", "replaced"),
    [
        pytest.param(None, None, False, False, id="none"),
        pytest.param("x/y", "x/y", True, False, id="the same"),
        pytest.param("x/y", None, False, True, id="one where none was"),
        pytest.param("x/z", "x/y", True, True, id="another"),
        pytest.param(None, "x/y", True, True, id="taken back"),
        pytest.param(None, "x/y", False, False, id="somebody else's"),
        pytest.param("x/z", "x/y", False, True, id="another than somebody else's"),
    ],
)
def test_another_class_of_load_balancer_needs_a_new_service(
    wanted_class: str | None, standing_class: str | None, ours: bool, replaced: bool
) -> None:
    named = {"loadBalancerClass": wanted_class} if wanted_class else {}
    request = an_accepted_request(kind=Kind.LOAD_BALANCER, service_spec=named)
    service = a_service(
        spec=STANDING[Kind.LOAD_BALANCER]
        | ({"loadBalancerClass": standing_class} if standing_class else {}),
        managed_fields=[{"manager": "exposer", "operation": "Apply", "fieldsV1": CLASS}] * ours,
    )
    assert must_be_replaced(desired_service(an_owner(), request), service) is replaced


def test_a_class_comes_and_goes_in_place_with_the_kind() -> None:
    request = an_accepted_request(
        kind=Kind.LOAD_BALANCER, service_spec={"loadBalancerClass": "x/y"}
    )
    desired = desired_service(an_owner(), request)
    assert not must_be_replaced(desired, a_service(spec=STANDING[Kind.NODE_PORT]))


def test_a_replacement_asks_for_the_node_ports_that_were_allocated() -> None:
    request = an_accepted_request(
        kind=Kind.NODE_PORT, service_spec={"clusterIP": "10.96.0.50"}, ports=[a_mapping()]
    )
    pinned = an_accepted_request(
        kind=Kind.NODE_PORT,
        service_spec={"clusterIP": "10.96.0.50"},
        ports=[a_mapping(node_port=30080)],
    )
    service = a_service(
        spec=STANDING[Kind.NODE_PORT] | {"ports": [a_service_port(node_port=30080)]}
    )
    assert plan(REQUEST_UID, desired_objects(an_owner(), request), Snapshot((service,))) == Plan(
        (
            Probe(desired_service(an_owner(), request)),
            Delete(service),
            Create(
                desired_service(an_owner(), pinned),
                otherwise=desired_service(an_owner(), request),
            ),
        )
    )
