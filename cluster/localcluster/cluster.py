"""A cluster as its users see it: start it, use its kubeconfigs, stop it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from localcluster import build, credentials, kubeconfig, locks, termination
from localcluster.api import Api, ApiError, tls_context
from localcluster.errors import ClusterError
from localcluster.files import write_private
from localcluster.layout import Layout
from localcluster.options import READY, Options
from localcluster.processes import describe, tail

__all__ = ["Cluster"]

# A bound token's usual lifetime is an hour; a cluster for a demonstration may run for a day.
_TOKEN_SECONDS = 24 * 3600


class Cluster:
    """A running cluster.

    `start` gives one that lives as long as a with block, at most as long as this process. `up` and
    `down` are for one that stays.
    """

    def __init__(self, state: Path, binary: Path, supervisor: "_Supervisor | None" = None) -> None:
        """Refer to the cluster that runs in a state folder; made by `start` and `up`."""
        self._layout = Layout(state)
        self._binary = binary
        self._supervisor = supervisor

    @classmethod
    def start(cls, nodes: int = 2) -> Self:
        """Start a cluster in a temporary folder, for use in a with block.

        It is gone, and its folder too, when the block is left or this process ends, however it
        ends.

        Raises:
            ClusterError: It cannot be built or doesn't start.
        """
        binary = build.binary()
        state = Path(tempfile.mkdtemp(prefix="localcluster-"))
        try:
            supervisor = _Supervisor(state, binary, nodes=nodes, ephemeral=True)
            return cls(state, binary, supervisor)
        except BaseException:
            shutil.rmtree(state, ignore_errors=True)
            raise

    @classmethod
    def up(cls, state: Path, nodes: int = 2) -> Self:
        """Start a cluster that stays up when this process ends, unless it is up already.

        What the folder has from an earlier time is used again: the same objects, and certificates
        of the same authority.

        Raises:
            ClusterError: It cannot be built or doesn't start.
        """
        state = state.absolute()
        layout = Layout(state)
        binary = build.binary()
        layout.make()
        with locks.locked(layout.start_lock):
            if locks.holder(layout.supervisor_lock) is None:
                _Supervisor(state, binary, nodes=nodes, ephemeral=False).detach()
        return cls(state, binary)

    @classmethod
    def down(cls, state: Path) -> None:
        """Stop the cluster of a state folder and keep the folder; nothing happens without one.

        Raises:
            ClusterError: It doesn't end.
        """
        layout = Layout(state.absolute())
        if not layout.supervisor_lock.exists():
            return
        with locks.locked(layout.start_lock):
            termination.terminate_holder(layout.supervisor_lock)

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

    def kubeconfig_for(self, user: str, groups: Sequence[str] = ()) -> Path:
        """A kubeconfig with a client certificate for a user and groups."""
        authority = credentials.cluster_authority(self._layout)
        document = kubeconfig.with_certificate(
            self._server(),
            authority.credential.certificate,
            user,
            authority.client(user, groups),
        )
        return write_private(self._layout.kubeconfig(_file_name("user", user, *groups)), document)

    def kubeconfig_for_service_account(self, namespace: str, name: str) -> Path:
        """A kubeconfig with a bound token for a ServiceAccount that exists.

        Raises:
            ClusterError: The API server issues none, most likely as there is no such account.
        """
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": _TOKEN_SECONDS},
        }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        layout = self._layout
        authority = layout.certificate("ca")
        admin = tls_context(authority, layout.certificate("admin"), layout.key("admin"))
        api = Api(self._server(), admin)
        try:
            token = api.request("POST", path, request)["status"]["token"]
        except (ApiError, OSError) as error:
            raise ClusterError(
                f"No token for ServiceAccount {namespace}/{name}: {error}"
            ) from error
        finally:
            api.close()
        document = kubeconfig.with_token(self._server(), authority.read_bytes(), name, token)
        file_name = _file_name("serviceaccount", namespace, name)
        return write_private(layout.kubeconfig(file_name), document)

    def _server(self) -> str:
        return kubeconfig.read_server(self.kubeconfig)


class _Supervisor:
    """The parent's end of a supervisor process."""

    def __init__(self, state: Path, binary: Path, *, nodes: int, ephemeral: bool) -> None:
        """Start the process and wait until the cluster is ready."""
        layout = Layout(state)
        layout.make()
        self._log = layout.log("supervisor")
        ready, ready_end = os.pipe()
        self._control: int | None = None
        control_end: int | None = None
        if ephemeral:
            control_end, self._control = os.pipe()
        handed = [fd for fd in (ready_end, control_end) if fd is not None]
        options = Options(
            state=state,
            binary=binary,
            nodes=nodes,
            ready_fd=ready_end,
            control_fd=control_end,
            ephemeral=ephemeral,
        )
        self._reports = os.fdopen(ready)
        try:
            self._process = self._spawn(options, handed)
        finally:
            for descriptor in handed:
                os.close(descriptor)
        try:
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stop the process, and wait for it.

        Raises:
            ClusterError: It had ended before, because something went wrong.
        """
        status = self._end()
        if status != 0:
            reason = self._reports.read().strip()
            raise ClusterError(f"The cluster ended by itself. {reason or describe(status)}")

    def detach(self) -> None:
        """Leave the process alone from here on."""
        self._reports.close()
        # Popen warns when it is forgotten while its process runs; this one is meant to.
        self._process.returncode = 0

    def _end(self) -> int:
        if self._control is not None:
            # The end of the control pipe is what an ephemeral cluster's supervisor waits for.
            os.close(self._control)
            self._control = None
        else:
            self._process.terminate()
        return self._process.wait()

    def _spawn(self, options: Options, handed: Sequence[int]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "localcluster.supervisor", *options.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=handed,
                env={**os.environ, "PYTHONPATH": _import_path()},
                # Out of reach of the terminal's signals: the parent gets those, and tells us.
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        first = self._reports.readline()
        if first.strip() != READY:
            reason = first + self._reports.read() or f"Its supervisor ended.\n{tail(self._log)}"
            raise ClusterError(f"The cluster didn't start. {reason.strip()}")


def _import_path() -> str:
    """Where the child finds this package, wherever the parent has it from."""
    package_root = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))


def _file_name(*parts: str) -> str:
    # Users' names have colons and may have slashes.
    return "-".join(part.replace(":", "-").replace("/", "-") for part in parts)
