"""Who we are to the API server: names that users, other controllers and RBAC rules rely on."""

GROUP = "exposer.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "ExposeRequest"
PLURAL = "exposerequests"
SINGULAR = "exposerequest"
SHORT_NAME = "er"

FIELD_MANAGER = "exposer"
"""Of every apply; what this manager owns in an object is ours, all else is somebody else's."""

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
"""The recommended label; the cluster copies it from a Service to the EndpointSlices it makes."""
MANAGED_BY = "exposer"

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
"""On an EndpointSlice: whose endpoints it holds (discovery.k8s.io/v1 LabelServiceName)."""
SLICE_MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by"
"""On an EndpointSlice: who writes it (discovery.k8s.io/v1 LabelManagedBy)."""
SLICE_MANAGED_BY = "exposer.dev"
SKIP_MIRROR_LABEL = "endpointslice.kubernetes.io/skip-mirror"
"""On Endpoints: nobody mirrors them into EndpointSlices (discovery.k8s.io/v1 LabelSkipMirror)."""

CLUSTER_DOMAIN = "cluster.local"
"""The kubelet's and CoreDNS's default, where neither an option nor a resolv.conf says another."""
