"""kubectl, as the demo uses it and shows it."""

import contextlib
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Kubectl"]

ROOT = Path(__file__).resolve().parents[1]
"""The repository: where commands run."""

_WAIT_SECONDS = 120


@dataclass(frozen=True)
class Kubectl:
    """A kubectl and the kubeconfig it uses."""

    program: Path
    kubeconfig: Path

    def show(self, *arguments: str) -> None:
        """Run a command whose output the user sees."""
        subprocess.run(self._command(arguments), cwd=ROOT, check=True)

    def wait(self, *arguments: str) -> None:
        """Wait for a condition, in silence."""
        self.ask("wait", f"--timeout={_WAIT_SECONDS}s", *arguments)

    def ask(self, *arguments: str) -> str:
        """What a command prints."""
        command = self._command(arguments)
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout

    def line(self, *arguments: str) -> str:
        """A command for users to copy."""
        program, kubeconfig = map(_from_here, (self.program, self.kubeconfig))
        return shlex.join([program, "--kubeconfig", kubeconfig, *arguments])

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.program), f"--kubeconfig={self.kubeconfig}", *arguments]


def _from_here(path: Path) -> str:
    """A path as it is found from the current folder."""
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
