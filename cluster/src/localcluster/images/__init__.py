"""Makes the images of the cluster's pods: nothing is pulled from anywhere.

An image is an archive in the layout of the Open Container Initiative, as `ctr images import` takes
it: a tar file with one layer, which is a tar file itself, and the documents that lead to the layer,
each named by its digest. The same files make the same archive, byte for byte.
"""

import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from localcluster import build
from localcluster.build import cache
from localcluster.errors import ClusterError

__all__ = ["CLIENT", "COREDNS", "ECHO", "PAUSE", "Image", "archive", "archives"]

PAUSE = "localcluster.local/pause:1"
"""Waits, as every pod's sandbox does."""

ECHO = "localcluster.local/echo:1"
"""Serves or asks, by a container's args: `serve --http=8080`."""

COREDNS = "localcluster.local/coredns:1"
"""The cluster's DNS server."""

CLIENT = "localcluster.local/client:1"
"""Waits, to have `curl` or `echo` executed in it."""

_ECHO_PATH = "/usr/bin/echo"
_COREDNS_PATH = "/usr/bin/coredns"
_CURL_PATH = "/usr/bin/curl"
# Names as in any container, not as on this machine, which may have a resolver of its own.
_NAME_SERVICES = {"/etc/nsswitch.conf": "hosts: files dns\n"}

_INDEX = "index.json"
_MEDIA_TYPE = "application/vnd.oci.image"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Image:
    """What an image is made from.

    Attributes:
        name: Its name with its tag.
        entrypoint: The command that containers run, followed by their args.
        files: The files by their paths in the image: one of this machine, or a text.
    """

    name: str
    entrypoint: tuple[str, ...]
    files: Mapping[str, Path | str]


@dataclass(frozen=True)
class _Entry:
    """A file in a tar file."""

    content: bytes
    executable: bool = False

    @cached_property
    def digest(self) -> str:
        """The content's SHA-256 digest, as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def archives() -> dict[str, Path]:
    """The archives of all images by the images' names, made first if need be.

    Raises:
        ClusterError: A program can't be built, or isn't installed on this machine.
    """
    echo = {_ECHO_PATH: build.built(build.ECHO)}
    coredns = {_COREDNS_PATH: build.built(build.COREDNS)}
    images = (
        Image(PAUSE, (_ECHO_PATH, "pause"), echo),
        Image(ECHO, (_ECHO_PATH,), echo),
        Image(COREDNS, (_COREDNS_PATH,), coredns),
        Image(CLIENT, (_ECHO_PATH, "pause"), {**echo, **_curl(), **_NAME_SERVICES}),
    )
    return {image.name: archive(image) for image in images}


def archive(image: Image) -> Path:
    """An image's archive, made first if need be."""
    entries = _entries(image)
    short_name = image.name.rpartition("/")[2].partition(":")[0]
    target = cache.folder("images") / f"{short_name}-{entries[_INDEX].digest[:12]}.tar"

    def write(path: Path) -> None:
        path.write_bytes(_tar(entries))

    return cache.kept(target, write)


def _entries(image: Image) -> dict[str, _Entry]:
    """What an archive has: the index leads to the manifest, that to the layer and its description.

    So the index's digest changes with whatever the archive has.
    """
    layer = _Entry(_tar({path: _entry(file) for path, file in image.files.items()}))
    machine = platform.machine()
    config = _document(
        {
            "architecture": _ARCHITECTURES.get(machine, machine),
            "os": "linux",
            "config": {"Entrypoint": image.entrypoint},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}"]},
        }
    )
    manifest = _document(
        {
            "schemaVersion": 2,
            "mediaType": f"{_MEDIA_TYPE}.manifest.v1+json",
            "config": _reference("config.v1+json", config),
            "layers": [_reference("layer.v1.tar", layer)],
        }
    )
    # containerd names the image by the annotation.
    named = {"annotations": {"io.containerd.image.name": image.name}}
    index = _document(
        {"schemaVersion": 2, "manifests": [_reference("manifest.v1+json", manifest) | named]}
    )
    blobs = {f"blobs/sha256/{entry.digest}": entry for entry in (layer, config, manifest)}
    return {"oci-layout": _document({"imageLayoutVersion": "1.0.0"}), _INDEX: index, **blobs}


def _curl() -> dict[str, Path]:
    """This machine's curl and the libraries that it is linked with, by their paths in the image."""
    curl, ldd = _installed("curl"), _installed("ldd")
    # It fails for a curl that is linked with none.
    answer = subprocess.run(
        [ldd, curl], env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False
    )
    # "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f...)"; the loader has a path only.
    libraries = re.findall(r"(/\S+) \(0x", answer.stdout)
    return {_CURL_PATH: Path(curl), **{library: Path(library) for library in libraries}}


def _installed(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ClusterError(
            f"There is no '{program}' on PATH, which the image {CLIENT} is made with. Install it "
            "with your system's package manager (packages curl and libc-bin on Debian and Ubuntu)."
        )
    return path


def _entry(file: Path | str) -> _Entry:
    if isinstance(file, str):
        return _Entry(file.encode())
    return _Entry(file.read_bytes(), os.access(file, os.X_OK))


def _document(content: dict[str, Any]) -> _Entry:
    return _Entry(json.dumps(content, sort_keys=True).encode())


def _reference(kind: str, entry: _Entry) -> dict[str, Any]:
    return {
        "mediaType": f"{_MEDIA_TYPE}.{kind}",
        "digest": f"sha256:{entry.digest}",
        "size": len(entry.content),
    }


def _tar(entries: Mapping[str, _Entry]) -> bytes:
    """A tar file that says nothing of when, where and by whom it was made."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for path, entry in sorted(entries.items()):
            # Root's, from 1970.
            header = tarfile.TarInfo(path.removeprefix("/"))
            header.size = len(entry.content)
            header.mode = 0o755 if entry.executable else 0o644
            tar.addfile(header, io.BytesIO(entry.content))
    return content.getvalue()
