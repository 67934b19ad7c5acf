"""Removes builds that are out of date: of other sources, other versions, or another Go."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from localcluster.build import cache, programs, toolchain, versions

__all__ = ["clean"]


def clean() -> Iterator[str]:
    """Remove old builds; yields a line on each, and in the end one on what is kept.

    Only what is built is looked at: archives of images and the like are small, and others' files in
    the cache are theirs to remove.

    Raises:
        ClusterError: There is no suitable Go, without which it isn't known what is out of date.
    """
    current = [programs.COREDNS, programs.ECHO]
    current += [programs.kubernetes(version.minor) for version in versions.supported()]
    wanted = {programs.folder(each, toolchain.find(each.go_mod)) for each in current}
    builds = {build for folder in wanted for build in folder.parent.glob("*/")}
    removed = 0
    for build in sorted(builds - wanted):
        size = _size(build)
        shutil.rmtree(build)
        removed += size
        yield f"Removed {build}, {_megabytes(size)}."
    kept = sum(_size(build) for build in builds & wanted)
    yield f"Removed {_megabytes(removed)}, kept {_megabytes(kept)} in {cache.folder('')}."
    yield "Go keeps what it has compiled in a cache of its own: 'go clean -cache' empties that."


def _size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if not path.is_symlink())


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
