"""The operator's image, made of the Dockerfile by buildah; nothing is pulled from anywhere.

Its base stands in for the public one: a small Debian with Python. It needs root, and the packages
buildah and debootstrap.

    python -m tests.support.operator_image    # prints the path of the archive
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from localcluster.build import cache
from localcluster.build.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
NAME = "exposer.local/exposer:0.1.0"
"""The image's name, as the chart's image.repository and image.tag have it."""

_BASE = "exposer.local/python:3.11"
_SUITE, _PACKAGES = "bookworm", "python3,python3-venv,ca-certificates"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_INPUTS = (
    "Dockerfile",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
    "requirements-dev.lock",
)


def operator_image() -> Path:
    """The image as an archive that `ctr images import` takes; made first if need be.

    Raises:
        subprocess.CalledProcessError: It can't be made; the program that failed has said why.
    """
    return cache.kept(cache.folder("operator-image") / f"{_digest()}.tar", _build)


def _digest() -> str:
    """Changes with everything of ours that the image is made from."""
    sources = sorted((ROOT / "operator").rglob("*.py"))
    digest = hashlib.sha256()
    for path in (*(ROOT / name for name in _INPUTS), *sources):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _build(target: Path) -> None:
    base = cache.kept(cache.folder("base-image") / f"{_SUITE}.tar", _make_base)
    progress = Progress("Building the operator's image", "once a change; usually a minute or two")
    with tempfile.TemporaryDirectory(prefix="operator-image-") as folder:
        # A storage of its own, which goes with the folder: buildah's usual one is left alone.
        buildah = partial(_buildah, Path(folder))
        context = Path(folder) / "base"
        context.mkdir()
        shutil.copy(base, context / "base.tar")
        (context / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
        buildah("build", f"--tag={_BASE}", str(context))
        buildah("build", *_settings(), f"--tag={NAME}", str(ROOT))
        buildah("push", NAME, f"docker-archive:{target}:{NAME}")
    progress.finish("done")


def _settings() -> list[str]:
    """What the build is told of this machine: where pip finds packages, and whom it trusts."""
    index = os.environ.get("PIP_INDEX_URL")
    return [
        f"--build-arg=BASE={_BASE}",
        "--pull-never",
        f"--volume={_AUTHORITIES}:{_AUTHORITIES}:ro",
        f"--build-arg=PIP_CERT={_AUTHORITIES}",
        *([f"--build-arg=PIP_INDEX_URL={index}"] if index else []),
    ]


def _buildah(folder: Path, command: str, *arguments: str) -> None:
    storage = [f"--root={folder / 'root'}", f"--runroot={folder / 'run'}"]
    # chroot: a build here needs no cgroups and no network of its own.
    isolation = ["--isolation=chroot"] if command == "build" else []
    subprocess.run(["buildah", *storage, command, *isolation, *arguments], check=True)


def _make_base(target: Path) -> None:
    """A Debian as small as debootstrap makes it, without what only people read."""
    with tempfile.TemporaryDirectory(prefix="base-image-") as folder:
        options = ["--variant=minbase", f"--include={_PACKAGES}"]
        subprocess.run(["debootstrap", *options, _SUITE, folder], check=True)
        unneeded = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale")
        without = [f"--exclude=./{path}/*" for path in (*unneeded, "usr/share/man")]
        tar = ["tar", f"--directory={folder}", "--create", f"--file={target}", *without, "."]
        subprocess.run(tar, check=True)


if __name__ == "__main__":
    print(operator_image())  # noqa: T201
