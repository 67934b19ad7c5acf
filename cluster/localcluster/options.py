"""What a cluster tells its supervisor, and what it hears back."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["READY", "Options"]

READY = "ready"
"""The ready pipe's first line when the cluster started; anything else says why it ended."""


@dataclass(frozen=True)
class Options:
    """What the supervisor is started with.

    Attributes:
        state: The cluster's state folder.
        binary: The control plane's binary.
        nodes: How many nodes to have.
        ready_fd: Where to write that the cluster is ready.
        control_fd: Whose end means to stop; None for a cluster that outlives its parent.
        start_lock_fd: The lock to let go of when the cluster is ready; None without one.
    """

    state: Path
    binary: Path
    nodes: int
    ready_fd: int
    control_fd: int | None = None
    start_lock_fd: int | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether the cluster ends with its parent, and its folder with the cluster."""
        return self.control_fd is not None

    def arguments(self) -> list[str]:
        """The options as command-line arguments, see `parse`."""
        return [
            f"--{name.replace('_', '-')}={value}"
            for name, value in vars(self).items()
            if value is not None
        ]

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> "Options":
        """Read command-line arguments."""
        parser = argparse.ArgumentParser(prog="python -m localcluster.supervisor")
        parser.add_argument("--state", type=Path, required=True)
        parser.add_argument("--binary", type=Path, required=True)
        parser.add_argument("--nodes", type=int, required=True)
        parser.add_argument("--ready-fd", type=int, required=True)
        parser.add_argument("--control-fd", type=int)
        parser.add_argument("--start-lock-fd", type=int)
        return cls(**vars(parser.parse_args(arguments)))
