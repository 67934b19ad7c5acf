"""Making nodes known to the API server, as a cloud does for its machines."""

from collections.abc import Sequence

from localcluster.api import Api
from localcluster.node_specs import NodeSpec

__all__ = ["register"]


def register(api: Api, spec: NodeSpec, addresses: Sequence[str]) -> None:
    """Create a node's object with all that isn't for its kubelet to say."""
    listed = [{"type": "InternalIP", "address": address} for address in addresses]
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": spec.name, "labels": spec.labels},
        "spec": {"podCIDR": spec.pod_ranges[0], "podCIDRs": list(spec.pod_ranges)},
        "status": {"addresses": [*listed, {"type": "Hostname", "address": spec.name}]},
    }
    api.request("POST", "/api/v1/nodes", node)
