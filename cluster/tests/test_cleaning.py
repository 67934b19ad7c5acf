"""Removing builds that nothing is run from any more."""

import os
from pathlib import Path

import pytest

from localcluster import build
from localcluster.build import cleaning
from localcluster.build.toolchain import Go


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a Go on PATH that says its version only."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text("#!/bin/sh\necho go1.27.1\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(go.parent), prepend=os.pathsep)
    return tmp_path / "cache" / "localcluster"


def put(folder: Path, megabytes: int) -> None:
    folder.mkdir(parents=True)
    with (folder / "controlplane").open("wb") as stream:
        stream.truncate(megabytes * 1_000_000)
    (folder / "kubectl").symlink_to("controlplane")


def test_builds_of_other_sources_are_removed_and_the_others_kept(cache: Path) -> None:
    go = Go("go", "go1.27.1")
    for version, megabytes in (("1.31", 120), ("newest", 127)):
        put(build.programs.folder(build.kubernetes(version), go), megabytes)
    put(cache / "controlplane" / "v1.30.2-0123456789ab", 100)
    put(cache / "controlplane" / "v1.37.2-0123456789ab", 126)
    put(cache / "echo" / "v1-0123456789ab", 5)
    # Others' files, and what is no build.
    put(cache / "helm" / "0123456789ab", 50)
    (cache / "images").mkdir()
    (cache / "images" / "echo-0123456789ab.tar").touch()

    assert list(cleaning.clean()) == [
        f"Removed {cache}/controlplane/v1.30.2-0123456789ab, 100 MB.",
        f"Removed {cache}/controlplane/v1.37.2-0123456789ab, 126 MB.",
        f"Removed {cache}/echo/v1-0123456789ab, 5 MB.",
        f"Removed 231 MB, kept 247 MB in {cache}.",
        "Go keeps what it has compiled in a cache of its own: 'go clean -cache' empties that.",
    ]
    kept = {path.relative_to(cache).parts[0] for path in cache.rglob("*") if path.is_file()}
    assert kept == {"controlplane", "helm", "images"}
    assert len(list((cache / "controlplane").iterdir())) == 2


def test_an_empty_cache_is_nothing_to_clean(cache: Path) -> None:
    assert next(iter(cleaning.clean())) == f"Removed 0 MB, kept 0 MB in {cache}."
