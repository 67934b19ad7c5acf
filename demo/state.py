"""What the demo keeps, next to what the cluster keeps."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from demo.kubectl import ROOT
from localcluster.system.locks import hold, holder

__all__ = ["Background", "State"]


@dataclass(frozen=True)
class Background:
    """A process that stays when this one ends.

    Attributes:
        lock: Locked for as long as the process lives; says its process id.
        log: Its output.
    """

    lock: Path
    log: Path

    @property
    def runs(self) -> bool:
        """Whether the process lives."""
        return holder(self.lock) is not None

    def start(self, module: str, *arguments: str, **environment: str) -> bool:
        """Start a Python module; False if the process runs already."""
        lock = hold(self.lock)
        if lock is None:
            return False
        with lock, self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,  # this package is found there
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,  # it outlives this terminal
                # The open file is the lock: it is held for as long as the process lives.
                pass_fds=[lock.fileno()],
            )
            lock.truncate(0)
            lock.write(str(process.pid))
        # Popen warns when it is forgotten while its process runs; this one is meant to.
        process.returncode = 0
        return True


@dataclass(frozen=True)
class State:
    """The demo's files and processes.

    Attributes:
        folder: Where they are; the embedded cluster is there, too.
    """

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig; the embedded cluster writes it here too."""
        return self.folder / "kubeconfig"

    @property
    def kubectl(self) -> Path:
        """The kubectl of the embedded cluster."""
        return self.folder / "kubectl"

    @property
    def operator_kubeconfig(self) -> Path:
        """The kubeconfig of the operator's ServiceAccount."""
        return self.folder / "operator.kubeconfig"

    @property
    def operator(self) -> Background:
        """The operator."""
        return self._background("operator")

    @property
    def outside(self) -> Background:
        """The servers beside the embedded cluster."""
        return self._background("outside")

    def _background(self, name: str) -> Background:
        return Background(self.folder / f"{name}.pid", self.folder / f"{name}.log")
