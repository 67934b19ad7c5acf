"""How a request is counted."""

import pytest

from exposer.kube.calls import Call, call_of

REQUESTS = "/apis/exposer.dev/v1alpha1"


@pytest.mark.parametrize(
    ("method", "path", "query", "call"),
    [
        ("GET", "/api/v1/services", {}, Call("list", "services")),
        ("GET", "/api/v1/services", {"watch": "true"}, Call("watch", "services")),
        ("GET", "/api/v1/services", {"watch": "1"}, Call("watch", "services")),
        ("GET", "/api/v1/services", {"watch": "false"}, Call("list", "services")),
        ("GET", "/api/v1/namespaces/shop/services", {}, Call("list", "services")),
        ("GET", "/api/v1/namespaces/shop/services/web", {}, Call("get", "services")),
        ("PATCH", "/api/v1/namespaces/shop/services/web", {}, Call("patch", "services")),
        (
            "PATCH",
            f"{REQUESTS}/namespaces/shop/exposerequests/web/status",
            {},
            Call("patch", "exposerequests.exposer.dev/status"),
        ),
        ("GET", f"{REQUESTS}/exposerequests", {}, Call("list", "exposerequests.exposer.dev")),
        (
            "POST",
            "/apis/coordination.k8s.io/v1/namespaces/x/leases",
            {},
            Call("create", "leases.coordination.k8s.io"),
        ),
        (
            "PUT",
            "/apis/coordination.k8s.io/v1/namespaces/x/leases/y",
            {},
            Call("update", "leases.coordination.k8s.io"),
        ),
        ("DELETE", "/api/v1/namespaces/shop/services/web", {}, Call("delete", "services")),
        ("GET", "/api/v1/nodes", {}, Call("list", "nodes")),
        ("GET", "/api/v1/namespaces", {}, Call("list", "namespaces")),
        ("GET", "/api/v1/namespaces/shop", {}, Call("get", "namespaces")),
        ("PUT", "/api/v1/namespaces/shop/status", {}, Call("update", "namespaces/status")),
        ("GET", REQUESTS, {}, Call("get", "")),
        ("GET", "/version", {}, Call("get", "")),
    ],
)
def test_verb_and_resource(method: str, path: str, query: dict[str, str], call: Call) -> None:
    assert call_of(method, path, query) == call
