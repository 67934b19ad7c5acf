"""The images of the cluster's pods, made without a builder or a registry."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from localcluster import ClusterError, images
from localcluster.images import Image


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "localcluster" / "images"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program to put into an image."""
    path = tmp_path / "program"
    path.write_bytes(b"\x7fELF and so on")
    path.chmod(0o700)
    return path


def hello(program: Path, notice: str = "Hello.\n") -> Image:
    files: dict[str, Path | str] = {"/usr/bin/hello": program, "/etc/notice": notice}
    return Image("example.test/hello:1", ("/usr/bin/hello", "world"), files)


def member(archive: tarfile.TarFile, path: str) -> IO[bytes]:
    found = archive.extractfile(path)
    assert found is not None
    return found


def named(archive: tarfile.TarFile) -> dict[str, Any]:
    """The reference to the one image that an archive has."""
    (reference,) = json.load(member(archive, "index.json"))["manifests"]
    found: dict[str, Any] = reference
    return found


def blob(archive: tarfile.TarFile, reference: dict[str, Any]) -> bytes:
    """What a reference leads to, which must have the size and the digest that it says."""
    algorithm, _, digest = reference["digest"].partition(":")
    content = member(archive, f"blobs/{algorithm}/{digest}").read()
    assert hashlib.new(algorithm, content).hexdigest() == digest
    assert len(content) == reference["size"]
    return content


def test_an_archive_leads_from_the_name_to_the_files(
    cache: Path, program: Path, tmp_path: Path
) -> None:
    path = images.archive(hello(program))
    assert path.parent == cache
    with tarfile.open(path) as archive:
        assert json.load(member(archive, "oci-layout")) == {"imageLayoutVersion": "1.0.0"}
        assert named(archive)["annotations"] == {"io.containerd.image.name": "example.test/hello:1"}
        manifest = json.loads(blob(archive, named(archive)))
        config = json.loads(blob(archive, manifest["config"]))
        assert config["config"] == {"Entrypoint": ["/usr/bin/hello", "world"]}
        assert config["os"] == "linux"
        (layer,) = manifest["layers"]
        assert config["rootfs"] == {"type": "layers", "diff_ids": [layer["digest"]]}
        content = tmp_path / "layer.tar"
        content.write_bytes(blob(archive, layer))
    with tarfile.open(content) as files:
        found = {each.name: (each.mode, member(files, each.name).read()) for each in files}
    assert found == {
        "etc/notice": (0o644, b"Hello.\n"),
        "usr/bin/hello": (0o755, b"\x7fELF and so on"),
    }


def test_the_same_files_make_the_same_archive_whenever_and_wherever(
    cache: Path, program: Path, tmp_path: Path
) -> None:
    first = images.archive(hello(program))
    content = first.read_bytes()
    first.unlink()
    elsewhere = program.rename(tmp_path / "moved")
    os.utime(elsewhere, (0, 0))
    moved = hello(elsewhere)
    reordered = replace(moved, files=dict(reversed(list(moved.files.items()))))
    second = images.archive(reordered)
    assert second == first
    assert second.read_bytes() == content


def test_an_archive_that_is_there_is_not_written_again(cache: Path, program: Path) -> None:
    first = images.archive(hello(program))
    os.utime(first, (0, 0))
    assert images.archive(hello(program)) == first
    assert first.stat().st_mtime == 0


def with_another_name(program: Path) -> Image:
    return replace(hello(program), name="example.test/hello:2")


def with_another_text(program: Path) -> Image:
    return hello(program, "Goodbye.\n")


def with_another_program(program: Path) -> Image:
    program.write_bytes(b"\x7fELF and so forth")
    return hello(program)


def with_another_mode(program: Path) -> Image:
    program.chmod(0o600)
    return hello(program)


@pytest.mark.parametrize(
    "changed", [with_another_name, with_another_text, with_another_program, with_another_mode]
)
def test_whatever_changes_makes_another_archive(
    cache: Path, program: Path, changed: Callable[[Path], Image]
) -> None:
    before = images.archive(hello(program))
    content = before.read_bytes()
    after = images.archive(changed(program))
    assert after != before
    assert after.read_bytes() != content
    assert before.read_bytes() == content


@pytest.mark.cluster
def test_every_image_has_an_archive_in_its_name() -> None:
    archives = images.archives()
    assert set(archives) == {images.PAUSE, images.ECHO, images.COREDNS, images.CLIENT}
    for name, path in archives.items():
        with tarfile.open(path) as archive:
            assert named(archive)["annotations"] == {"io.containerd.image.name": name}


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param(["/usr/bin/curl", "--version"], "curl ", id="curl"),
        pytest.param(["/usr/bin/echo", "resolve", "192.0.2.7"], "192.0.2.7\n", id="echo"),
    ],
)
def test_the_clients_programs_run_with_nothing_but_what_is_in_the_image(
    command: list[str], answer: str, tmp_path: Path
) -> None:
    with tarfile.open(images.archives()[images.CLIENT]) as archive:
        (reference,) = json.loads(blob(archive, named(archive)))["layers"]
        layer = io.BytesIO(blob(archive, reference))
    root = tmp_path / "root"
    with tarfile.open(fileobj=layer) as files:
        files.extractall(root, filter="tar")
    done = subprocess.run(
        ["unshare", "--map-root-user", f"--root={root}", *command],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(answer)


@pytest.mark.cluster
def test_without_curl_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = shutil.which("go")
    assert go is not None
    (tmp_path / "go").symlink_to(go)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError) as raised:
        images.archives()
    assert str(raised.value) == (
        "There is no 'curl' on PATH, which the image localcluster.local/client:1 is made with. "
        "Install it with your system's package manager (packages curl and libc-bin on Debian and "
        "Ubuntu)."
    )
