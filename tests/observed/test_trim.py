"""API object -> record."""

from copy import deepcopy
from typing import Any

import pytest

from exposer.observed import Key, ObjectRecord, RequestRecord, trimmed_object, trimmed_request
from exposer.observed.endpoints import EndpointRecord, Endpoints
from exposer.observed.packed import told_apart
from exposer.observed.records import Reference
from tests.support.builders import (
    MANAGED_BY,
    OWNER_REFERENCE,
    SERVICE_REFERENCE,
    a_request,
    a_request_body,
    a_service_body,
    a_service_port,
    a_slice_body,
    an_endpoint,
    an_endpoints_body,
)

OURS = Reference("ExposeRequest", "web", "uid-of-request")
METADATA = {"labels": MANAGED_BY, "annotations": {}, "ownerReferences": [OWNER_REFERENCE]}


def test_of_a_request_all_that_a_reconcile_reads_is_kept() -> None:
    body = a_request_body(
        version=17, generation=3, spec={"ports": ["80"]}, status={"type": "ClusterIP"}
    )
    assert trimmed_request(body) == RequestRecord(
        key=Key("shop", "web"),
        uid="uid-of-request",
        version=17,
        created="2026-03-01T11:00:00Z",
        generation=3,
        spec={"ports": ["80"]},
        status={"type": "ClusterIP"},
        deleting=False,
    )


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        pytest.param({"ports": ["80"]}, Key("shop", "web"), id="its own name"),
        pytest.param({"serviceName": "front"}, Key("shop", "front"), id="service name"),
        pytest.param({"serviceName": ""}, Key("shop", "web"), id="empty service name"),
    ],
)
def test_a_request_asks_for_the_service(spec: dict[str, Any], key: Key) -> None:
    assert trimmed_request(a_request_body(spec=spec)).service_key == key


def test_a_request_that_was_never_reconciled_has_an_empty_status() -> None:
    assert trimmed_request(a_request_body()).status == {}


def test_a_request_with_a_deletion_timestamp_is_deleting() -> None:
    assert trimmed_request(a_request_body(deleting=True)).deleting


def test_of_an_owned_service_spec_load_balancer_and_conditions_are_kept() -> None:
    ingress = {"ingress": [{"ip": "198.51.100.7"}]}
    error = {"type": "LoadBalancerPortsError", "status": "True", "reason": "No", "message": "no"}
    told = error | {"lastTransitionTime": "2026-03-01T12:00:00Z"}
    body = a_service_body(version=9, status={"loadBalancer": ingress, "conditions": [told]})
    assert trimmed_object("Service", body) == ObjectRecord(
        kind="Service",
        key=Key("shop", "web"),
        uid="uid-of-service",
        version=9,
        owner=OURS,
        made_by="",
        deleting=False,
        applied=frozenset(),
        others={},
        body={
            "metadata": METADATA,
            "spec": body["spec"],
            "loadBalancer": ingress,
            "conditions": [error],
        },
    )


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        pytest.param({"ports": [a_service_port()], "clusterIPs": []}, {}, id="nothing"),
        pytest.param(
            {"ports": [a_service_port(80, node_port=30080), a_service_port(81)], "clusterIPs": []},
            {"ports": [{"nodePort": 30080, "protocol": "TCP"}]},
            id="a node port",
        ),
        pytest.param(
            {"clusterIP": "10.96.0.50", "clusterIPs": ["10.96.0.50"]},
            {"clusterIPs": ["10.96.0.50"]},
            id="a ClusterIP",
        ),
        pytest.param(
            {"selector": {"app": "web"}, "clusterIPs": []},
            {"selector": {"app": "web"}},
            id="a selector",
        ),
    ],
)
def test_of_a_foreign_service_what_no_other_can_have_and_its_selector_are_kept(
    spec: dict[str, Any], kept: dict[str, Any]
) -> None:
    spec = {"selector": None, **spec}
    assert trimmed_object("Service", a_service_body(owner=None, spec=spec)).body == {"spec": kept}


