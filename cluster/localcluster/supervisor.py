"""The process that a cluster's components are children of.

It starts them in order, says when the cluster is ready, waits to be told to stop, and stops them in
reverse order. It is told by SIGTERM or SIGINT, or by the end of its parent: the control pipe, whose
other end only the parent holds, is then closed by the kernel, whatever the parent died of.

    python -m localcluster.supervisor --state DIR --binary FILE --ready-fd N [--control-fd N]
"""

import contextlib
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import IO

from localcluster import components, credentials, locks, readiness
from localcluster.api import Api, tls_context
from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.node_specs import node_specs
from localcluster.options import READY, Options
from localcluster.ports import Ports, Reservation
from localcluster.processes import Child, describe, tail
from localcluster.waker import Waker

__all__ = ["main"]

# How long a start may take on a machine that is busy with other things; usually it's 4 s.
_START_SECONDS = 120
# Between two questions to a component whether it is ready yet. There is nothing to wait on: the
# answer turns from one to the other inside the component.
_PROBE_SECONDS = 0.03
# Whoever asks for the holder of a lock has it for a moment.
_LOCK_SECONDS = 5


class _StopRequestedError(Exception):
    """Somebody wants the cluster to end while it starts."""


class _Reports:
    """What the process that started this one is told: READY, or why the cluster has ended."""

    def __init__(self, descriptor: int) -> None:
        self._stream = os.fdopen(descriptor, "w")

    def send(self, message: str) -> None:
        """Write a line, for as long as anybody listens."""
        with contextlib.suppress(OSError):
            print(message, file=self._stream, flush=True)


class _Supervisor:
    """A cluster's components, from the first start to the last stop."""

    def __init__(self, options: Options, ports: Ports, waker: Waker, lock: IO[str]) -> None:
        self._options = options
        self._layout = Layout(options.state)
        self._ports = ports
        self._waker = waker
        self._lock = lock
        self._children: list[Child] = []
        self._deadline = time.monotonic() + _START_SECONDS

    def start(self) -> None:
        """Start everything and wait until the cluster is usable."""
        layout, ports, binary = self._layout, self._ports, self._options.binary
        nodes = node_specs(self._options.nodes)
        names = {node.name for node in nodes}
        credentials.write(layout, ports, nodes)
        layout.audit_log.unlink(missing_ok=True)
        etcd = self._api(components.etcd_address(ports), "etcd-ca", "etcd-client")
        admin = self._api(components.server_address(ports), "ca", "admin")
        self._launch("etcd", components.etcd(binary, layout, ports))
        self._until("etcd", lambda: etcd.healthy("/health"))
        etcd.close()
        self._launch("kube-apiserver", components.kube_apiserver(binary, layout, ports))
        self._until("kube-apiserver", lambda: admin.healthy("/readyz"))
        readiness.remove_other_nodes(admin, names)
        self._launch("kube-controller-manager", components.kube_controller_manager(binary, layout))
        self._launch("kube-scheduler", components.kube_scheduler(binary, layout))
        self._launch("node", components.node(layout, ports, len(nodes)))
        self._until("kube-controller-manager", lambda: readiness.has_service_accounts(admin))
        self._until("node", lambda: readiness.usable_nodes(admin) == names)
        admin.close()

    def run(self) -> None:
        """Wait until the cluster is to stop."""
        while not self._waker.wait(None):
            self._check_children()
        if self._options.ephemeral and self._waker.signal is not None:
            raise ClusterError(f"Its supervisor was told to by signal {self._waker.signal}.")

    def stop(self) -> None:
        """Stop whatever runs, the last one first."""
        while self._children:
            self._children.pop().kill()

    def _api(self, server: str, authority: str, user: str) -> Api:
        return Api(server, tls_context(self._layout, user, authority))

    def _launch(self, name: str, command: Sequence[str]) -> None:
        self._children.append(Child(name, command, self._layout.log(name), self._lock))

    def _until(self, component: str, ready: Callable[[], bool]) -> None:
        while not ready():
            if self._waker.wait(_PROBE_SECONDS):
                raise _StopRequestedError
            self._check_children()
            if time.monotonic() > self._deadline:
                log = self._layout.log(component)
                raise ClusterError(
                    f"{component} wasn't ready after {_START_SECONDS} s. The end of {log}:\n"
                    + tail(log)
                )

    def _check_children(self) -> None:
        for child in self._children:
            if child.exit_status is not None:
                raise ClusterError(
                    f"{child.name} ended unexpectedly ({describe(child.exit_status)}). "
                    f"The end of {child.log}:\n{tail(child.log)}"
                )


def main(arguments: Sequence[str]) -> int:
    """Run a cluster until it is to stop; returns the exit status."""
    options = Options.parse(arguments)
    layout = Layout(options.state)
    waker = Waker(options.control_fd)
    reports = _Reports(options.ready_fd)
    try:
        own_lock = locks.hold(layout.supervisor_lock, _LOCK_SECONDS)
        if own_lock is None:
            raise ClusterError(f"Another cluster is running in {options.state}.")
        with (
            own_lock,
            locks.locked(layout.components_lock) as lock,
            Reservation() as reservation,
        ):
            _supervise(options, _Supervisor(options, reservation.ports, waker, lock), reports)
    except _StopRequestedError:
        return 0
    except Exception as error:
        # Also into the supervisor's own log, for a cluster whose starter is gone.
        if isinstance(error, ClusterError):
            print(error, file=sys.stderr, flush=True)
            reports.send(str(error))
        else:
            traceback.print_exc()
            reports.send(traceback.format_exc())
        return 1
    finally:
        if options.ephemeral:
            shutil.rmtree(options.state, ignore_errors=True)
    return 0


def _supervise(options: Options, supervisor: _Supervisor, reports: _Reports) -> None:
    try:
        supervisor.start()
        if options.start_lock_fd is not None:
            os.close(options.start_lock_fd)
        reports.send(READY)
        supervisor.run()
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
