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
from contextlib import AbstractContextManager, nullcontext
from typing import IO

from localcluster.api import Api, tls_context
from localcluster.containers import cgroups
from localcluster.containers.node_programs import fill
from localcluster.controlplane import components, credentials, readiness
from localcluster.controlplane.ports import LOOPBACK, Ports, Reservation
from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.network import Network, dns
from localcluster.network.wiring import Wiring
from localcluster.node_specs import node_specs
from localcluster.nodes.registration import register
from localcluster.options import READY, Options
from localcluster.system import locks
from localcluster.system.processes import Child, adopt_orphans, describe, tail, wait_for_orphans
from localcluster.system.waker import Waker

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

    def __init__(
        self,
        options: Options,
        ports: Ports,
        wiring: Wiring | None,
        waker: Waker,
        lock: IO[str],
    ) -> None:
        self._options = options
        self._layout = Layout(options.state)
        self._nodes = node_specs(options.nodes)
        self._ports = ports
        self._wiring = wiring
        self._waker = waker
        self._lock = lock
        self._children: list[Child] = []
        self._deadline = time.monotonic() + _START_SECONDS

    def start(self) -> None:
        """Start everything and wait until the cluster is usable."""
        layout, ports, binary = self._layout, self._ports, self._options.binary
        credentials.write(layout, ports, self._nodes)
        layout.audit_log.unlink(missing_ok=True)
        etcd = self._api(components.etcd_address(ports), "etcd-ca", "etcd-client")
        admin = self._api(components.server_address(ports), "ca", "admin")
        self._launch("etcd", components.etcd(binary, layout, ports))
        self._until("etcd", lambda: etcd.healthy("/health"))
        etcd.close()
        self._launch("kube-apiserver", components.kube_apiserver(binary, layout, ports))
        self._until("kube-apiserver", lambda: admin.healthy("/readyz"))
        self._remove_nodes(admin)
        controllers = components.kube_controller_manager(
            binary, layout, heartbeats=self._wiring is not None
        )
        self._launch("kube-controller-manager", controllers)
        self._launch("kube-scheduler", components.kube_scheduler(binary, layout))
        if self._wiring is None:
            self._start_stand_in(admin)
        else:
            self._start_machines(admin, self._wiring)
        self._until("kube-controller-manager", lambda: readiness.has_service_accounts(admin))
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
        wait_for_orphans()
        cgroups.remove()

    def _remove_nodes(self, admin: Api) -> None:
        """Remove what is left of a cluster that crashed, where it would be taken for news."""
        if self._wiring is None:
            readiness.remove_other_nodes(admin, self._names)
        else:
            readiness.remove_other_nodes(admin, set())
            dns.forget(admin)

    def _start_stand_in(self, admin: Api) -> None:
        self._launch("node", components.node(self._layout, self._ports, len(self._nodes)))
        self._until("node", lambda: readiness.usable_nodes(admin) == self._names)

    def _start_machines(self, admin: Api, wiring: Wiring) -> None:
        """Start the nodes with containers, and then the name server in a pod."""
        cgroups.remove_stale()
        authority = credentials.cluster_authority(self._layout)
        machines = {}
        for spec, namespace in wiring.nodes.items():
            register(admin, spec, wiring.lan.node(spec))
            fill(
                self._layout.node(spec),
                spec,
                wiring.lan,
                cgroup=cgroups.make(spec.name),
                server=components.server_address(self._ports),
                authority=authority,
                proxy_mode=self._options.proxy_mode,
            )
            command = components.machine(self._options, self._layout, spec, namespace.path)
            machines[spec.number] = self._launch(spec.name, command)
        Network(wiring.lan, wiring.switch.path, machines).write(self._layout)
        log = f"{self._nodes[0].name}-kubelet"
        self._until("A node", lambda: readiness.usable_nodes(admin) == self._names, log)
        dns.apply(admin)
        self._until("CoreDNS", lambda: dns.is_ready(admin), log)

    @property
    def _names(self) -> set[str]:
        return {node.name for node in self._nodes}

    def _api(self, server: str, authority: str, user: str) -> Api:
        return Api(server, tls_context(self._layout, user, authority))

    def _launch(self, name: str, command: Sequence[str]) -> int:
        child = Child(name, command, self._layout.log(name), self._lock)
        self._children.append(child)
        return child.pid

    def _until(
        self, component: str, ready: Callable[[], bool], log_name: str | None = None
    ) -> None:
        while not ready():
            if self._waker.wait(_PROBE_SECONDS):
                raise _StopRequestedError
            self._check_children()
            if time.monotonic() > self._deadline:
                log = self._layout.log(log_name or component)
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
    adopt_orphans()
    waker = Waker(options.control_fd)
    reports = _Reports(options.ready_fd)
    try:
        own_lock = locks.hold(layout.supervisor_lock, _LOCK_SECONDS)
        if own_lock is None:
            raise ClusterError(f"Another cluster is running in {options.state}.")
        with (
            own_lock,
            locks.locked(layout.components_lock) as lock,
            _wiring(options) as wiring,
            Reservation(wiring.lan.machine[0] if wiring else LOOPBACK) as reservation,
        ):
            supervisor = _Supervisor(options, reservation.ports, wiring, waker, lock)
            _supervise(options, supervisor, reports)
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


def _wiring(options: Options) -> AbstractContextManager[Wiring | None]:
    return Wiring(node_specs(options.nodes)) if options.proxy_mode else nullcontext()


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