def test_of_a_slice_the_endpoints_are_kept_without_what_nobody_reads() -> None:
    endpoint = {
        "addresses": ["10.244.1.11"],
        "conditions": {"ready": True, "serving": True, "terminating": False},
        "nodeName": "node1",
        "zone": "a",
        "hints": {"forZones": [{"name": "a"}]},
        "targetRef": {"kind": "Pod", "name": "web-0", "namespace": "shop", "uid": "uid-of-pod"},
    }
    body = a_slice_body(endpoints=[endpoint, {"addresses": ["10.244.1.12"], "conditions": {}}])
    port = {"name": "80-8080", "port": 8080, "protocol": "TCP"}
    record = trimmed_object("EndpointSlice", body)
    assert (record.owner, record.service_key, record.body) == (
        Reference("Service", "web", "uid-of-service"),
        Key("shop", "web"),
        {
            "serviceName": "web",
            "managedBy": "endpointslice-controller.k8s.io",
            "addressType": "IPv4",
            "ports": [port],
            "seen": Endpoints(
                rows=(
                    EndpointRecord(
                        address="10.244.1.11",
                        ready=True,
                        serving=True,
                        terminating=False,
                        node="node1",
                        zone="a",
                        target=("Pod", "web-0"),
                    ),
                    EndpointRecord("10.244.1.12", True, True, False, None, None, None),
                ),
                identities=("web-0", ("", "10.244.1.12")),
                ready=("web-0", ("", "10.244.1.12")),
            ),
        },
    )


def test_of_an_owned_slice_all_is_kept_that_decides_on_traffic() -> None:
    endpoint = {"addresses": ["192.0.2.10"], "hints": {"forZones": [{"name": "a"}]}}
    body = a_slice_body(owner=OWNER_REFERENCE, endpoints=[endpoint])
    record = trimmed_object("EndpointSlice", body)
    assert record.body["metadata"] == METADATA | {"labels": body["metadata"]["labels"]}
    assert record.body["endpoints"] == [endpoint]


@pytest.mark.parametrize(
    ("owner", "kept"),
    [
        pytest.param(
            OWNER_REFERENCE,
            {"metadata": METADATA, "subsets": [{"addresses": [{"ip": "192.0.2.10"}]}]},
            id="owned",
        ),
        pytest.param(None, {}, id="foreign"),
    ],
)
def test_of_endpoints_the_subsets_are_kept_if_they_are_owned(
    owner: dict[str, Any] | None, kept: dict[str, Any]
) -> None:
    body = an_endpoints_body(owner=owner, subsets=[{"addresses": [{"ip": "192.0.2.10"}]}])
    assert trimmed_object("Endpoints", body).body == kept


@pytest.mark.parametrize(
    ("references", "owner"),
    [
        pytest.param([], None, id="none"),
        pytest.param([SERVICE_REFERENCE | {"controller": False}], None, id="owner, no controller"),
        pytest.param(
            [SERVICE_REFERENCE | {"controller": False}, OWNER_REFERENCE | {"controller": False}],
            OURS,
            id="a request that somebody took the mark off",
        ),
        pytest.param(
            [OWNER_REFERENCE | {"controller": False}, SERVICE_REFERENCE],
            Reference("Service", "web", "uid-of-service"),
            id="another controller beside a request",
        ),
        pytest.param([SERVICE_REFERENCE | {"controller": False}, OWNER_REFERENCE], OURS, id="2nd"),
    ],
)
def test_an_object_belongs_to_its_controller(
    references: list[dict[str, Any]], owner: Reference | None
) -> None:
    body = a_service_body()
    body["metadata"]["ownerReferences"] = references
    assert trimmed_object("Service", body).owner == owner


APPLIED = {
    "manager": "exposer",
    "operation": "Apply",
    "fieldsV1": {
        "f:metadata": {"f:labels": {"f:app.kubernetes.io/managed-by": {}}},
        "f:spec": {
            "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}}},
            "f:selector": {},
        },
    },
}


@pytest.mark.parametrize(
    ("managers", "applied"),
    [
        pytest.param(
            [APPLIED],
            {
                "f:metadata f:labels f:app.kubernetes.io/managed-by",
                'f:spec f:ports k:{"port":80,"protocol":"TCP"} f:name',
                'f:spec f:ports k:{"port":80,"protocol":"TCP"} f:port',
                "f:spec f:selector",
            },
            id="our apply",
        ),
        pytest.param([APPLIED | {"manager": "kubectl"}], set(), id="apply of another"),
        pytest.param([APPLIED | {"operation": "Update"}], set(), id="update"),
        pytest.param([APPLIED | {"subresource": "status"}], set(), id="status"),
    ],
)
def test_of_the_managed_fields_our_applies_are_kept(
    managers: list[dict[str, Any]], applied: set[str]
) -> None:
    record = trimmed_object("Service", a_service_body(managed_fields=managers))
    assert record.applied == applied


