"""A cluster as its users see it: start it, use its kubeconfigs, stop it."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from localcluster import build, images
from localcluster.build import versions
from localcluster.containers import cgroups, requirements
from localcluster.controlplane import users
from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.network import Network
from localcluster.network.lan import Lan
from localcluster.node_specs import node_specs
from localcluster.options import Recipe
from localcluster.supervision import Supervision
from localcluster.system import locks, termination

__all__ = ["Cluster", "ProxyMode"]

ProxyMode = Literal["iptables", "nftables"]
"""How kube-proxy carries out Services."""

# The kernel ends the components of a supervisor that is killed: a matter of milliseconds.
_REMAINS_SECONDS = 10


class Cluster:
    """A running cluster.

    `start` gives one that lives as long as a with block, at most as long as this process. `up` and
    `down` are for one that stays.
    """

    def __init__(self, state: Path, binary: Path, supervisor: Supervision | None = None) -> None:
        """Refer to the cluster that runs in a state folder; made by `start` and `up`."""
        self._layout = Layout(state)
        self._binary = binary
        self._supervisor = supervisor

    @classmethod
    def start(
        cls,
        nodes: int = 2,
        *,
        containers: bool = False,
        proxy_mode: ProxyMode = "iptables",
        kubernetes: str | None = None,
    ) -> Self:
        """Start a cluster in a temporary folder, for use in a with block.

        It is gone, and its folder too, when the block is left or this process ends, however it
        ends.

        Args:
            nodes: How many nodes to have.
            containers: Whether these run containers, and carry traffic to them; else all pods are
                only declared to run.
            proxy_mode: How kube-proxy carries out Services, on nodes with containers.
            kubernetes: The version, such as 1.31. If left out, what the environment variable
                KUBERNETES says; without it, the newest.

        Raises:
            ClusterError: It cannot be built or doesn't start, or this machine lacks what nodes
                with containers need.
        """
        recipe = _recipe(nodes, containers, proxy_mode, kubernetes)
        state = Path(tempfile.mkdtemp(prefix="localcluster-"))
        try:
            return cls(state, recipe.binary, Supervision(Layout(state), recipe))
        except BaseException:
            shutil.rmtree(state, ignore_errors=True)
            raise

    @classmethod
    def up(
        cls,
        state: Path,
        nodes: int = 2,
        *,
        containers: bool = False,
        proxy_mode: ProxyMode = "iptables",
        kubernetes: str | None = None,
    ) -> Self:
        """Start a cluster that stays up when this process ends, unless it is up already.

        What a cluster that crashed has left in the folder is used again: the same objects, and
        certificates of the same authority. But the port is another one, so that kubeconfigs have to
        be asked for anew.

        Args:
            state: The cluster's folder.
            nodes: See `start`.
            containers: See `start`.
            proxy_mode: See `start`.
            kubernetes: See `start`; what the folder has already is used as it is if left out.

        Raises:
            ClusterError: It cannot be built or doesn't start, or this machine lacks what nodes
                with containers need, or the folder has files that aren't a cluster's where it
                would put its own, or a cluster of another version than the one that is asked for.
        """
        layout = Layout(state.absolute())
        layout.check()
        version = _version(layout, kubernetes)
        recipe = _recipe(nodes, containers, proxy_mode, version)
        with locks.locked(layout.start_lock) as start_lock:
            if locks.holder(layout.supervisor_lock) is None:
                _wait_for_remains(layout)
                layout.version.write_text(version)
                Supervision(layout, recipe, start_lock).detach()
        return cls(layout.state, recipe.binary)

    @classmethod
    def down(cls, state: Path) -> None:
        """Stop the cluster of a state folder and remove its data; nothing happens without one.

        The folder stays, with the logs of the cluster and whatever else is in there.

        Raises:
            ClusterError: It doesn't end.
        """
        layout = Layout(state.absolute())
        if not layout.start_lock.exists():
            return
        with locks.locked(layout.start_lock):
            termination.terminate_holder(layout.supervisor_lock)
            _wait_for_remains(layout)
            cgroups.remove_stale()
            layout.remove()

    def __enter__(self) -> Self:
        """Use the cluster for the length of a with block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the cluster, unless it was started to stay.

        Raises:
            ClusterError: It had ended by itself. If the block has failed already, that is most
                likely why, and its exception gets a note instead.
        """
        try:
            self.stop()
        except ClusterError as failure:
            if error is None:
                raise
            error.add_note(str(failure))

    def stop(self) -> None:
        """Stop a cluster that was started by `start`, and wait until nothing is left of it.

        Raises:
            ClusterError: It had ended by itself, because of a component or of somebody's signal.
        """
        if self._supervisor is None:
            return
        try:
            self._supervisor.stop()
        finally:
            # Normally done by the supervisor; not if that was killed.
            locks.wait_until_free(self._layout.components_lock, _REMAINS_SECONDS)
            cgroups.remove_stale()
            shutil.rmtree(self.state, ignore_errors=True)

    @property
    def state(self) -> Path:
        """The folder with everything that belongs to the cluster."""
        return self._layout.state

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self._layout.admin_kubeconfig

    @property
    def kubectl(self) -> Path:
        """The kubectl of the cluster's version."""
        return build.kubectl(self._binary)

    @property
    def audit_log(self) -> Path:
        """One JSON document per line and write request, complete when the request is answered."""
        return self._layout.audit_log

    @property
    def supervisor_pid(self) -> int | None:
        """The process that all others of the cluster are children of, None if it isn't running."""
        return locks.holder(self._layout.supervisor_lock)

    @property
    def network(self) -> Network:
        """The nodes' addresses and namespaces, for nodes with containers.

        Raises:
            ClusterError: The nodes are without.
        """
        return Network.read(self._layout)

    def kubeconfig_for(self, user: str, groups: Sequence[str] = ()) -> Path:
        """A kubeconfig with a client certificate for a user and groups."""
        return users.kubeconfig_for(self._layout, user, groups)

    def kubeconfig_for_service_account(self, namespace: str, name: str) -> Path:
        """A kubeconfig with a bound token for a ServiceAccount that exists.

        Raises:
            ClusterError: The API server issues none, most likely as there is no such account.
        """
        return users.kubeconfig_for_service_account(self._layout, namespace, name)


