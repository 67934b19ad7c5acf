"""Where a cluster keeps what: every path inside its state folder."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from localcluster.errors import ClusterError
from localcluster.node_folder import NodeFolder
from localcluster.node_specs import NodeSpec

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """The paths of one cluster.

    Attributes:
        state: The folder that everything else is in.
    """

    state: Path

    @property
    def etcd_data(self) -> Path:
        """The database, written by etcd."""
        return self.state / "etcd"

    @property
    def pki(self) -> Path:
        """Certificates and private keys."""
        return self.state / "pki"

    @property
    def service_account_public_key(self) -> Path:
        """What ServiceAccount tokens are verified with."""
        return self.pki / "service-account.pub"

    @property
    def nodes(self) -> Path:
        """A folder for each node with containers."""
        return self.state / "nodes"

    @property
    def network(self) -> Path:
        """Where the namespaces of the network are, see `Network`."""
        return self.state / "network.json"

    @property
    def version(self) -> Path:
        """The minor version of Kubernetes of a cluster that stays, such as 1.37."""
        return self.state / "kubernetes-version"

    @property
    def kubeconfigs(self) -> Path:
        """Kubeconfigs for anybody but the administrator."""
        return self.state / "kubeconfigs"

    @property
    def volume_plugins(self) -> Path:
        """Where the controller manager looks for volume plugins; there are none."""
        return self.state / "volume-plugins"

    @property
    def admin_kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.state / "kubeconfig"

    @property
    def audit_policy(self) -> Path:
        """What the API server is told to audit."""
        return self.state / "audit-policy.yaml"

    @property
    def audit_log(self) -> Path:
        """One JSON document per audited request."""
        return self.state / "audit.log"

    @property
    def logs(self) -> Path:
        """The components' output."""
        return self.state / "logs"

    @property
    def supervisor_lock(self) -> Path:
        """Locked by the supervisor for as long as it lives; says its process id."""
        return self.state / "supervisor.lock"

    @property
    def components_lock(self) -> Path:
        """Locked for as long as the supervisor or any of its components lives."""
        return self.state / "components.lock"

    @property
    def start_lock(self) -> Path:
        """Locked by whoever starts or stops a cluster here; tells that the folder is a cluster's.

        The first file to be made, and the last one to be removed.
        """
        return self.state / "start.lock"

    def node(self, spec: NodeSpec) -> NodeFolder:
        """The folder of a node with containers."""
        return NodeFolder(self.nodes / spec.name)

    def log(self, component: str) -> Path:
        """The output of one component."""
        return self.logs / f"{component}.log"

    def certificate(self, name: str) -> Path:
        """A certificate by its short name."""
        return self.pki / f"{name}.crt"

    def key(self, name: str) -> Path:
        """The private key that belongs to the certificate of the same name."""
        return self.pki / f"{name}.key"

    def kubeconfig(self, name: str) -> Path:
        """A kubeconfig by its short name."""
        return self.kubeconfigs / f"{name}.kubeconfig"

    @property
    def _own_folders(self) -> tuple[Path, ...]:
        return (self.etcd_data, self.pki, self.nodes, self.kubeconfigs, self.volume_plugins)

    @property
    def _own_files(self) -> tuple[Path, ...]:
        return (
            self.admin_kubeconfig,
            self.audit_policy,
            self.network,
            self.version,
            self.supervisor_lock,
            self.components_lock,
            self.start_lock,
        )

    def check(self) -> None:
        """See to it that the cluster's files and folders would replace nobody else's.

        Raises:
            ClusterError: One of them is there, in a folder that isn't a cluster's.
        """
        taken = [path for path in (*self._own_folders, *self._own_files) if path.exists()]
        if taken and not self.start_lock.exists():
            raise ClusterError(
                f"{taken[0]} exists and isn't a cluster's: choose another folder, or remove it."
            )

    def remove(self) -> None:
        """Remove what belongs to the cluster, apart from what people read afterwards: the logs."""
        for folder in self._own_folders:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)
        for file in self._own_files:
            file.unlink(missing_ok=True)

    def make(self) -> None:
        """Create the folders, closed to other users: there are private keys inside."""
        for folder in (self.state, self.pki, self.kubeconfigs, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
