"""Who may talk to the API server, and how they know that it is the one."""

import os
import ssl
import stat
from pathlib import Path

import pytest
import yaml

from cluster.tests.access import api, context, kubectl, server
from cluster.tests.processes import family
from localcluster import Cluster, ClusterError, build
from localcluster.api import Api, ApiError
from localcluster.controlplane.components import server_address
from localcluster.controlplane.pki import Authority
from localcluster.controlplane.ports import Reservation

pytestmark = pytest.mark.cluster

REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def certificate_authority(cluster: Cluster) -> bytes:
    return (cluster.state / "pki" / "ca.crt").read_bytes()


def test_a_user_verifies_the_server_and_is_known_by_a_certificate(cluster: Cluster) -> None:
    with api(cluster.kubeconfig_for("alice", ["team-a", "team-b"])) as client:
        assert client.get("/version")["gitVersion"] == build.kubernetes().version
        user = client.request("POST", REVIEWS, REVIEW)["status"]["userInfo"]
    assert (user["username"], user["groups"]) == (
        "alice",
        ["team-a", "team-b", "system:authenticated"],
    )


def test_a_client_that_trusts_another_authority_refuses_the_server(cluster: Cluster) -> None:
    other = Authority.create("kubernetes").credential.certificate
    client = Api(server(cluster.kubeconfig), context(other))
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        client.get("/version")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        client.healthy("/readyz")


def test_a_client_without_a_certificate_is_unauthorized(cluster: Cluster) -> None:
    client = Api(server(cluster.kubeconfig), context(certificate_authority(cluster)))
    with pytest.raises(ApiError) as raised:
        client.get("/version")
    client.close()
    assert str(raised.value) == "401: Unauthorized"


def test_a_certificate_of_another_authority_is_unauthorized(
    cluster: Cluster, tmp_path: Path
) -> None:
    impostor = Authority.create("kubernetes").client("admin", ["system:masters"])
    impostor.write(tmp_path / "impostor.crt", tmp_path / "impostor.key")
    tls = context(certificate_authority(cluster))
    tls.load_cert_chain(tmp_path / "impostor.crt", tmp_path / "impostor.key")
    client = Api(server(cluster.kubeconfig), tls)
    with pytest.raises(ApiError) as raised:
        client.get("/version")
    client.close()
    assert str(raised.value) == "401: Unauthorized"


def test_a_service_account_may_do_what_it_has_a_role_for(cluster: Cluster) -> None:
    kubeconfig = cluster.kubeconfig_for_service_account("default", "default")
    allowed = kubectl(cluster, kubeconfig, "auth", "whoami", "-o=jsonpath={.status.userInfo}")
    assert allowed.returncode == 0, allowed.stderr
    user = yaml.safe_load(allowed.stdout)
    assert (user["username"], user["groups"]) == (
        "system:serviceaccount:default:default",
        ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    )
    denied = kubectl(cluster, kubeconfig, "get", "pods")
    assert (denied.returncode, denied.stdout, denied.stderr) == (
        1,
        "",
        "Error from server (Forbidden): pods is forbidden: User "
        '"system:serviceaccount:default:default" cannot list resource "pods" in API group "" in '
        'the namespace "default"\n',
    )


def test_there_is_no_token_for_an_account_that_is_missing(cluster: Cluster) -> None:
    with pytest.raises(ClusterError) as raised:
        cluster.kubeconfig_for_service_account("default", "nobody")
    assert str(raised.value) == (
        'No token for ServiceAccount default/nobody: 404: serviceaccounts "nobody" not found'
    )


def test_kubeconfigs_are_private_and_have_a_certificate_and_nothing_else(cluster: Cluster) -> None:
    for path in (cluster.kubeconfig, cluster.kubeconfig_for("bob")):
        document = yaml.safe_load(path.read_text())
        assert document["clusters"][0]["cluster"].keys() == {
            "server",
            "certificate-authority-data",
        }
        assert document["users"][0]["user"].keys() == {"client-certificate-data", "client-key-data"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_users_with_similar_names_get_kubeconfigs_of_their_own(cluster: Cluster) -> None:
    users: list[tuple[str, list[str]]] = [
        ("a:b", []),
        ("a-b", []),
        ("a/b", []),
        ("a", ["b"]),
        ("a+b", []),
    ]
    paths = [cluster.kubeconfig_for(user, groups) for user, groups in users]
    found = [yaml.safe_load(path.read_text())["users"][0]["name"] for path in paths]
    assert found == ["a:b", "a-b", "a/b", "a", "a+b"]
    assert {path.parent for path in paths} == {cluster.state / "kubeconfigs"}


def test_a_server_that_is_not_there_is_not_healthy(cluster: Cluster) -> None:
    with Reservation() as reservation:
        client = Api(server_address(reservation.ports), context(certificate_authority(cluster)))
        assert not client.healthy("/readyz")
        with pytest.raises(ConnectionRefusedError):
            client.get("/version")


def test_nothing_listens_on_any_address_but_loopback(cluster: Cluster) -> None:
    assert cluster.supervisor_pid is not None
    sockets = set()
    for pid in family(cluster.supervisor_pid):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(descriptor)
            except FileNotFoundError:
                continue
            sockets.add(target.removeprefix("socket:[").removesuffix("]"))
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, status, *rest = line.split()
            if status == "0A" and rest[5] in sockets:
                listening.append(local.split(":")[0])
    # etcd for clients, etcd for peers, and the API server; the number is 127.0.0.1.
    assert listening == ["0100007F"] * 3
