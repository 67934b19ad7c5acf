"""``exposer url`` tells what the cluster knows (scenarios C2, C3, D3)."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from localcluster import Cluster
from localcluster.api import Api
from tests.support.asking import Asking
from tests.support.space import Space
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.cluster

HTTP = [{"name": "http", "containerPort": 80}]
NODE1 = "/api/v1/nodes/node1"
INTERNAL = [
    {"type": "InternalIP", "address": "10.240.0.1"},
    {"type": "Hostname", "address": "node1"},
]


@pytest.fixture
def asking(cluster: Cluster, space: Space, capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(cluster, space.name, capsys)


@pytest.fixture
def external_address(api: Api) -> Iterator[str]:
    """An ExternalIP of node1, as a cloud gives it to nodes."""
    external = {"type": "ExternalIP", "address": "203.0.113.1"}

    def replace(addresses: list[dict[str, str]]) -> None:
        status = {"status": {"addresses": addresses}}
        api.request("PATCH", f"{NODE1}/status", status, "application/merge-patch+json")

    replace([*INTERNAL, external])
    yield external["address"]
    replace(INTERNAL)


def test_every_way_to_a_node_port(space: Space, asking: Asking, external_address: str) -> None:
    space.create_deployment("my-nginx", replicas=2, ports=HTTP)
    space.expose("!http=8080:80", "!https=443", name="my-nginx")
    space.until_endpoints("my-nginx", 2, 2)
    spec = space.get("Service", "my-nginx")["spec"]
    http, https = (port["nodePort"] for port in spec["ports"])
    answer = asking.ask("url", "my-nginx", "-o", "json")
    ways = answer.document
    name = f"my-nginx.{space.name}.svc.cluster.local"
    assert (answer.status, answer.errors, ways["remarks"]) == (0, "", [])
    assert [door["url"] for door in ways["inside"]] == [
        f"http://{name}:8080",
        f"https://{name}:443",
    ]
    assert ways["environment"]["MY_NGINX_SERVICE_HOST"] == spec["clusterIP"]
    assert ways["environment"]["MY_NGINX_SERVICE_PORT_HTTPS"] == "443"
    assert [(door["url"], door["node"], door["type"]) for door in ways["nodePorts"]] == [
        (f"http://{external_address}:{http}", "node1", "ExternalIP"),
        (f"https://{external_address}:{https}", "node1", "ExternalIP"),
        (f"http://10.240.0.1:{http}", "node1", "InternalIP"),
        (f"https://10.240.0.1:{https}", "node1", "InternalIP"),
        (f"http://10.240.0.2:{http}", "node2", "InternalIP"),
        (f"https://10.240.0.2:{https}", "node2", "InternalIP"),
    ]


def test_under_the_policy_local_only_the_node_of_the_pod_is_told(
    space: Space, asking: Asking
) -> None:
    space.create_pod("web", labels={"app": "web"})
    space.expose("!80", serviceTemplate={"spec": {"externalTrafficPolicy": "Local"}})
    (row,) = space.until_endpoints("web", 1, 1)["endpoints"]
    doors = asking.ask("url", "web", "-o", "json").document["nodePorts"]
    assert [door["node"] for door in doors] == [row["nodeName"]]


def test_the_pods_of_a_stateful_set_have_names(space: Space, asking: Asking) -> None:
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "web", "image": "none", "ports": HTTP}]},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "serviceName": "web"}
    space.create("StatefulSet", "web", spec=spec | {"template": template})
    space.expose("#8080:http")
    space.until_endpoints("web", 2, 2)
    ways = asking.ask("url", "web", "-o", "json").document
    name = f"web.{space.name}.svc.cluster.local"
    assert ways["pods"] == [f"web-0.{name}", f"web-1.{name}"]
    assert [door["url"] for door in ways["inside"]] == [f"http://{name}:80"]


def test_nothing_ready_is_the_last_line(space: Space, asking: Asking) -> None:
    space.expose("80")
    space.until_refused("web", "NoPodsMatch", "EndpointsAvailable")
    answer = asking.ask("url", "web")
    assert (answer.status, answer.output.splitlines()[-1]) == (
        0,
        'nothing answers yet: no pod with an IP address has the labels "app=web"',
    )


def test_a_request_without_a_service_says_why(space: Space, asking: Asking) -> None:
    space.create("Service", "web", spec={"ports": [{"port": 80}]})
    space.expose("80")
    space.until_refused("web", "ServiceConflict")
    answer = asking.ask("url", "web")
    assert (answer.status, answer.output) == (1, "")
    assert answer.errors.startswith(
        f'error: ExposeRequest "web" in namespace "{space.name}" has no Service: ServiceConflict: '
        'Service "web" exists and is not managed by exposer'
    )


@pytest.mark.parametrize("command", ["url", "trace"])
def test_a_request_that_is_not_there_is_told_with_its_namespace(
    command: str, space: Space, asking: Asking
) -> None:
    assert asking.ask(command, "web") == (
        1,
        "",
        'Error from server (NotFound): exposerequests.exposer.dev "web" not found in namespace '
        f'"{space.name}"\n',
    )


def test_the_namespace_is_that_of_the_context(
    cluster: Cluster, space: Space, tmp_path: Path, asking: Asking
) -> None:
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    document["contexts"][0]["context"]["namespace"] = space.name
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    space.expose("@db.example.com")
    space.until_ready()
    answer = asking.ask("url", "web", "-o", "json", kubeconfig=kubeconfig, namespace=None)
    assert answer.document["namespace"] == space.name


def test_who_may_not_read_requests_is_told_which_right_is_missing(
    cluster: Cluster, space: Space, asking: Asking
) -> None:
    assert asking.ask("url", "web", kubeconfig=cluster.kubeconfig_for("joe")) == (
        1,
        "",
        'Error from server (Forbidden): exposerequests.exposer.dev "web" is forbidden: User "joe" '
        'cannot get resource "exposerequests" in API group "exposer.dev" in the namespace '
        f'"{space.name}"\n',
    )


def test_who_may_not_read_nodes_is_told_the_rest_and_which_right_is_missing(
    cluster: Cluster, api: Api, space: Space, asking: Asking
) -> None:
    rights = {"exposer.dev": "exposerequests", "": "services", "discovery.k8s.io": "endpointslices"}
    grant(api, space.name, "jane", rights)
    space.create_pod("web", labels={"app": "web"})
    space.expose("!80")
    space.until_endpoints("web", 1, 1)
    port = space.get("Service", "web")["spec"]["ports"][0]["nodePort"]
    ways = asking.ask(
        "url", "web", "-o", "json", kubeconfig=cluster.kubeconfig_for("jane")
    ).document
    assert [door["url"] for door in ways["nodePorts"]] == [f"http://NODE:{port}"]
    assert ways["remarks"] == [
        'the nodes are not known: nodes is forbidden: User "jane" cannot list resource "nodes" in '
        'API group "" at the cluster scope'
    ]


def test_a_cluster_without_the_resource_is_told_what_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Cluster.start(nodes=1) as bare:
        answer = Asking(bare, "default", capsys).ask("url", "web")
    assert answer == (
        1,
        "",
        'error: the server doesn\'t have a resource type "exposerequests": apply its '
        "CustomResourceDefinition first, as in 'exposer crd | kubectl apply -f -'\n",
    )


def grant(api: Api, namespace: str, user: str, rights: Mapping[str, str]) -> None:
    """Let a user read resources, by their API groups; returns when the API server knows it."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": ["get", "list"]}
        for group, resource in rights.items()
    ]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user}
    subjects = [{"kind": "User", "name": user}]
    metadata = {"metadata": {"name": user}}
    api.request("POST", f"{rbac}/roles", {**metadata, "rules": rules})
    binding = {**metadata, "roleRef": role, "subjects": subjects}
    api.request("POST", f"{rbac}/rolebindings", binding)
    attributes = [
        {"namespace": namespace, "group": group, "resource": resource, "verb": "list"}
        for group, resource in rights.items()
    ]
    deadline = time.monotonic() + SECONDS
    while not all(_is_allowed(api, user, each) for each in attributes):
        assert time.monotonic() < deadline, "the rights are not in force"


def _is_allowed(api: Api, user: str, attributes: Mapping[str, str]) -> bool:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": user, "resourceAttributes": dict(attributes)},
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return bool(api.request("POST", path, review)["status"]["allowed"])
