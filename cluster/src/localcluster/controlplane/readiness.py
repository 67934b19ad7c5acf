"""What has to be there before a cluster is called ready."""

from localcluster.api import Api, Object

__all__ = ["has_service_accounts", "remove_other_nodes", "usable_nodes"]


def remove_other_nodes(api: Api, names: set[str]) -> None:
    """Remove what is left of nodes that the cluster had when it was started before."""
    for node in api.get("/api/v1/nodes")["items"]:
        if (name := node["metadata"]["name"]) not in names:
            api.request("DELETE", f"/api/v1/nodes/{name}")


def has_service_accounts(api: Api) -> bool:
    """Whether pods can be created in the namespaces that exist from the start.

    The ServiceAccount admission refuses them until the controller manager made the accounts.
    """
    accounts = api.get("/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault")["items"]
    return {"default", "kube-system"} <= {each["metadata"]["namespace"] for each in accounts}


def usable_nodes(api: Api) -> set[str]:
    """The nodes that are ready and may be scheduled to."""
    nodes = api.get("/api/v1/nodes")["items"]
    return {
        node["metadata"]["name"]
        for node in nodes
        if _is_ready(node) and not node["spec"].get("taints")
    }


def _is_ready(node: Object) -> bool:
    conditions: list[Object] = node["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
