"""Where a cluster keeps what: every path inside its state folder."""

from dataclasses import dataclass
from pathlib import Path

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
    def start_lock(self) -> Path:
        """Locked by whoever is starting a cluster in this folder."""
        return self.state / "start.lock"

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

    def make(self) -> None:
        """Create the folders, closed to other users: there are private keys inside."""
        for folder in (self.state, self.pki, self.kubeconfigs, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
