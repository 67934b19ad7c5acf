"""The chart, with the real helm: what it takes, what comes of it, and how it is upgraded."""

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster import Cluster
from localcluster.api import Object
from tests.support.helm import CHART, NAMESPACE, ROOT, helm, rendered, try_helm
from tests.support.operator_process import kubectl

pytestmark = pytest.mark.cluster

_CRD = "crd/exposerequests.exposer.dev"
_OTHER_VALUES: dict[str, Any] = {
    "replicas": 1,
    "image": {"repository": "mirror/exposer", "tag": "1.2.3", "pullSecrets": ["registry"]},
    "namespaces": [NAMESPACE, "shop"],
    "allowKinds": ["ClusterIP", "NodePort"],
    "addresses": {"allow": ["192.0.2.0/24", "fd00::/8"], "forbid": ["fd00:10:96::/112"]},
    "clusterDomain": "corp.example",
    "crds": {"install": False},
    "policy": {"install": False},
    "rbac": {"userRoles": False},
    "resources": {"limits": {"memory": "1Gi"}},
    "podLabels": {"team": "blue"},
    "podAnnotations": {"example.com/a": "b"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "infra", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "system-cluster-critical",
    "networkPolicy": {
        "enabled": True,
        "from": [{"namespaceSelector": {"matchLabels": {"team": "monitoring"}}}],
    },
    "monitoring": {
        "podMonitor": True,
        "rules": True,
        "dashboard": True,
        "labels": {"release": "prom"},
    },
}
_SELECTOR = {"app.kubernetes.io/name": "exposer", "app.kubernetes.io/instance": "exposer"}


@pytest.fixture
def installed(cluster: Cluster) -> Iterator[Cluster]:
    """A cluster with the chart as it is, in a namespace that is as strict as can be."""
    kubectl(cluster, "create", "namespace", NAMESPACE)
    strict = "pod-security.kubernetes.io/enforce=restricted"
    kubectl(cluster, "label", "namespace", NAMESPACE, strict)
    _helm(cluster, "install", "exposer", str(CHART), "--wait", "--timeout=60s")
    yield cluster
    try_helm("uninstall", "exposer", f"--namespace={NAMESPACE}", kubeconfig=cluster.kubeconfig)
    kubectl(cluster, "delete", "--ignore-not-found", _CRD, f"namespace/{NAMESPACE}")


def test_helm_finds_no_fault() -> None:
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART))


def test_its_version_is_that_of_the_operator() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {chart["version"], chart["appVersion"]} == {project["version"]}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("replica=3", "additional properties 'replica' not allowed"),
        ("image.name=exposer", "additional properties 'name' not allowed"),
        ("monitoring.serviceMonitor=true", "additional properties 'serviceMonitor' not allowed"),
        ("replicas=0", "minimum: got 0, want 1"),
        ("replicas=two", "got string, want integer"),
        ("namespaces={Shop}", "'Shop' does not match pattern"),
        ("allowKinds={NodePorts}", "value must be one of 'ClusterIP', 'NodePort'"),
        ("podLabels.a=1", "got number, want string"),
        ("addresses.forbid={10.0.0.0}", "'10.0.0.0' does not match pattern"),
        ("networkPolicy.from={prometheus}", "got string, want object"),
        ("image.digest=sha256:0", "'sha256:0' does not match pattern"),
        ("clusterDomain=Corp", "'Corp' does not match pattern"),
    ],
)
def test_a_wrong_value_is_refused(value: str, fault: str) -> None:
    refused = try_helm("template", "exposer", str(CHART), f"--set={value}")
    assert (refused.returncode, fault in refused.stderr) == (1, True), refused.stderr


def test_the_schema_knows_the_same_values_as_the_documented_ones() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    assert _documented(schema) == _names(defaults)
    assert set(_OTHER_VALUES) == set(defaults)


def test_every_value_arrives(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(_OTHER_VALUES))
    objects = _objects(rendered(f"--values={values}"))
    assert sorted((found["kind"], found["metadata"]["name"]) for found in objects) == [
        ("ConfigMap", "exposer-dashboard"),
        ("Deployment", "exposer"),
        ("NetworkPolicy", "exposer"),
        ("PodMonitor", "exposer"),
        ("PrometheusRule", "exposer"),
        ("Role", "exposer"),
        ("Role", "exposer"),
        ("Role", "exposer-lease"),
        ("RoleBinding", "exposer"),
        ("RoleBinding", "exposer"),
        ("RoleBinding", "exposer-lease"),
        ("ServiceAccount", "exposer"),
    ]
    template = _one(objects, "Deployment")["spec"]["template"]
    pod, container = template["spec"], template["spec"]["containers"][0]
    assert container["image"] == "mirror/exposer:1.2.3"
    assert container["args"] == [
        "--listen=8080",
        "--lease=$(POD_NAMESPACE)/exposer",
        "--namespace=$(POD_NAMESPACE)",
        "--namespace=shop",
        "--allow-kinds=ClusterIP,NodePort",
        "--allow-addresses=192.0.2.0/24,fd00::/8",
        "--forbid-addresses=fd00:10:96::/112",
        "--cluster-domain=corp.example",
    ]
    assert container["resources"]["limits"] == {"memory": "1Gi"}
    assert template["metadata"]["labels"]["team"] == "blue"
    assert template["metadata"]["annotations"] == {"example.com/a": "b"}
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert pod["tolerations"] == [{"key": "infra", "operator": "Exists"}]
    assert pod["affinity"] == {"nodeAffinity": {}}
    assert pod["priorityClassName"] == "system-cluster-critical"
    assert _one(objects, "NetworkPolicy")["spec"] == {
        "podSelector": {"matchLabels": _SELECTOR},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": {"matchLabels": {"team": "monitoring"}}}],
                "ports": [{"port": "http", "protocol": "TCP"}],
            }
        ],
    }
    rules = _one(objects, "PrometheusRule")
    assert rules["metadata"]["labels"]["release"] == "prom"
    assert rules["spec"] == yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())
    dashboard = _one(objects, "ConfigMap")["data"]["exposer.json"]
    assert dashboard == (CHART / "files" / "dashboard.json").read_text().rstrip("\n")


