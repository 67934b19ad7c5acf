"""Where the objects are found."""

from exposer.engine.watched import Collection, collections_in


def test_everywhere() -> None:
    assert collections_in([], "https://127.0.0.1:6443") == {
        "/apis/exposer.dev/v1alpha1/exposerequests": Collection("ExposeRequest", None),
        "/api/v1/services": Collection("Service", None),
        "/api/v1/endpoints": Collection("Endpoints", None),
        "/apis/discovery.k8s.io/v1/endpointslices": Collection("EndpointSlice", None),
        "/apis/apps/v1/daemonsets": Collection("DaemonSet", None),
        "/apis/apps/v1/deployments": Collection("Deployment", None),
        "/apis/apps/v1/replicasets": Collection("ReplicaSet", None),
        "/apis/apps/v1/statefulsets": Collection("StatefulSet", None),
    }


def test_in_some_namespaces() -> None:
    found = collections_in(["shop", "blog"], "https://127.0.0.1:6443")
    assert len(found) == 16
    assert found["/api/v1/namespaces/blog/services"] == Collection("Service", "blog")


def test_behind_a_proxy_that_puts_a_path_before() -> None:
    found = collections_in([], "https://proxy.example.com/clusters/one/")
    assert "/clusters/one/api/v1/services" in found
