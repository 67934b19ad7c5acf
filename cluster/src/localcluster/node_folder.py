"""Where a node with containers keeps what: every path inside its folder."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["INSIDE", "RUNTIME_SOCKET", "NodeFolder"]

RUNTIME_SOCKET = Path("/run/containerd/containerd.sock")
"""Where containerd listens, in the node's own /run."""


@dataclass(frozen=True)
class NodeFolder:
    """One node's folder, which has one path in the state folder and another one in the node.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def containerd(self) -> Path:
        """The images and containers of containerd."""
        return self.path / "containerd"

    @property
    def imported(self) -> Path:
        """Marks for the images that containerd has already."""
        return self.path / "imported"

    @property
    def kubelet(self) -> Path:
        """The pods of the kubelet and their volumes."""
        return self.path / "kubelet"

    @property
    def pod_logs(self) -> Path:
        """What containers print: the node's /var/log."""
        return self.path / "log"

    @property
    def networks(self) -> Path:
        """How pods are connected: a CNI configuration."""
        return self.path / "cni"

    @property
    def network_plugins(self) -> Path:
        """What connects them: CNI plugins."""
        return self.path / "cni-plugins"

    @property
    def network_results(self) -> Path:
        """What CNI plugins remember: the node's /var/lib/cni."""
        return self.path / "cni-results"

    @property
    def authority(self) -> Path:
        """The certificate of the cluster's authority."""
        return self.path / "ca.crt"

    def configuration(self, program: str) -> Path:
        """A program's configuration."""
        return self.path / f"{program}.conf"

    def kubeconfig(self, program: str) -> Path:
        """A program's access to the API server."""
        return self.path / f"{program}.kubeconfig"

    @property
    def serving_certificate(self) -> Path:
        """The certificate that the kubelet shows to the API server."""
        return self.path / "kubelet.crt"

    @property
    def serving_key(self) -> Path:
        """The key that belongs to it."""
        return self.path / "kubelet.key"


INSIDE = NodeFolder(Path("/run/node"))
"""The folder as the node's own processes see it; a short path, as those of sockets have to be."""
