"""`exposer run` as users run it: a process, with the rights of its own ServiceAccount."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from localcluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
USER = "system:serviceaccount:exposer-system:exposer"
_STOP_SECONDS = 5
_END_SECONDS = 60


class OperatorProcess:
    """The operator; it runs within a with block."""

    def __init__(
        self, kubeconfig: Path, log: Path, *options: str, variant: str | None = None
    ) -> None:
        """Not started yet.

        Args:
            kubeconfig: By which it finds the API server.
            log: Gets its output.
            options: Of ``exposer run``.
            variant: The name of a program beside this module, which is the operator but for one
                thing: ``never_retries``, ``never_pauses``.
        """
        self._kubeconfig = kubeconfig
        self.log = log
        self._options = options
        here = Path(__file__).parent
        self._program = [str(here / f"{variant}.py")] if variant else ["-m", "exposer"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", *self._program, "run", *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "KUBECONFIG": str(self._kubeconfig)},
            )

    def stop(self) -> int:
        """Ask it to end; returns its exit status.

        Raises:
            subprocess.TimeoutExpired: It doesn't end.
        """
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Its exit status, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(_END_SECONDS)

    def peak_memory(self) -> float:
        """The most that was resident at a time, in MB (proc(5), VmHWM)."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None, "it has ended"
        return int(found[1]) / 1024

    @property
    def resident(self) -> int:
        """Its memory in bytes, without what is swapped out."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")

    def kill(self) -> None:
        """End it without asking, as the kernel does when memory runs out."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.stop()


def install(cluster: Cluster, crds: Path = ROOT / "crds", *, validation: bool = True) -> None:
    """Install what the operator needs, as the README says.

    Args:
        cluster: Where.
        crds: The folder of the CustomResourceDefinition.
        validation: Also the policy that refuses wrong requests. It is in force a moment later.
    """
    manifests = ["rbac.yaml", *(["validation.yaml"] if validation else [])]
    files = [crds, *(ROOT / "manifests" / name for name in manifests)]
    kubectl(cluster, "apply", *(f"--filename={file}" for file in files))
    kubectl(cluster, "wait", "--for=condition=Established", "crd/exposerequests.exposer.dev")


def operator_kubeconfig(cluster: Cluster) -> Path:
    return cluster.kubeconfig_for_service_account("exposer-system", "exposer")


def kubectl(cluster: Cluster, *arguments: str, stdin: str | None = None) -> str:
    """What kubectl prints; it must succeed."""
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
