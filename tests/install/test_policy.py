"""Nobody has by an ExposeRequest what they may not have by a Service."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.helm import rendered
from tests.support.operator_process import OperatorProcess, install, kubectl, operator_kubeconfig
from tests.support.people import bind, grant, group, kubectl_as, rule, user
from tests.support.space import Space
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.cluster

_REQUESTS = rule(
    "exposerequests exposerequests/status", "get create update patch delete", "exposer.dev"
)
_SERVICES = rule("services", "create update")
_ENDPOINTS = rule("endpoints", "create update")
_SLICES = rule("endpointslices", "create update", "discovery.k8s.io")
_PEOPLE = {
    "nothing-else": [],
    "creates-services": [rule("services", "create")],
    "writes-services": [_SERVICES],
    "writes-web-only": [rule("services", "create update", names=["web"])],
    "writes-endpoints": [_SERVICES, _ENDPOINTS],
    "writes-everything": [_SERVICES, _ENDPOINTS, _SLICES],
}
"""What users may do, beside writing ExposeRequests."""

_DOCUMENT = {
    "apiVersion": "exposer.dev/v1alpha1",
    "kind": "ExposeRequest",
    "metadata": {"name": "new", "namespace": "shop"},
    "spec": {"ports": ["80"]},
}
_POLICY = (
    "is forbidden: ValidatingAdmissionPolicy 'exposer' with binding 'exposer' denied request: "
)
_BY_ADDRESSES = "nor have spec.addresses of an ExposeRequest do it"
_SLICES_REFUSED = (
    'user "writes-endpoints" may not create endpointslices.discovery.k8s.io in namespace "shop", '
    + _BY_ADDRESSES
)


@pytest.fixture(scope="module")
def shop(api: Api, cluster: Cluster) -> Iterator[Space]:
    """A namespace with people in it, a request "web" and one with addresses, "db"."""
    install(cluster)
    kubectl_as_administrator(cluster, rendered("--show-only=templates/policy.yaml"))
    kubectl_as_administrator(cluster, rendered("--show-only=templates/user-roles.yaml"))
    shop = Space(api, cluster, "shop")
    shop.expose("80:8080")
    shop.expose("5432", name="db", addresses=["192.0.2.10"])
    for name, rules in _PEOPLE.items():
        grant(api, "shop", name, user(name), [_REQUESTS, *rules])
    grant(api, "shop", "team", group("team"), [_REQUESTS, _SERVICES])
    bind(api, "shop", "editor", user("editor"), {"kind": "ClusterRole", "name": "edit"})
    _until_in_force(cluster)
    yield shop
    shop.remove()
    kubectl(
        cluster, "delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", "exposer"
    )


def kubectl_as_administrator(cluster: Cluster, document: str) -> None:
    assert kubectl_as(cluster, cluster.kubeconfig, "apply", "-f", "-", document=document) == ""


@pytest.mark.parametrize(
    "who", ["writes-services", "writes-everything", "creates-services", "editor"]
)
def test_who_may_create_services_may_create_requests(
    cluster: Cluster, shop: Space, who: str
) -> None:
    assert _create(cluster, who) == ""


def test_who_may_not_create_services_may_not_create_requests(cluster: Cluster, shop: Space) -> None:
    assert _create(cluster, "nothing-else") == (
        'Error from server (Forbidden): error when creating "STDIN": exposerequests.exposer.dev '
        f'"new" {_POLICY}user "nothing-else" may not create services "new" in namespace "shop", '
        "nor have an ExposeRequest do it"
    )


def test_a_name_that_is_generated_is_known_by_then(cluster: Cluster, shop: Space) -> None:
    document = {**_DOCUMENT, "metadata": {"generateName": "web-", "namespace": "shop"}}
    assert "may not create services" in _create_from(
        cluster, cluster.kubeconfig_for("writes-web-only"), document
    )
    assert _create_from(cluster, cluster.kubeconfig_for("writes-services"), document) == ""


@pytest.mark.parametrize(("service", "allowed"), [("web", True), ("other", False)])
def test_a_right_to_one_service_is_one_to_requests_for_it(
    cluster: Cluster, shop: Space, service: str, allowed: bool
) -> None:
    refusal = _create(cluster, "writes-web-only", serviceName=service)
    assert refusal == "" if allowed else 'may not create services "other"' in refusal


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("writes-everything", ""),
        ("writes-endpoints", _SLICES_REFUSED),
        (
            "writes-services",
            'user "writes-services" may not create endpoints "new" in namespace "shop", '
            + _BY_ADDRESSES,
        ),
        # Kubernetes itself took this from the built-in role, for CVE-2021-25740.
        (
            "editor",
            f'user "editor" may not create endpoints "new" in namespace "shop", {_BY_ADDRESSES}',
        ),
    ],
)
def test_addresses_need_the_right_to_write_endpoints(
    cluster: Cluster, shop: Space, who: str, refusal: str
) -> None:
    assert _said(_create(cluster, who, addresses=["192.0.2.20"])) == refusal


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("writes-services", ""),
        ("writes-web-only", ""),
        ("editor", ""),
        (
            "creates-services",
            'user "creates-services" may not update services "web" in namespace "shop", nor have '
            "an ExposeRequest do it",
        ),
        (
            "nothing-else",
            'user "nothing-else" may not create services "web" in namespace "shop", nor have an '
            "ExposeRequest do it",
        ),
    ],
)
def test_a_changed_spec_needs_the_right_to_change_the_service(
    cluster: Cluster, shop: Space, who: str, refusal: str
) -> None:
    assert _said(_patch(cluster, who, "web", {"spec": {"ports": ["81"]}})) == refusal


def test_another_service_name_needs_the_right_to_that_one(cluster: Cluster, shop: Space) -> None:
    refusal = _patch(cluster, "writes-web-only", "web", {"spec": {"serviceName": "other"}})
    assert 'may not create services "other"' in refusal


@pytest.mark.parametrize(
    "spec", [{"addresses": ["192.0.2.11"]}, {"ports": ["5433"]}], ids=["addresses", "ports"]
)
@pytest.mark.parametrize(
    ("who", "allowed"), [("writes-everything", True), ("writes-services", False)]
)
def test_any_change_to_a_request_with_addresses_changes_endpoints(
    cluster: Cluster, shop: Space, who: str, allowed: bool, spec: dict[str, Any]
) -> None:
    refusal = _said(_patch(cluster, who, "db", {"spec": spec}))
    assert refusal == "" if allowed else f'"{who}" may not create endpoints "db"' in refusal


def test_to_take_addresses_away_is_to_delete_endpoints(cluster: Cluster, shop: Space) -> None:
    refusal = _said(_patch(cluster, "writes-services", "db", {"spec": {"addresses": None}}))
    assert refusal == (
        'user "writes-services" may not delete endpoints "db" in namespace "shop", ' + _BY_ADDRESSES
    )


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"labels": {"team": "blue"}, "annotations": {"a": "b"}}},
        {"metadata": {"finalizers": ["example.com/kept"]}},
        {"spec": {"ports": ["80:8080"]}},
    ],
    ids=["labels", "finalizers", "the same spec"],
)
def test_what_leaves_the_spec_as_it_is_needs_no_right(
    cluster: Cluster, shop: Space, change: dict[str, Any]
) -> None:
    assert _patch(cluster, "nothing-else", "web", change) == ""


def test_a_status_may_be_written_by_whom_rbac_lets(cluster: Cluster, shop: Space) -> None:
    status = {
        "observedGeneration": 1,
        "ports": [],
        "endpoints": [],
        "endpointSummary": {"ready": 0, "total": 0, "truncated": False},
        "display": {},
        "conditions": [],
    }
    change = {"status": status}
    assert _patch(cluster, "nothing-else", "web", change, "--subresource=status") == ""


@pytest.mark.parametrize("name", ["web", "db"])
def test_to_delete_needs_no_right_to_services(cluster: Cluster, shop: Space, name: str) -> None:
    assert _act(cluster, "nothing-else", "delete", "exposerequest", name) == ""


def test_rights_of_a_group_count(cluster: Cluster, shop: Space) -> None:
    member = cluster.kubeconfig_for("member", ["team"])
    assert _create_with(cluster, member) == ""
    assert "may not create endpoints" in _create_with(cluster, member, addresses=["192.0.2.20"])


@pytest.mark.parametrize(("who", "allowed"), [("writes-services", True), ("nothing-else", False)])
def test_an_impersonated_user_has_the_rights_of_that_user(
    cluster: Cluster, shop: Space, who: str, allowed: bool
) -> None:
    """As Flux and others do for their tenants: the controller itself may do everything."""
    refusal = _create_with(cluster, cluster.kubeconfig, f"--as={who}")
    assert refusal == "" if allowed else f'user "{who}" may not create services' in refusal


def test_the_operator_does_its_work_under_the_policy(
    cluster: Cluster, shop: Space, tmp_path: Path
) -> None:
    with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log"):
        assert shop.until_ready("web")["ports"][0]["port"] == 80
        shop.until_endpoints("db", 1, 1)


def test_an_administrator_may_do_everything(cluster: Cluster, shop: Space) -> None:
    assert _create_with(cluster, cluster.kubeconfig, addresses=["192.0.2.20"]) == ""


def _create(cluster: Cluster, who: str, **spec: Any) -> str:
    return _create_with(cluster, cluster.kubeconfig_for(who), **spec)


def _create_with(cluster: Cluster, kubeconfig: Path, *options: str, **spec: Any) -> str:
    document = {**_DOCUMENT, "spec": {"ports": ["80"], **spec}}
    return _create_from(cluster, kubeconfig, document, *options)


def _create_from(
    cluster: Cluster, kubeconfig: Path, document: dict[str, Any], *options: str
) -> str:
    """What kubectl says when a user creates a request that is not to be kept."""
    arguments = ("create", "--dry-run=server", "-f", "-", *options)
    return kubectl_as(cluster, kubeconfig, *arguments, document=json.dumps(document))


def _patch(cluster: Cluster, who: str, name: str, change: dict[str, Any], *options: str) -> str:
    patch = ("--type=merge", f"--patch={json.dumps(change)}")
    return _act(cluster, who, "patch", "exposerequest", name, *patch, *options)


def _act(cluster: Cluster, who: str, *arguments: str) -> str:
    """What kubectl says to what a user does, which is not to be kept."""
    options = ("--namespace=shop", "--dry-run=server")
    return kubectl_as(cluster, cluster.kubeconfig_for(who), *arguments, *options)


def _said(refusal: str) -> str:
    """The policy's own words."""
    return refusal.partition(_POLICY)[2]


def _until_in_force(cluster: Cluster) -> None:
    """Only trying tells when a policy is in force."""
    end = monotonic() + SECONDS
    while monotonic() < end:
        if _POLICY in _create(cluster, "nothing-else"):
            return
        sleep(0.1)
    raise AssertionError("the policy is not in force")
