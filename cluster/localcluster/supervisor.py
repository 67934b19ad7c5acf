"""The process that a cluster's components are children of.

It starts them in order, says when the cluster is ready, waits to be told to stop, and stops them in
reverse order. It is told by SIGTERM or SIGINT, or by the end of its parent: the control pipe, whose
other end only the parent holds, is then closed by the kernel, whatever the parent died of.

    python -m localcluster.supervisor --state DIR --binary FILE --ready-fd N [--control-fd N]
"""

import contextlib
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence

from localcluster import components, credentials, locks
from localcluster.api import Api, ApiError, tls_context
from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.node_specs import node_specs
from localcluster.options import READY, Options
from localcluster.ports import Ports, Reservation
from localcluster.processes import Child, describe, tail

__all__ = ["main"]

# How long a start may take on a machine that is busy with other things; usually it's 4 s.
_START_SECONDS = 120
# Between two questions to a component whether it is ready yet. There is nothing to wait on: the
# answer turns from one to the other inside the component.
_PROBE_SECONDS = 0.03
_STOP_SECONDS = 10


class _StopRequestedError(Exception):
    """Somebody wants the cluster to end while it starts."""


class _Waker:
    """Wakes up a wait when a signal arrives, a child ends or the control pipe is closed."""

    def __init__(self, control_fd: int | None) -> None:
        """Catch the signals from here on."""
        self._control_fd = control_fd
        self._stop = False
        self._pipe, wakeup = os.pipe()
        os.set_blocking(self._pipe, False)
        os.set_blocking(wakeup, False)
        # A signal's arrival becomes a byte in the pipe, so that select sees it without a race.
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        # Ignored by default, in which case nothing would be written to the pipe.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def wait(self, timeout: float | None) -> bool:
        """Wait at most so many seconds; whether the cluster is to stop."""
        sources = [self._pipe] if self._control_fd is None else [self._pipe, self._control_fd]
        readable, _, _ = select.select(sources, [], [], timeout)
        if self._pipe in readable:
            os.read(self._pipe, 4096)
        # Nothing is ever written to the control pipe: readable means closed.
        return self._stop or self._control_fd in readable

    def _request_stop(self, _number: int, _frame: object) -> None:
        self._stop = True


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

    def __init__(self, options: Options, ports: Ports, waker: _Waker) -> None:
        self._options = options
        self._layout = Layout(options.state)
        self._ports = ports
        self._waker = waker
        self._children: list[Child] = []
        self._deadline = time.monotonic() + _START_SECONDS

    def start(self) -> None:
        """Start everything and wait until the cluster is usable."""
        layout, ports, binary = self._layout, self._ports, self._options.binary
        nodes = node_specs(self._options.nodes)
        credentials.write(layout, ports, nodes)
        etcd = self._api(components.etcd_address(ports), "etcd-ca", "etcd-client")
        admin = self._api(components.server_address(ports), "ca", "admin")
        self._launch("etcd", components.etcd(binary, layout, ports))
        self._until("etcd", lambda: etcd.healthy("/health"))
        etcd.close()
        self._launch("kube-apiserver", components.kube_apiserver(binary, layout, ports))
        self._until("kube-apiserver", lambda: admin.healthy("/readyz"))
        self._launch("kube-controller-manager", components.kube_controller_manager(binary, layout))
        self._launch("kube-scheduler", components.kube_scheduler(binary, layout))
        self._launch("node", components.node(layout, ports, len(nodes)))
        self._until("kube-controller-manager", lambda: _has_service_accounts(admin))
        self._until("node", lambda: _has_nodes(admin, len(nodes)))
        admin.close()

    def run(self) -> None:
        """Wait until the cluster is to stop."""
        while not self._waker.wait(None):
            self._check_children()

    def stop(self) -> None:
        """Stop whatever runs, the last one first."""
        while self._children:
            self._children.pop().stop(_STOP_SECONDS)

    def _api(self, server: str, authority: str, user: str) -> Api:
        layout = self._layout
        context = tls_context(
            layout.certificate(authority), layout.certificate(user), layout.key(user)
        )
        return Api(server, context)

    def _launch(self, name: str, command: Sequence[str]) -> None:
        self._children.append(Child(name, command, self._layout.log(name)))

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
    waker = _Waker(options.control_fd)
    reports = _Reports(options.ready_fd)
    lock = locks.hold(Layout(options.state).supervisor_lock)
    if lock is None:
        reports.send(f"Another cluster is running in {options.state}.")
        return 1
    try:
        with lock, Reservation() as reservation:
            return _supervise(_Supervisor(options, reservation.ports, waker), reports)
    finally:
        if options.ephemeral:
            shutil.rmtree(options.state, ignore_errors=True)


def _supervise(supervisor: _Supervisor, reports: _Reports) -> int:
    try:
        supervisor.start()
        reports.send(READY)
        supervisor.run()
    except _StopRequestedError:
        return 0
    except (ClusterError, ApiError, OSError) as error:
        supervisor.stop()
        reports.send(str(error))
        # Into the supervisor's own log, for a cluster whose starter is gone.
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        supervisor.stop()
    return 0


def _has_service_accounts(api: Api) -> bool:
    """Whether pods can be created in the namespaces that exist from the start.

    The ServiceAccount admission refuses them until the controller manager made the accounts.
    """
    accounts = api.get("/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault")["items"]
    return {"default", "kube-system"} <= {each["metadata"]["namespace"] for each in accounts}


def _has_nodes(api: Api, count: int) -> bool:
    """Whether the nodes are there and may be scheduled to."""
    nodes = api.get("/api/v1/nodes")["items"]
    return len([node for node in nodes if not node["spec"].get("taints")]) >= count


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