def _version(layout: Layout, wanted: str | None) -> str:
    """The version of a cluster that stays: the one it has, or else the one that is asked for.

    Raises:
        ClusterError: It has another one than is asked for: of what a newer version of Kubernetes
            has written, an older one can't read everything.
    """
    asked = versions.asked_for(wanted)
    try:
        found = layout.version.read_text()
    except FileNotFoundError:
        return versions.choose(wanted).minor
    if asked is not None and asked.minor != found:
        raise ClusterError(
            f"The cluster in {layout.state} is Kubernetes {found}, not {asked.minor}. Stop it "
            "first, which removes its data."
        )
    return found


def _recipe(nodes: int, containers: bool, proxy_mode: ProxyMode, kubernetes: str | None) -> Recipe:
    node_specs(nodes)  # raises for a number that won't do
    if not containers:
        return Recipe(binary=build.binary(kubernetes), nodes=nodes)
    if nodes > Lan.MOST_NODES:
        raise ValueError(f"at most {Lan.MOST_NODES} nodes can have containers, not {nodes}")
    if problem := requirements.missing():
        raise ClusterError(problem)
    return Recipe(
        binary=build.binary(kubernetes),
        nodes=nodes,
        proxy_mode=proxy_mode,
        images=tuple(images.archives().values()),
    )


def _wait_for_remains(layout: Layout) -> None:
    """Wait for the components of a supervisor that was killed: they have the database open."""
    if not locks.wait_until_free(layout.components_lock, _REMAINS_SECONDS):
        raise ClusterError(
            f"The supervisor of the cluster in {layout.state} was killed, but processes that it "
            "has started still run. End these first."
        )
