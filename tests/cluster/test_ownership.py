"""Only what a request owns is written or removed; all that it owns is kept as it should be."""

import pytest

from localcluster.api import Object
from tests.support.space import Space

pytestmark = pytest.mark.cluster

_FOREIGN = {"ports": [{"port": 9999, "targetPort": 9999}], "selector": {"app": "other"}}


def test_a_foreign_service_is_left_alone_byte_for_byte(space: Space) -> None:
    foreign = space.create("Service", "web", spec=_FOREIGN)
    space.expose("80")
    status = space.until_refused("web", "ServiceConflict")
    space.until_settled()
    assert space.get("Service", "web") == foreign
    assert _message(status, "Programmed") == (
        'Service "web" exists and is not managed by exposer (it was created by "unknown"); '
        f'"exposer convert svc/web -n {space.name}" prints how this request can take it over '
        "without an interruption, or set spec.serviceName to a free name"
    )
    assert space.writes() == [("patch", "exposerequests/web/status")]


def test_the_conflict_names_who_owns_the_service(space: Space) -> None:
    owner = space.expose("80", name="first", serviceName="shared")
    space.until_ready("first")
    space.expose("81", name="second", serviceName="shared")
    status = space.until_refused("second", "ServiceConflict")
    assert 'ExposeRequest "first"' in _message(status, "Programmed")
    (reference,) = space.get("Service", "shared")["metadata"]["ownerReferences"]
    assert reference["uid"] == owner["metadata"]["uid"]


def test_what_an_earlier_request_of_the_name_owned_is_waited_for(space: Space) -> None:
    earlier = {
        "apiVersion": "exposer.dev/v1alpha1",
        "kind": "ExposeRequest",
        "name": "web",
        "uid": "5b2a7d6e-0000-4000-8000-000000000000",
        "controller": True,
    }
    # The finalizer is for a garbage collector that takes its time.
    metadata = {"ownerReferences": [earlier], "finalizers": ["example.com/slow"]}
    space.create("Service", "web", metadata=metadata, spec=_FOREIGN)
    space.expose("80")
    status = space.until_refused("web", "Pending")
    assert _message(status, "Programmed") == (
        'Service "web" belongs to an earlier ExposeRequest of this name, which was deleted; '
        "waiting for the garbage collector to delete it, too"
    )
    space.patch("Service", "web", {"metadata": {"finalizers": None}})
    space.until_ready()


def test_when_the_first_goes_the_second_takes_its_place(space: Space) -> None:
    space.expose("80", name="first", serviceName="shared")
    space.until_ready("first")
    space.expose("81", name="second", serviceName="shared")
    space.until_refused("second", "ServiceConflict")
    space.ask("first", serviceName="own")
    space.until_ready("first")
    assert space.until_ready("second")["ports"][0]["port"] == 81


def test_the_request_takes_the_place_of_a_foreign_service_that_goes(space: Space) -> None:
    space.create("Service", "web", spec=_FOREIGN)
    request = space.expose("80")
    space.until_refused("web", "ServiceConflict")
    space.delete("Service", "web")
    space.until_ready()
    (reference,) = space.get("Service", "web")["metadata"]["ownerReferences"]
    assert reference["uid"] == request["metadata"]["uid"]


def test_a_service_that_is_deleted_comes_back(space: Space) -> None:
    space.expose("80")
    space.until_ready()
    uid = space.get("Service", "web")["metadata"]["uid"]
    space.delete("Service", "web")
    service = space.until("Service", "web", lambda seen: seen["metadata"]["uid"] != uid)
    address = service["spec"]["clusterIP"]
    space.until("ExposeRequest", "web", lambda seen: seen["status"]["clusterIP"] == address)


@pytest.mark.parametrize(
    ("drift", "field"),
    [
        pytest.param({"spec": {"selector": {"app": "other"}}}, "spec", id="selector"),
        pytest.param({"spec": {"ports": [{"port": 81, "name": "x"}]}}, "spec", id="ports"),
        pytest.param({"spec": {"type": "NodePort"}}, "spec", id="type"),
        pytest.param({"metadata": {"labels": None}}, "metadata", id="label"),
    ],
)
def test_drift_is_mended(space: Space, drift: Object, field: str) -> None:
    space.expose("80")
    space.until_ready()
    before = _said(space.get("Service", "web"))
    space.patch("Service", "web", drift)
    space.until("Service", "web", lambda seen: _said(seen)[field] == before[field])


def test_a_deleted_request_takes_all_that_it_owned_with_it(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10", "2001:db8::10"])
    space.until_ready()
    slices = space.names("EndpointSlice")
    assert len(slices) == 2
    space.delete("ExposeRequest", "web")
    for kind, names in {"Service": ["web"], "Endpoints": ["web"], "EndpointSlice": slices}.items():
        for name in names:
            space.until_gone(kind, name)


def test_a_new_service_name_stands_before_the_old_one_goes(space: Space) -> None:
    space.expose("80", serviceName="old")
    space.until_ready()
    space.ask("web", serviceName="new")
    status = space.until_ready()
    space.until_gone("Service", "old")
    assert (status["serviceName"], space.names("Service")) == ("new", ["new"])
    services = [write for write in space.writes() if write[1].startswith("services/")]
    assert services == [
        ("patch", "services/old"),
        ("patch", "services/new"),
        ("delete", "services/old"),
    ]


def _message(status: Object, kind: str) -> str:
    messages: dict[str, str] = {each["type"]: each["message"] for each in status["conditions"]}
    return messages[kind]


def _said(service: Object) -> Object:
    """The Service but for what each write changes."""
    metadata = service["metadata"]
    return {"spec": service["spec"], "metadata": metadata.get("labels")}
