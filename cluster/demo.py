"""`make demo` and `make down`: a cluster, the operator and the samples, started and stopped.

python -m demo up|down
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcluster import Cluster, ClusterError
from localcluster.files import write_private
from localcluster.locks import hold, holder
from localcluster.processes import tail
from localcluster.termination import terminate_holder

_ROOT = Path(__file__).resolve().parents[1]
_SAMPLES = _ROOT / "manifests" / "samples"
_KIND_NAME = "exposer"
_READY_SECONDS = 120  # kind pulls the workload's image first


@dataclass(frozen=True)
class State:
    """What the demo keeps, next to what the cluster keeps."""

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig; the embedded cluster writes it here too."""
        return self.folder / "kubeconfig"

    @property
    def operator_kubeconfig(self) -> Path:
        """The kubeconfig of the operator's ServiceAccount."""
        return self.folder / "operator.kubeconfig"

    @property
    def operator_lock(self) -> Path:
        """Locked for as long as the operator lives; says its process id."""
        return self.folder / "operator.pid"

    @property
    def operator_log(self) -> Path:
        """The operator's output."""
        return self.folder / "operator.log"


@dataclass(frozen=True)
class Kubectl:
    """A kubectl and the kubeconfig it uses."""

    program: Path
    kubeconfig: Path

    def show(self, *arguments: str) -> None:
        """Run a command whose output the user sees."""
        subprocess.run(self._command(arguments), cwd=_ROOT, check=True)

    def wait(self, *arguments: str) -> None:
        """Wait for a condition, in silence."""
        command = self._command(["wait", f"--timeout={_READY_SECONDS}s", *arguments])
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    def ask(self, *arguments: str) -> str:
        """What a command prints."""
        command = self._command(arguments)
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.program), f"--kubeconfig={self.kubeconfig}", *arguments]


def main(arguments: Sequence[str], folder: Path = _ROOT / ".cluster") -> int:
    """Run one command; returns the exit status."""
    if arguments not in (["up"], ["down"]):
        print("usage: python -m demo up|down", file=sys.stderr)
        return 2
    command = up if arguments == ["up"] else down
    try:
        command(State(folder))
    except (ClusterError, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; 'make down' stops what runs", file=sys.stderr)
        return 130
    return 0


def up(state: State) -> None:
    """Bring everything up that isn't yet, apply the samples and show how they stand.

    Raises:
        ClusterError: The cluster or the operator can't be started.
        subprocess.CalledProcessError: kubectl or kind failed; it has said why.
    """
    kubectl = _kind_cluster(state) if _has_kind() else _embedded_cluster(state)
    kubectl.show("apply", "-f", "crds/", "-f", "manifests/rbac.yaml")
    kubectl.wait("--for=condition=Established", "crd/exposerequests.exposer.dev")
    _start_operator(state, kubectl)
    kubectl.show("apply", "-f", str(_SAMPLES))
    try:
        _wait_for_samples(kubectl)
    except subprocess.CalledProcessError as error:
        log = state.operator_log
        raise ClusterError(f"The samples aren't ready. The end of {log}:\n{tail(log)}") from error
    print(flush=True)
    kubectl.show("get", "exposerequests", "--namespace=default")
    print(_WHAT_NEXT.format(kubeconfig=state.kubeconfig, log=state.operator_log))


_WHAT_NEXT = """
The cluster is yours until 'make down'; the operator's log is {log}.

    export KUBECONFIG={kubeconfig}
    kubectl get exposerequests --watch"""


def down(state: State) -> None:
    """Stop the operator and the cluster; nothing happens when neither runs.

    Raises:
        ClusterError: One of them doesn't end.
    """
    terminate_holder(state.operator_lock)
    state.operator_kubeconfig.unlink(missing_ok=True)
    Cluster.down(state.folder)
    state.kubeconfig.unlink(missing_ok=True)
    if _has_kind():
        subprocess.run(["kind", "delete", "cluster", "--name", _KIND_NAME], check=True)
    print("Nothing is running.")


def _has_kind() -> bool:
    """Whether there is kind, and a Docker engine that answers."""
    if shutil.which("kind") is None or shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def _kind_cluster(state: State) -> Kubectl:
    state.folder.mkdir(exist_ok=True)
    kubectl = Kubectl(Path("kubectl"), state.kubeconfig)
    clusters = subprocess.run(
        ["kind", "get", "clusters"], stdout=subprocess.PIPE, text=True, check=True
    )
    if _KIND_NAME not in clusters.stdout.split():
        options = ["--name", _KIND_NAME, "--config", "kind-config.yaml"]
        command = ["kind", "create", "cluster", *options, "--kubeconfig", str(kubectl.kubeconfig)]
        subprocess.run(command, cwd=_ROOT, check=True)
    return kubectl


def _embedded_cluster(state: State) -> Kubectl:
    cluster = Cluster.up(state.folder)
    return Kubectl(cluster.kubectl, cluster.kubeconfig)


def _start_operator(state: State, kubectl: Kubectl) -> None:
    """Start `exposer run` as its own ServiceAccount, unless it runs already."""
    lock = hold(state.operator_lock)
    if lock is None:
        print(f"The operator is running (process {holder(state.operator_lock)}).")
        return
    _write_operator_kubeconfig(state, kubectl)
    with lock, state.operator_log.open("wb") as log:
        operator = subprocess.Popen(
            [sys.executable, "-P", "-m", "exposer", "run"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "KUBECONFIG": str(state.operator_kubeconfig)},
            start_new_session=True,  # it outlives this terminal
            # The open file is the lock: it is held for as long as the operator lives.
            pass_fds=[lock.fileno()],
        )
        lock.truncate(0)
        lock.write(str(operator.pid))
    # Popen warns when it is forgotten while its process runs; this one is meant to.
    operator.returncode = 0
    print(f"The operator is started (process {operator.pid}).")


def _write_operator_kubeconfig(state: State, kubectl: Kubectl) -> None:
    """The administrator's kubeconfig with the operator's token in the place of the user."""
    view = kubectl.ask("config", "view", "--raw", "--minify", "--flatten", "--output=json")
    document: dict[str, Any] = json.loads(view)
    account = ("exposer", "--namespace=exposer-system", "--duration=720h")
    document["users"][0]["user"] = {"token": kubectl.ask("create", "token", *account).strip()}
    write_private(state.operator_kubeconfig, json.dumps(document).encode())


def _wait_for_samples(kubectl: Kubectl) -> None:
    """Wait until the table is complete: all requests Ready, and both endpoints where there are any.

    Only ours: what else the user has made in the cluster may well be broken.
    """
    samples = {path.stem: f"--filename={path}" for path in _SAMPLES.glob("*.yaml")}
    kubectl.wait("--for=condition=Available", samples.pop("workload"))
    kubectl.wait("--for=condition=Ready", *samples.values())
    del samples["external-name"]
    kubectl.wait("--for=jsonpath={.status.endpointSummary.ready}=2", *samples.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
