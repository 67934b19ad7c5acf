"""What a cluster tells its supervisor, and what it hears back."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["READY", "Options", "Recipe"]

READY = "ready"
"""The ready pipe's first line when the cluster started; anything else says why it ended."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a cluster is made of.

    Attributes:
        binary: The control plane's binary.
        nodes: How many nodes to have.
        proxy_mode: How kube-proxy carries out Services, on nodes with containers; empty for the
            stand-in, which has neither.
        images: The archives of images that nodes with containers have from the start.
    """

    binary: Path
    nodes: int
    proxy_mode: str = ""
    images: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Options(Recipe):
    """What the supervisor is started with.

    Attributes:
        state: The cluster's state folder.
        ready_fd: Where to write that the cluster is ready.
        control_fd: Whose end means to stop; None for a cluster that outlives its parent.
        start_lock_fd: The lock to let go of when the cluster is ready; None without one.
    """

    state: Path
    ready_fd: int
    control_fd: int | None = None
    start_lock_fd: int | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether the cluster ends with its parent, and its folder with the cluster."""
        return self.control_fd is not None

    def arguments(self) -> list[str]:
        """The options as command-line arguments, see `parse`."""
        values = vars(self).copy()
        images = values.pop("images")
        return [
            *(
                f"--{name.replace('_', '-')}={value}"
                for name, value in values.items()
                if value is not None
            ),
            *(f"--images={image}" for image in images),
        ]

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> "Options":
        """Read command-line arguments."""
        parser = argparse.ArgumentParser(prog="python -m localcluster.supervisor")
        parser.add_argument("--state", type=Path, required=True)
        parser.add_argument("--binary", type=Path, required=True)
        parser.add_argument("--nodes", type=int, required=True)
        parser.add_argument("--proxy-mode", required=True)
        parser.add_argument("--images", type=Path, action="append", default=[])
        parser.add_argument("--ready-fd", type=int, required=True)
        parser.add_argument("--control-fd", type=int)
        parser.add_argument("--start-lock-fd", type=int)
        values = vars(parser.parse_args(arguments))
        return cls(**{**values, "images": tuple(values["images"])})