def test_the_first_manager_is_whom_people_recognize_an_object_by() -> None:
    managers = [{"manager": "helm"}, {"manager": "kubectl"}]
    assert trimmed_object("Service", a_service_body(managed_fields=managers)).made_by == "helm"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("Service", a_service_body(managed_fields=[APPLIED]), id="Service"),
        pytest.param("Endpoints", an_endpoints_body(), id="Endpoints"),
        pytest.param("EndpointSlice", a_slice_body(endpoints=[an_endpoint()]), id="EndpointSlice"),
    ],
)
def test_an_object_is_not_changed_by_trimming_it(kind: str, body: dict[str, Any]) -> None:
    before = deepcopy(body)
    trimmed_object(kind, body)
    assert body == before


def test_a_request_is_not_changed_by_trimming_it() -> None:
    body = a_request_body(status={"type": "ClusterIP"})
    before = deepcopy(body)
    trimmed_request(body)
    assert body == before


def test_the_status_that_nobody_wrote_is_none() -> None:
    untold = {"observedGeneration": -1, "conditions": []}
    assert a_request(status=untold).status == {}
    told = {**untold, "observedGeneration": 1}
    assert a_request(status=told).status == told


ANNOTATIONS = {"example.com/large": "x" * 60_000}


class TestLarge:
    """Who may write objects may write large ones."""

    def test_of_a_large_request_that_is_refused_the_verdict_is_kept(self) -> None:
        spec = {
            "ports": ["80"],
            "serviceName": "s" * 300,
            "targetRef": {"kind": "Deployment", "name": "n" * 300, "more": "x" * 9000},
        }
        record = trimmed_request(a_request_body(spec=spec))
        assert record.spec == {
            "serviceName": "s" * 254,
            "targetRef": {"kind": "Deployment", "name": "n" * 254},
        }
        assert record.refused is not None
        assert (record.is_cut, record.refused.reason) == (True, "InvalidSpec")
        assert record.refused.message.startswith("spec.targetRef.name: String should")

    def test_of_a_large_request_that_can_be_carried_out_the_names_are_kept(self) -> None:
        spec = {
            "ports": ["80"],
            "serviceName": "front",
            "serviceTemplate": {"metadata": {"annotations": ANNOTATIONS}},
        }
        record = trimmed_request(a_request_body(spec=spec))
        assert (record.spec, record.is_cut, record.refused) == (
            {"serviceName": "front"},
            True,
            None,
        )
        assert record.service_key == Key("shop", "front")

    @pytest.mark.parametrize("odd", [5, [], {"a": 1}, None])
    def test_of_a_large_request_names_that_are_none_are_left_out(self, odd: object) -> None:
        spec = {"ports": ["x" * 9000], "serviceName": odd, "targetRef": odd and "x"}
        assert trimmed_request(a_request_body(spec=spec)).spec == {}

    def test_a_refusal_is_no_longer_than_a_condition_may_be(self) -> None:
        spec = {f"field{number}": 1 for number in range(5000)}
        refused = trimmed_request(a_request_body(spec=spec)).refused
        assert refused is not None
        assert len(refused.message) == 32768

    def test_of_a_foreign_service_a_few_labels_are_kept(self) -> None:
        selector = {f"label{number}": "x" for number in range(5000)}
        record = trimmed_object("Service", a_service_body(owner=None, spec={"selector": selector}))
        assert record.body["spec"]["selector"] == {f"label{n}": "x" for n in range(101)}

    def test_of_an_owner_no_more_is_kept_than_names_have(self) -> None:
        owner = {"kind": "K" * 300, "name": "n" * 300, "uid": "u" * 300, "controller": True}
        record = trimmed_object("Service", a_service_body(owner=owner))
        assert record.owner == Reference("K" * 254, "n" * 254, "u" * 254)

    def test_of_our_own_service_long_annotations_are_only_told_apart(self) -> None:
        body = a_service_body()
        body["metadata"]["annotations"] = ANNOTATIONS | {"short": "y"}
        annotations = trimmed_object("Service", body).body["metadata"]["annotations"]
        assert annotations["short"] == "y"
        assert annotations["example.com/large"] == told_apart("x" * 60_000)

    def test_of_the_fields_of_others_a_few_are_kept(self) -> None:
        fields: dict[str, Any] = {
            "f:metadata": {"f:annotations": {f"f:a{n}": {} for n in range(5000)}}
        }
        managers = [{"manager": "kubectl", "operation": "Update", "fieldsV1": fields}]
        record = trimmed_object("Service", a_service_body(managed_fields=managers))
        assert len(record.others) == 200
