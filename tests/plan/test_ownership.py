"""What the request does not own is never touched."""

from typing import Any

import pytest

from exposer.api import Reason
from exposer.desired import desired_objects
from exposer.observed import Key, ObjectRecord, Snapshot, trimmed_object
from exposer.plan import Create, Plan, Refusal, plan
from exposer.plan.ownership import is_left_over, taken
from tests.support.builders import (
    BY_THE_CLUSTER,
    MANAGED_BY,
    OWNER_REFERENCE,
    REQUEST_UID,
    SERVICE_REFERENCE,
    a_key,
    a_service,
    a_slice,
    an_accepted_request,
    an_endpoints,
    an_endpoints_body,
    an_owner,
)

OTHER_REQUEST = OWNER_REFERENCE | {"name": "other", "uid": "uid-of-other"}
HELM = [{"manager": "helm", "operation": "Update"}]
OF_THE_CLUSTER = an_endpoints(owner=None, managed_fields=BY_THE_CLUSTER)
FREE_NAME = "set spec.serviceName to a free name"
CONVERT = (
    '"exposer convert svc/web -n shop" prints how this request can take it over without an '
    f"interruption, or {FREE_NAME}"
)


def wanted(*addresses: str) -> list[dict[str, Any]]:
    return desired_objects(an_owner(), an_accepted_request(addresses=addresses))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        pytest.param(
            a_service(owner=OTHER_REQUEST),
            f'Service "web" belongs to ExposeRequest "other"; {FREE_NAME}',
            id="another request's",
        ),
        pytest.param(
            a_service(owner=OTHER_REQUEST | {"kind": "Gateway", "name": "web"}),
            f'Service "web" belongs to Gateway "web"; {FREE_NAME}',
            id="another controller's",
        ),
        pytest.param(
            a_service(owner=OTHER_REQUEST | {"kind": "A\nB", "name": "\x1b[2J" + "n" * 300}),
            f'Service "web" belongs to A\\nB "\\x1b[2J{"n" * 249}…"; {FREE_NAME}',
            id="an owner that forges lines, and is endless",
        ),
        pytest.param(
            a_service(owner=None, managed_fields=HELM),
            'Service "web" exists and is not managed by exposer (it was created by "helm"); '
            + CONVERT,
            id="made by hand",
        ),
        pytest.param(
            a_service(owner=None),
            f'Service "web" exists and is not managed by exposer; {CONVERT}',
            id="without any trace",
        ),
        pytest.param(
            a_service(owner=None, deleting=True),
            f'Service "web" exists and is not managed by exposer; {CONVERT}',
            id="on its way out",
        ),
        pytest.param(
            an_endpoints(owner=OTHER_REQUEST),
            f'Endpoints "web" belongs to ExposeRequest "other"; {FREE_NAME}',
            id="Endpoints",
        ),
        pytest.param(
            a_slice(name="web-exposer-ipv4", owner=OTHER_REQUEST),
            f'EndpointSlice "web-exposer-ipv4" belongs to ExposeRequest "other"; {FREE_NAME}',
            id="slice",
        ),
        pytest.param(
            trimmed_object("Endpoints", an_endpoints_body(owner=None, managed_fields=HELM)),
            'Endpoints "web" exists and is not managed by exposer (it was created by "helm"); '
            f"delete it, or {FREE_NAME}",
            id="Endpoints made by hand before the Service",
        ),
    ],
)
def test_while_one_object_is_foreign_none_is_written_and_what_to_do_is_said(
    found: ObjectRecord, message: str
) -> None:
    assert plan(REQUEST_UID, wanted("192.0.2.10"), Snapshot((found,))) == Plan(
        (), Refusal(Reason.SERVICE_CONFLICT, message, woken=found.kind == "Service")
    )


def test_what_an_earlier_request_of_the_name_owned_is_waited_for() -> None:
    found = a_service(owner=OWNER_REFERENCE | {"uid": "uid-of-an-earlier-one"})
    message = (
        'Service "web" belongs to an earlier ExposeRequest of this name, which was deleted; '
        "waiting for the garbage collector to delete it, too"
    )
    assert plan(REQUEST_UID, wanted(), Snapshot((found,))) == Plan(
        (), Refusal(Reason.PENDING, message, woken=True)
    )


def test_foreign_objects_of_other_names_and_kinds_are_nothing_to_the_plan() -> None:
    foreign = (
        a_service(name="other", owner=None),
        a_service(name="theirs", owner=OTHER_REQUEST),
        a_slice(),
        an_endpoints(owner=None),
    )
    desired = wanted()
    assert plan(REQUEST_UID, desired, Snapshot(foreign)) == Plan((Create(desired[0]),))


@pytest.mark.parametrize(
    ("record", "service", "left_over"),
    [
        pytest.param(a_slice(), a_service(), True, id="the Service's slice"),
        pytest.param(
            a_slice(labels={"kubernetes.io/service-name": "web", **MANAGED_BY}),
            a_service(),
            False,
            id="slice of another controller that has our label",
        ),
        pytest.param(OF_THE_CLUSTER, a_service(), True, id="the cluster's Endpoints"),
        pytest.param(
            an_endpoints(owner=None, managed_fields=HELM),
            a_service(),
            False,
            id="Endpoints of somebody else that have our label",
        ),
        pytest.param(an_endpoints(owner=OTHER_REQUEST), a_service(), False, id="others' Endpoints"),
        pytest.param(an_endpoints(), a_service(), False, id="our Endpoints"),
        pytest.param(a_slice(owner=None), a_service(), False, id="slice made by hand"),
        pytest.param(a_slice(owner=OWNER_REFERENCE), a_service(), False, id="our slice"),
        pytest.param(
            a_slice(owner=SERVICE_REFERENCE | {"uid": "uid-of-an-earlier-one"}),
            a_service(),
            False,
            id="slice of an earlier Service",
        ),
        pytest.param(a_slice(), a_service(owner=None), False, id="slice of a foreign Service"),
        pytest.param(OF_THE_CLUSTER, a_service(owner=None), False, id="Endpoints of a foreign one"),
        pytest.param(OF_THE_CLUSTER, None, False, id="Endpoints without a Service"),
        pytest.param(a_service(), a_service(), False, id="the Service itself"),
    ],
)
def test_left_over_is_what_the_cluster_made_for_our_service(
    record: ObjectRecord, service: ObjectRecord | None, left_over: bool
) -> None:
    snapshot = Snapshot((record,) if service is None else (service, record))
    assert is_left_over(record, REQUEST_UID, snapshot) is left_over


@pytest.mark.parametrize(
    ("claim", "reason", "what"),
    [
        pytest.param(30080, Reason.NODE_PORT_TAKEN, "node port 30080", id="node port"),
        pytest.param("10.96.0.50", Reason.CLUSTER_IP_TAKEN, "ClusterIP 10.96.0.50", id="address"),
    ],
)
def test_what_another_has_is_said_with_its_holder(
    claim: int | str, reason: Reason, what: str
) -> None:
    holder = a_key("holder")
    assert taken(claim, holder, a_key("web")) == Refusal(
        reason,
        f'{what} is held by Service "holder"; Service "web" stays as it is until that lets '
        "go of it",
        claim=claim,
        held_by=holder,
        woken=True,
    )


def test_a_holder_in_another_namespace_is_not_named() -> None:
    refusal = taken(30080, Key("secret", "billing-db"), a_key("web"))
    assert refusal.message == (
        'node port 30080 is held by a Service in another namespace; Service "web" stays as it is '
        "until that lets go of it"
    )
