"""Users of a cluster who may do little: each right is given by name."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcluster import Cluster
from localcluster.api import Api, Object

_RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces"


def rule(
    resources: str, verbs: str, group: str = "", names: Sequence[str] = ()
) -> Mapping[str, Sequence[str]]:
    """A rule for one API group; resources and verbs are separated by spaces."""
    rule = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
    return rule | ({"resourceNames": list(names)} if names else {})


def grant(
    api: Api, namespace: str, name: str, subject: Object, rules: Sequence[Mapping[str, object]]
) -> None:
    """Make a Role of these rules, and bind a user, a group or a ServiceAccount to it."""
    body: Object = {"metadata": {"name": name}, "rules": list(rules)}
    api.request("POST", f"{_RBAC}/{namespace}/roles", body)
    bind(api, namespace, name, subject, {"kind": "Role", "name": name})


def bind(api: Api, namespace: str, name: str, subject: Object, role: Mapping[str, str]) -> None:
    """Bind a subject to a role that is there."""
    reference = {"apiGroup": "rbac.authorization.k8s.io", **role}
    body = {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}
    api.request("POST", f"{_RBAC}/{namespace}/rolebindings", body)


def user(name: str) -> Object:
    return {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def group(name: str) -> Object:
    return {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def service_account(namespace: str, name: str) -> Object:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def kubectl_as(
    cluster: Cluster, kubeconfig: Path, *arguments: str, document: str | None = None
) -> str:
    """What kubectl says to a user: why it refuses, nothing if it doesn't."""
    command = [str(cluster.kubectl), f"--kubeconfig={kubeconfig}", *arguments]
    done = subprocess.run(command, input=document, capture_output=True, text=True, check=False)
    assert bool(done.stderr) == bool(done.returncode), done
    return done.stderr.strip()
