"""The certificates, keys and kubeconfigs of a cluster's own components."""

from collections.abc import Sequence

from localcluster.controlplane import components, kubeconfig, pki
from localcluster.controlplane.ports import LOOPBACK, Ports
from localcluster.layout import Layout
from localcluster.node_specs import NodeSpec
from localcluster.system.files import write_private

__all__ = ["cluster_authority", "write"]

_ADMINISTRATORS = "system:masters"
_NODES = "system:nodes"


def write(layout: Layout, ports: Ports, nodes: Sequence[NodeSpec]) -> None:
    """Write everything that the components read when they start.

    The authorities and the signing key are kept if they are there: with them, what was issued
    before the cluster was stopped is still valid when it is started again.
    """
    layout.make()
    write_private(layout.audit_policy, components.audit_policy())
    pki.ensure_signing_key(layout.key("service-account"), layout.service_account_public_key)
    _write_etcd(layout)
    authority = cluster_authority(layout)
    server = authority.server("kube-apiserver", components.apiserver_hosts(ports))
    server.write(layout.certificate("apiserver"), layout.key("apiserver"))
    address = components.server_address(ports)
    admin = authority.client("admin", [_ADMINISTRATORS])
    admin.write(layout.certificate("admin"), layout.key("admin"))
    to_kubelets = authority.client("kube-apiserver-kubelet-client", [_ADMINISTRATORS])
    to_kubelets.write(layout.certificate("kubelet-client"), layout.key("kubelet-client"))
    trusted = authority.credential.certificate
    write_private(
        layout.admin_kubeconfig, kubeconfig.with_certificate(address, trusted, "admin", admin)
    )
    for component in ("kube-controller-manager", "kube-scheduler"):
        user = f"system:{component}"
        document = kubeconfig.with_certificate(address, trusted, user, authority.client(user))
        write_private(layout.kubeconfig(component), document)
    for node in nodes:
        credential = authority.client(node.user, [_NODES])
        credential.write(layout.certificate(node.name), layout.key(node.name))


def cluster_authority(layout: Layout) -> pki.Authority:
    """The authority that the API server trusts; made when there is none yet."""
    return pki.Authority.ensure(layout.certificate("ca"), layout.key("ca"), "kubernetes")


def _write_etcd(layout: Layout) -> None:
    # An authority of its own: whoever may talk to etcd may do everything, so that none of the
    # certificates for users of the API may open it.
    authority = pki.Authority.ensure(
        layout.certificate("etcd-ca"), layout.key("etcd-ca"), "etcd-ca"
    )
    server = authority.server("etcd", [LOOPBACK, "localhost"])
    server.write(layout.certificate("etcd"), layout.key("etcd"))
    client = authority.client("kube-apiserver")
    client.write(layout.certificate("etcd-client"), layout.key("etcd-client"))
