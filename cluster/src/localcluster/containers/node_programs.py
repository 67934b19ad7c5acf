"""What the programs of a node with containers read when they start."""

import json
from collections.abc import Sequence
from typing import Any

import yaml

from localcluster.containers.requirements import CNI_PLUGINS
from localcluster.controlplane import kubeconfig
from localcluster.controlplane.pki import Authority
from localcluster.images import PAUSE
from localcluster.network import dns
from localcluster.network.lan import POD_RANGES, Lan
from localcluster.node_folder import INSIDE, RUNTIME_SOCKET, NodeFolder
from localcluster.node_specs import NodeSpec
from localcluster.system.files import write_private

__all__ = ["fill"]

# A pod waits until the kernel is sure that nobody else has its IPv6 address: 2 s, in vain. This CNI
# plugin tells the kernel not to ask, before there is an address.
_NO_DETECTION = "no-duplicate-address-detection"
_NO_DETECTION_SCRIPT = b"""#!/bin/sh
set -eu
case "$CNI_COMMAND" in
VERSION)
    echo '{"cniVersion": "0.4.0", "supportedVersions": ["0.4.0"]}'
    ;;
ADD)
    nsenter --net="$CNI_NETNS" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
    echo '{"cniVersion": "0.4.0"}'
    ;;
esac
"""

# What a kubelet ends pods for when it becomes scarce.
_RESOURCES = (
    "imagefs.available",
    "imagefs.inodesFree",
    "memory.available",
    "nodefs.available",
    "nodefs.inodesFree",
)


def fill(
    folder: NodeFolder,
    spec: NodeSpec,
    lan: Lan,
    *,
    cgroup: str,
    server: str,
    authority: Authority,
    proxy_mode: str,
) -> None:
    """Write everything that the node's programs read when they start.

    Args:
        folder: Where to.
        spec: The node.
        lan: The network it is on.
        cgroup: The cgroup for its containers, which must exist.
        server: The API server's URL.
        authority: The cluster's authority.
        proxy_mode: How kube-proxy carries out Services: iptables or nftables.
    """
    for path in (
        folder.containerd,
        folder.kubelet,
        folder.pod_logs,
        folder.networks,
        folder.network_plugins,
        folder.network_results,
    ):
        path.mkdir(parents=True, exist_ok=True)
    trusted = authority.credential.certificate
    write_private(folder.authority, trusted)
    serving = authority.server(spec.user, [spec.name, *lan.node(spec)])
    serving.write(folder.serving_certificate, folder.serving_key)
    for program, user, groups in (
        ("kubelet", spec.user, ["system:nodes"]),
        ("kube-proxy", "system:kube-proxy", []),
    ):
        credential = authority.client(user, groups)
        document = kubeconfig.with_certificate(server, trusted, user, credential)
        write_private(folder.kubeconfig(program), document)
    for program, content in (
        ("containerd", _containerd().encode()),
        ("kubelet", _yaml(_kubelet(cgroup))),
        ("kube-proxy", _yaml(_kube_proxy(spec, proxy_mode))),
    ):
        write_private(folder.configuration(program), content)
    network = json.dumps(_pod_network(spec.pod_ranges), indent=2)
    write_private(folder.networks / "pods.conflist", network.encode())
    for plugin in CNI_PLUGINS:
        link = folder.network_plugins / plugin.name
        link.unlink(missing_ok=True)
        link.symlink_to(plugin)
    write_private(folder.network_plugins / _NO_DETECTION, _NO_DETECTION_SCRIPT).chmod(0o700)


def _containerd() -> str:
    return f"""version = 2
root = "{INSIDE.containerd}"
state = "{RUNTIME_SOCKET.parent}"

[grpc]
  address = "{RUNTIME_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = "{INSIDE.containerd}/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  # Without CAP_SYS_RESOURCE no process may be made less likely to be killed than this one.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{INSIDE.network_plugins}"
    conf_dir = "{INSIDE.networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""


def _kubelet(cgroup: str) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": f"unix://{RUNTIME_SOCKET}",
        "clusterDNS": [dns.ADDRESS],
        "clusterDomain": dns.DOMAIN,
        # Pods are to know nothing of the name servers and search domains of this machine.
        "resolvConf": "",
        "tlsCertFile": str(INSIDE.serving_certificate),
        "tlsPrivateKeyFile": str(INSIDE.serving_key),
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": str(INSIDE.authority)},
        },
        "authorization": {"mode": "Webhook"},
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": cgroup,
        "enforceNodeAllocatable": [],
        "oomScoreAdj": 0,
        "failSwapOn": False,
        # Look often whether anything is to be reported, and don't report that nothing is.
        "nodeStatusUpdateFrequency": "2s",
        "nodeStatusReportFrequency": "5m",
        "volumePluginDir": str(INSIDE.kubelet / "volume-plugins"),
        # The disk is the machine's. How full it is isn't the nodes' affair, and no image that is
        # removed would come back.
        "localStorageCapacityIsolation": False,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": dict.fromkeys(_RESOURCES, "0%"),
    }


def _kube_proxy(spec: NodeSpec, mode: str) -> dict[str, Any]:
    # By default it would wait up to a second before it carries out the next change.
    sync = {"minSyncPeriod": "10ms"}
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "hostnameOverride": spec.name,
        "clientConnection": {"kubeconfig": str(INSIDE.kubeconfig("kube-proxy"))},
        "clusterCIDR": ",".join(POD_RANGES),
        "mode": mode,
        "iptables": sync,
        "nftables": sync,
        "nodePortAddresses": ["primary"],
        # Limits of connection tracking are the whole machine's: they stay as they are.
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
        "oomScoreAdj": 0,
    }


def _pod_network(ranges: Sequence[str]) -> dict[str, Any]:
    """A cable from each pod to its node, which routes.

    So all traffic passes through kube-proxy's rules. On a bridge, that of two pods of one node only
    would with the kernel module br_netfilter.
    """
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": subnet}] for subnet in ranges],
        "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}],
    }
    return {
        "cniVersion": "0.4.0",
        "name": "pods",
        "plugins": [{"type": _NO_DETECTION}, {"type": "ptp", "ipMasq": False, "ipam": ipam}],
    }


def _yaml(document: dict[str, Any]) -> bytes:
    return yaml.safe_dump(document, sort_keys=False).encode()
