"""The first process of a node with containers, in namespaces of its own.

It gives the node files of its own where programs have fixed places for theirs, starts containerd,
the kubelet and kube-proxy, and waits. As it has process id 1 there, the kernel ends whatever else
runs in the node when it ends, containers and all; mounts and interfaces vanish with the namespaces.

    python -m localcluster.containers.machine --name NAME --folder DIR --logs DIR ...
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from localcluster.errors import ClusterError
from localcluster.network.lan import POD_RANGES
from localcluster.node_folder import INSIDE, RUNTIME_SOCKET
from localcluster.system.processes import describe, tail

__all__ = ["main"]

_LOGS = Path("/run/logs")
_CNI_RESULTS = Path("/var/lib/cni")
_CONTAINERD_SECONDS = 60
_PROBE_SECONDS = 0.02

# A kubelet sets these. They are the whole machine's, which isn't to change: the kubelet gets to see
# them as it wants them to be.
_KERNEL_SETTINGS = {
    "kernel/keys/root_maxbytes": "25000000",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
}

# Of the node's own network namespace.
_NETWORK_SETTINGS = {
    "net/ipv4/ip_forward": "1",
    "net/ipv6/conf/all/forwarding": "1",
    # No duplicates are looked for at the nodes' ends of the cables to pods, which takes seconds.
    "net/ipv6/conf/default/accept_dad": "0",
}

# Nobody outside of the cluster knows the way to a pod: what pods send there is from their node.
_MASQUERADE = """
table inet localcluster {{
    chain leaving {{
        type nat hook postrouting priority srcnat;
        ip saddr {0} ip daddr != {0} masquerade
        ip6 saddr {1} ip6 daddr != {1} masquerade
    }}
}}
"""


class _Machine:
    """A node from the inside."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._name: str = options.name
        self._logs: Path = options.logs
        self._binary: Path = options.binary
        self._images: list[Path] = options.image
        self._programs: dict[int, tuple[str, subprocess.Popen[bytes]]] = {}

    def run(self) -> None:
        """Start everything, and return when one of the programs ends: the machine with it."""
        containerd = ["containerd", f"--config={INSIDE.configuration('containerd')}"]
        self._start("containerd", containerd)
        self._start("kube-proxy", self._kube_proxy())
        self._wait_for_containerd()
        self._import_images()
        self._start("kubelet", self._kubelet())
        while True:
            # Also those that were started by processes which are gone: nobody else asks for them.
            self._check(*os.wait())

    def _start(self, program: str, command: Sequence[str]) -> None:
        with (_LOGS / self._log(program)).open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # What this process inherited is the cluster's lock: they all share it.
                close_fds=False,
            )
        # With the object, as a forgotten one's process would be waited for behind our back.
        self._programs[process.pid] = program, process

    def _log(self, program: str) -> str:
        return f"{self._name}-{program}.log"

    def _check(self, pid: int, status: int) -> None:
        if pid in self._programs:
            program, _ = self._programs[pid]
            log = self._log(program)
            how = describe(os.waitstatus_to_exitcode(status))
            raise ClusterError(
                f"{program} ended ({how}). The end of {self._logs / log}:\n{tail(_LOGS / log, 10)}"
            )

    def _wait_for_containerd(self) -> None:
        deadline = time.monotonic() + _CONTAINERD_SECONDS
        while not _listens(RUNTIME_SOCKET):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid != 0:
                self._check(pid, status)
            if time.monotonic() > deadline:
                raise ClusterError(f"containerd doesn't listen after {_CONTAINERD_SECONDS} s.")
            time.sleep(_PROBE_SECONDS)

    def _import_images(self) -> None:
        ctr = ["ctr", f"--address={RUNTIME_SOCKET}", "--namespace=k8s.io", "images", "import"]
        INSIDE.imported.mkdir(exist_ok=True)
        for archive in self._images:
            # By its name, which changes with what is in it.
            mark = INSIDE.imported / archive.name
            if mark.exists():
                continue
            done = subprocess.run([*ctr, str(archive)], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise ClusterError(f"{archive} can't be imported: {done.stderr.strip()}")
            mark.touch()

    def _kubelet(self) -> list[str]:
        return [
            str(self._binary),
            "kubelet",
            f"--config={INSIDE.configuration('kubelet')}",
            f"--kubeconfig={INSIDE.kubeconfig('kubelet')}",
            f"--root-dir={INSIDE.kubelet}",
            f"--cert-dir={INSIDE.kubelet}",
            f"--hostname-override={self._name}",
            # The launcher is what a cloud is to its nodes: it has registered the node with its
            # addresses. The kubelet leaves these alone, so that a test can add an ExternalIP.
            "--cloud-provider=external",
        ]

    def _kube_proxy(self) -> list[str]:
        return [
            str(self._binary),
            "kube-proxy",
            f"--config={INSIDE.configuration('kube-proxy')}",
        ]


def main(arguments: Sequence[str]) -> int:
    """Be a node until one of its programs ends; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m localcluster.containers.machine")
    parser.add_argument("--name", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--image", type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    try:
        _settle(options.name, options.folder, options.logs)
        _Machine(options).run()
    except ClusterError as error:
        print(error, file=sys.stderr, flush=True)
    return 1


def _settle(name: str, folder: Path, logs: Path) -> None:
    """Make of bare namespaces a machine that the programs of a node can run on."""
    socket.sethostname(name)
    # Built aside, and moved when it has all: what is in the machine's own /run can't be seen then.
    run = folder / "run"
    run.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "run", run)
    for source, target in ((folder, INSIDE.path), (logs, _LOGS)):
        place = run / target.name
        place.mkdir()
        _mount("--bind", source, place)
    _mount("--move", run, "/run")
    _mount("--bind", INSIDE.pod_logs, "/var/log")
    _CNI_RESULTS.mkdir(exist_ok=True)
    _mount("--bind", INSIDE.network_results, _CNI_RESULTS)
    for number, (setting, value) in enumerate(_KERNEL_SETTINGS.items()):
        pretended = Path(f"/run/setting-{number}")
        pretended.write_text(f"{value}\n")
        _mount("--bind", pretended, f"/proc/sys/{setting}")
    for setting, value in _NETWORK_SETTINGS.items():
        Path("/proc/sys", setting).write_text(value)
    _run(["nft", "--file", "-"], _MASQUERADE.format(*POD_RANGES))


def _mount(*arguments: str | Path) -> None:
    _run(["mount", "--no-mtab", *map(str, arguments)])


def _run(command: Sequence[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"'{' '.join(command)}' failed: {done.stderr.strip()}")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
