"""The two commands: everything up, everything down."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from demo import samples
from demo.kubectl import ROOT, Kubectl
from demo.state import State
from localcluster import Cluster, ClusterError, images
from localcluster.build import versions
from localcluster.containers import requirements
from localcluster.controlplane.kubeconfig import read_server
from localcluster.system.files import write_private
from localcluster.system.locks import holder
from localcluster.system.processes import tail
from localcluster.system.termination import terminate_holder

__all__ = ["main"]

_KIND_NAME = "exposer"


def main(arguments: Sequence[str], folder: Path = ROOT / ".cluster") -> int:
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
    kubectl, why_silent = _kind_cluster(state) if _has_kind() else _embedded_cluster(state)
    version = json.loads(kubectl.ask("get", "--raw", "/version"))["gitVersion"]
    print(f"The cluster runs Kubernetes {version}.", flush=True)
    kubectl.show("apply", "-f", "crds/", "-f", "manifests/rbac.yaml")
    kubectl.wait("--for=condition=Established", "crd/exposerequests.exposer.dev")
    _start_operator(state, kubectl)
    kubectl.show("apply", "-f", str(samples.FOLDER))
    try:
        samples.wait(kubectl)
        lines = [] if why_silent else samples.curl_lines(kubectl, outside=state.outside.runs)
    except subprocess.CalledProcessError as error:
        log = state.operator.log
        raise ClusterError(f"The samples aren't ready. The end of {log}:\n{tail(log)}") from error
    print(flush=True)
    kubectl.show("get", "exposerequests", "--namespace=default")
    if why_silent:
        print(f"\nNo pod really runs, so that none answers. {why_silent}")
    else:
        print("\nWho is behind each of them?\n", *lines, sep="\n    ")
    print(_WHAT_NEXT.format(watch=kubectl.line("get", "er", "--watch"), log=state.operator.log))


_WHAT_NEXT = """
The cluster is yours until 'make down'; the operator's log is {log}.

    {watch}"""


def down(state: State) -> None:
    """Stop everything; nothing happens when nothing runs.

    Raises:
        ClusterError: Something doesn't end.
    """
    was_up = state.kubeconfig.exists()
    terminate_holder(state.operator.lock)
    terminate_holder(state.outside.lock)
    Cluster.down(state.folder)
    for file in (state.operator_kubeconfig, state.kubeconfig, state.kubectl):
        file.unlink(missing_ok=True)
    if _has_kind():
        subprocess.run(["kind", "delete", "cluster", "--name", _KIND_NAME], check=True)
    print("The cluster is stopped, and its data is removed." if was_up else "Nothing is running.")


def _has_kind() -> bool:
    """Whether there is kind, and a Docker engine that answers.

    Not if a version of Kubernetes is asked for: kind has its own in its images.
    """
    if versions.asked_for() is not None:
        return False
    if shutil.which("kind") is None or shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def _kind_cluster(state: State) -> tuple[Kubectl, str | None]:
    state.folder.mkdir(exist_ok=True)
    kubectl = Kubectl(Path("kubectl"), state.kubeconfig)
    clusters = subprocess.run(
        ["kind", "get", "clusters"], stdout=subprocess.PIPE, text=True, check=True
    )
    here = ["--name", _KIND_NAME]
    if _KIND_NAME not in clusters.stdout.split():
        options = [*here, "--config", "kind-config.yaml"]
        command = ["kind", "create", "cluster", *options, "--kubeconfig", str(kubectl.kubeconfig)]
        subprocess.run(command, cwd=ROOT, check=True)
    archives = images.archives()
    for image in (images.ECHO, images.CLIENT):
        load = ["kind", "load", "image-archive", str(archives[image]), *here]
        subprocess.run(load, check=True)
    return kubectl, None


def _embedded_cluster(state: State) -> tuple[Kubectl, str | None]:
    """The cluster's kubectl, and why its pods can't answer; None if they can."""
    problem = requirements.missing()
    cluster = Cluster.up(state.folder, containers=problem is None)
    state.kubectl.unlink(missing_ok=True)
    state.kubectl.symlink_to(cluster.kubectl)
    kubectl = Kubectl(state.kubectl, cluster.kubeconfig)
    if problem is None:
        try:
            _ = cluster.network
        except ClusterError:
            problem = "The cluster is an older one: 'make down' and then 'make demo' renew it."
    if problem is None:
        _start_outside(state)
    return kubectl, problem


def _start_outside(state: State) -> None:
    """Start the servers that the sample with addresses is for."""
    spec: dict[str, list[str]] = yaml.safe_load(samples.ADDRESSES.read_text())["spec"]
    state.outside.start("demo.outside", str(state.folder), *spec["ports"], *spec["addresses"])


def _start_operator(state: State, kubectl: Kubectl) -> None:
    """Start `exposer run` as its own ServiceAccount, unless it runs already."""
    if state.operator.runs and read_server(state.operator_kubeconfig) != read_server(
        kubectl.kubeconfig
    ):
        terminate_holder(state.operator.lock)  # of a cluster that has crashed
    if not state.operator.runs:
        _write_operator_kubeconfig(state, kubectl)
    started = state.operator.start("exposer", "run", KUBECONFIG=str(state.operator_kubeconfig))
    how = "is started" if started else "is running"
    print(f"The operator {how} (process {holder(state.operator.lock)}).")


def _write_operator_kubeconfig(state: State, kubectl: Kubectl) -> None:
    """The administrator's kubeconfig with the operator's token in the place of the user."""
    view = kubectl.ask("config", "view", "--raw", "--minify", "--flatten", "--output=json")
    document: dict[str, Any] = json.loads(view)
    account = ("exposer", "--namespace=exposer-system", "--duration=720h")
    document["users"][0]["user"] = {"token": kubectl.ask("create", "token", *account).strip()}
    write_private(state.operator_kubeconfig, json.dumps(document).encode())