def test_an_image_may_be_named_by_its_digest() -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    shown = rendered("--set=image.tag=1.2.3", f"--set=image.digest={digest}")
    (container,) = _one(_objects(shown), "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"exposer@{digest}"


def test_a_network_policy_without_peers_lets_nobody_in() -> None:
    shown = rendered("--set=networkPolicy.enabled=true", "--show-only=templates/networkpolicy.yaml")
    assert _one(_objects(shown), "NetworkPolicy")["spec"] == {
        "podSelector": {"matchLabels": _SELECTOR},
        "policyTypes": ["Ingress"],
        "ingress": [],
    }


def test_it_runs_two_replicas_on_different_nodes(installed: Cluster) -> None:
    path = "jsonpath={range .items[*]}{.spec.nodeName}:{.status.phase} {end}"
    pods = kubectl(installed, "get", "pods", f"--namespace={NAMESPACE}", f"--output={path}")
    assert sorted(pods.split()) == ["node1:Running", "node2:Running"]


def test_an_upgrade_brings_the_new_resource_and_a_rollback_the_old_one(
    installed: Cluster, tmp_path: Path
) -> None:
    _make_request(installed)
    newer = shutil.copytree(CHART, tmp_path / "chart")
    crd = newer / "files" / "exposerequests.yaml"
    crd.write_text(crd.read_text().replace("    - er\n", "    - er\n    - expose\n"))

    _helm(installed, "upgrade", "exposer", str(newer), "--set=replicas=3", "--wait")
    assert _short_names(installed) == ["er", "expose"]
    assert _ready_replicas(installed) == "3"

    _helm(installed, "rollback", "exposer", "1", "--wait")
    assert _short_names(installed) == ["er"]
    assert _ready_replicas(installed) == "2"
    assert _requests(installed) == ["kept"]


def test_uninstalled_it_leaves_the_requests_and_their_resource_only(installed: Cluster) -> None:
    _make_request(installed)
    _helm(installed, "uninstall", "exposer", "--wait")
    assert _requests(installed) == ["kept"]
    kinds = (
        "serviceaccounts,deployments,poddisruptionbudgets,roles,rolebindings,clusterroles,"
        "clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings"
    )
    ours = "--selector=app.kubernetes.io/instance=exposer"
    assert kubectl(installed, "get", kinds, "--all-namespaces", ours, "--output=name") == ""


def test_installed_again_it_takes_the_resource_over(installed: Cluster) -> None:
    _make_request(installed)
    _helm(installed, "uninstall", "exposer", "--wait")
    _helm(installed, "install", "exposer", str(CHART), "--wait")
    assert _requests(installed) == ["kept"]


def test_a_resource_that_kubectl_applied_is_taken_over_when_asked_to(cluster: Cluster) -> None:
    kubectl(cluster, "apply", "-f", str(ROOT / "crds"))
    install = ("install", "exposer", str(CHART), f"--namespace={NAMESPACE}", "--create-namespace")
    refused = try_helm(*install, kubeconfig=cluster.kubeconfig)
    assert "invalid ownership metadata" in refused.stderr
    helm(*install, "--take-ownership", "--wait", kubeconfig=cluster.kubeconfig)
    _helm(cluster, "uninstall", "exposer")
    kubectl(cluster, "delete", _CRD, f"namespace/{NAMESPACE}")


def _helm(cluster: Cluster, *arguments: str) -> None:
    helm(*arguments, f"--namespace={NAMESPACE}", kubeconfig=cluster.kubeconfig)


def _make_request(cluster: Cluster) -> None:
    document = {
        "apiVersion": "exposer.dev/v1alpha1",
        "kind": "ExposeRequest",
        "metadata": {"name": "kept", "namespace": "default"},
        "spec": {"ports": ["80"]},
    }
    path = cluster.state / "request.json"
    path.write_text(json.dumps(document))
    kubectl(cluster, "apply", "-f", str(path))


def _requests(cluster: Cluster) -> list[str]:
    names = "jsonpath={.items[*].metadata.name}"
    return kubectl(cluster, "get", "exposerequests", "--all-namespaces", "-o", names).split()


def _short_names(cluster: Cluster) -> list[str]:
    return kubectl(cluster, "get", _CRD, "-o", "jsonpath={.spec.names.shortNames[*]}").split()


def _ready_replicas(cluster: Cluster) -> str:
    ready = "jsonpath={.status.readyReplicas}"
    return kubectl(cluster, "get", "deployment/exposer", f"--namespace={NAMESPACE}", "-o", ready)


def _objects(text: str) -> list[Object]:
    return [found for found in yaml.safe_load_all(text) if found]


def _one(objects: list[Object], kind: str) -> Object:
    (found,) = (each for each in objects if each["kind"] == kind)
    return found


def _documented(schema: Object) -> set[str]:
    """The names of values in a schema, as in --set; but what Helm adds by itself."""
    names = set()
    for name, value in schema["properties"].items():
        inner = _documented(value) if "properties" in value else {""}
        names |= {f"{name}.{rest}".rstrip(".") for rest in inner}
    return names - {"global"}


def _names(values: Object) -> set[str]:
    """The names of values, two levels deep, as deep as the schema goes."""
    return {
        f"{name}.{inner}".rstrip(".")
        for name, value in values.items()
        for inner in (value if isinstance(value, dict) and value else {""})
    }
