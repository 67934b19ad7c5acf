"""The cluster's name server: CoreDNS, run by the cluster itself as one of its pods."""

from pathlib import Path

import yaml

from localcluster.api import Api

__all__ = ["ADDRESS", "DOMAIN", "apply", "forget", "is_ready"]

DOMAIN = "cluster.local"
"""What all names of Services end with."""

ADDRESS = "10.96.0.10"
"""The name server's own, as pods are told it; the same in the manifest."""

_MANIFEST = Path(__file__).resolve().with_name("coredns.yaml")
_PODS = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns"
_SLICES = (
    "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices"
    "?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns"
)
_COLLECTIONS = {
    "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "ConfigMap": "/api/v1/namespaces/kube-system/configmaps",
    "Deployment": "/apis/apps/v1/namespaces/kube-system/deployments",
    "Service": "/api/v1/namespaces/kube-system/services",
}


def forget(api: Api) -> None:
    """Remove what would tell of a name server that ended with the nodes it ran on."""
    api.request("DELETE", f"{_PODS}&gracePeriodSeconds=0")
    api.request("DELETE", _SLICES)


def apply(api: Api) -> None:
    """Create or update its objects."""
    for document in yaml.safe_load_all(_MANIFEST.read_text()):
        path = f"{_COLLECTIONS[document['kind']]}/{document['metadata']['name']}"
        query = "?fieldManager=localcluster&force=true"
        api.request("PATCH", path + query, document, "application/apply-patch+yaml")


def is_ready(api: Api) -> bool:
    """Whether its Service has somebody to answer."""
    slices = api.get(_SLICES)["items"]
    endpoints = [endpoint for each in slices for endpoint in each["endpoints"] or []]
    return any(endpoint["conditions"]["ready"] for endpoint in endpoints)
