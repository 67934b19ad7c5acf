"""The command lines of the control plane's components: pure functions of paths and ports."""

import sys
from pathlib import Path

from localcluster.controlplane.ports import LOOPBACK, Ports
from localcluster.layout import Layout
from localcluster.network.dns import DOMAIN
from localcluster.network.lan import SERVICE_RANGES
from localcluster.node_specs import NodeSpec
from localcluster.options import Options

__all__ = [
    "apiserver_hosts",
    "audit_policy",
    "etcd",
    "etcd_address",
    "kube_apiserver",
    "kube_controller_manager",
    "kube_scheduler",
    "machine",
    "node",
    "server_address",
]

_AUDIT_POLICY = Path(__file__).resolve().with_name("audit-policy.yaml")

_SERVICE_RANGES = ",".join(SERVICE_RANGES)
# The first address of the Service range belongs to the Service named kubernetes.
_KUBERNETES_SERVICE_IP = "10.96.0.1"

# It does what is done here. (Those of clouds don't start without one, and are gone in 1.37.)
_WITHOUT_CONTROLLERS = ("node-ipam-controller",)
# It waits for heartbeats that only a real kubelet sends: to it, the stand-in's nodes were lost.
_HEARTBEAT_CONTROLLER = "node-lifecycle-controller"

# The clients' own rate limits protect a shared API server; this one has nobody else to serve.
_UNLIMITED = ("--kube-api-qps=1000", "--kube-api-burst=2000")


def server_address(ports: Ports) -> str:
    """The API server's URL."""
    return f"https://{ports.host}:{ports.apiserver}"


def apiserver_hosts(ports: Ports) -> tuple[str, ...]:
    """The names that the API server's certificate is for."""
    return (
        ports.host,
        _KUBERNETES_SERVICE_IP,
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{DOMAIN}",
    )


def etcd_address(ports: Ports) -> str:
    """The URL at which etcd serves its clients."""
    return f"https://{LOOPBACK}:{ports.etcd}"


def etcd(binary: Path, layout: Layout, ports: Ports) -> list[str]:
    """The database."""
    client = etcd_address(ports)
    peer = f"https://{LOOPBACK}:{ports.etcd_peer}"
    return [
        str(binary),
        "etcd",
        "--name=localcluster",
        f"--data-dir={layout.etcd_data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=localcluster={peer}",
        # The ports are held by the supervisor's reservation.
        "--socket-reuse-port=true",
        "--client-cert-auth=true",
        f"--trusted-ca-file={layout.certificate('etcd-ca')}",
        f"--cert-file={layout.certificate('etcd')}",
        f"--key-file={layout.key('etcd')}",
        "--peer-client-cert-auth=true",
        f"--peer-trusted-ca-file={layout.certificate('etcd-ca')}",
        f"--peer-cert-file={layout.certificate('etcd')}",
        f"--peer-key-file={layout.key('etcd')}",
        # Only a crash of the whole machine can lose what wasn't synced, and a cluster for tests
        # and demonstrations doesn't outlive that anyway.
        "--unsafe-no-fsync=true",
        # A single member waits this long (ms) before it elects itself: by default a whole second.
        "--heartbeat-interval=10",
        "--election-timeout=100",
        "--log-level=warn",
    ]


def kube_apiserver(binary: Path, layout: Layout, ports: Ports) -> list[str]:
    """The API server."""
    return [
        str(binary),
        "kube-apiserver",
        f"--bind-address={ports.host}",
        f"--secure-port={ports.apiserver}",
        # The port is held by the supervisor's reservation.
        "--permit-port-sharing=true",
        f"--tls-cert-file={layout.certificate('apiserver')}",
        f"--tls-private-key-file={layout.key('apiserver')}",
        f"--etcd-servers={etcd_address(ports)}",
        f"--etcd-cafile={layout.certificate('etcd-ca')}",
        f"--etcd-certfile={layout.certificate('etcd-client')}",
        f"--etcd-keyfile={layout.key('etcd-client')}",
        f"--client-ca-file={layout.certificate('ca')}",
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        f"--service-account-issuer=https://kubernetes.default.svc.{DOMAIN}",
        f"--service-account-key-file={layout.service_account_public_key}",
        f"--service-account-signing-key-file={layout.key('service-account')}",
        f"--service-cluster-ip-range={_SERVICE_RANGES}",
        "--allow-privileged=true",
        # With an address given, the API server doesn't ask for the machine's default route.
        f"--advertise-address={ports.host}",
        # An Endpoints object may not name a loopback address, and no pod could reach it. Of any
        # other one, no lease is needed: there is one API server.
        f"--endpoint-reconciler-type={'none' if ports.host == LOOPBACK else 'master-count'}",
        f"--kubelet-certificate-authority={layout.certificate('ca')}",
        f"--kubelet-client-certificate={layout.certificate('kubelet-client')}",
        f"--kubelet-client-key={layout.key('kubelet-client')}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--audit-policy-file={layout.audit_policy}",
        f"--audit-log-path={layout.audit_log}",
        "--audit-log-format=json",
        # A request is answered after its line is written, so a test can read it right away.
        "--audit-log-mode=blocking",
    ]


def kube_controller_manager(binary: Path, layout: Layout, *, heartbeats: bool) -> list[str]:
    """The controllers.

    Args:
        binary: The control plane's binary.
        layout: Where the cluster is.
        heartbeats: Whether nodes are lost that don't say for a while that they are well.
    """
    without = _WITHOUT_CONTROLLERS if heartbeats else (*_WITHOUT_CONTROLLERS, _HEARTBEAT_CONTROLLER)
    disabled = ",".join(f"-{name}" for name in without)
    return [
        str(binary),
        "kube-controller-manager",
        f"--kubeconfig={layout.kubeconfig('kube-controller-manager')}",
        f"--controllers=*,{disabled}",
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={layout.key('service-account')}",
        f"--root-ca-file={layout.certificate('ca')}",
        f"--cluster-signing-cert-file={layout.certificate('ca')}",
        f"--cluster-signing-key-file={layout.key('ca')}",
        f"--service-cluster-ip-range={_SERVICE_RANGES}",
        # So often it is looked whether a node is well, and may have pods; by default every 5 s.
        "--node-monitor-period=500ms",
        # The default is a system folder, which would be created.
        f"--flex-volume-plugin-dir={layout.volume_plugins}",
        *_single_instance(),
        *_UNLIMITED,
    ]


def kube_scheduler(binary: Path, layout: Layout) -> list[str]:
    """The scheduler."""
    return [
        str(binary),
        "kube-scheduler",
        f"--kubeconfig={layout.kubeconfig('kube-scheduler')}",
        *_single_instance(),
        *_UNLIMITED,
    ]


def node(layout: Layout, ports: Ports, count: int) -> list[str]:
    """The stand-in for the nodes, where a kubelet and a kube-proxy per node could be."""
    return [
        sys.executable,
        "-P",
        "-m",
        "localcluster.nodes.node",
        f"--state={layout.state}",
        f"--server={server_address(ports)}",
        f"--nodes={count}",
    ]


def machine(options: Options, layout: Layout, spec: NodeSpec, network: str) -> list[str]:
    """A node with containers.

    Args:
        options: The control plane's binary, which also has the node's programs, and the images.
        layout: Where the cluster is.
        spec: The node.
        network: Where its network namespace is.
    """
    return [
        "nsenter",
        f"--net={network}",
        "unshare",
        "--mount",
        "--propagation=private",
        "--uts",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        sys.executable,
        "-P",
        "-m",
        "localcluster.containers.machine",
        f"--name={spec.name}",
        f"--folder={layout.node(spec).path}",
        f"--logs={layout.logs}",
        f"--binary={options.binary}",
        *(f"--image={image}" for image in options.images),
    ]


def audit_policy() -> bytes:
    """What the API server is told to audit; kind is told the same."""
    return _AUDIT_POLICY.read_bytes()


def _single_instance() -> list[str]:
    # Nobody scrapes metrics here: no port to serve, none to reserve. With one instance there is
    # nobody to elect a leader among, which would cost seconds at the start.
    return ["--secure-port=0", "--leader-elect=false"]
