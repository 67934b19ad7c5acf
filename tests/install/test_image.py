"""What the image is that the Dockerfile makes, and what is not in it."""

import json
import tarfile
from typing import Any, NamedTuple

import pytest

from tests.support.helm import rendered
from tests.support.operator_image import NAME, operator_image

pytestmark = pytest.mark.cluster

_HIDDEN = ".wh."  # a layer's mark for a file of a lower one that is gone


class _Image(NamedTuple):
    config: dict[str, Any]
    files: set[str]


@pytest.fixture(scope="module")
def image() -> _Image:
    """The image as containers see it."""
    with tarfile.open(operator_image()) as archive:

        def document(name: str) -> Any:
            file = archive.extractfile(name)
            assert file is not None
            return json.load(file)

        (manifest,) = document("manifest.json")
        assert manifest["RepoTags"] == [NAME]
        files: set[str] = set()
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=archive.extractfile(layer)) as content:
                files = _laid_over(files, content.getnames())
        return _Image(document(manifest["Config"])["config"], files)


def test_it_runs_the_operator_as_a_user_that_is_not_root(image: _Image) -> None:
    assert image.config["Entrypoint"] == ["exposer", "run"]
    assert image.config["User"] == "65532:65532"
    assert "opt/exposer/bin/exposer" in image.files


@pytest.mark.parametrize("program", ["pip", "pip3", "gcc", "cc", "make", "buildah", "hatchling"])
def test_it_has_nothing_to_build_with(image: _Image, program: str) -> None:
    assert [path for path in image.files if path.endswith(f"bin/{program}")] == []


@pytest.mark.parametrize("module", ["pip", "ensurepip", "setuptools", "hatchling"])
def test_python_can_install_nothing(image: _Image, module: str) -> None:
    assert [path for path in image.files if path.endswith(f"/{module}/__init__.py")] == []


def test_it_is_compiled_as_its_file_system_is_read_only(image: _Image) -> None:
    ours = "opt/exposer/lib/python3.11/site-packages/exposer/"
    sources = {path for path in image.files if path.startswith(ours) and path.endswith(".py")}
    compiled = {
        path.replace("__pycache__/", "").replace(".cpython-311.pyc", ".py")
        for path in image.files
        if path.startswith(ours) and path.endswith(".pyc")
    }
    assert len(sources) > 50
    assert sources == compiled


def test_it_says_what_it_is(image: _Image) -> None:
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.title"] == "exposer"
    assert f":{labels['org.opencontainers.image.version']}\n" in rendered()


def _laid_over(files: set[str], layer: list[str]) -> set[str]:
    """The files after a layer, which may hide some of those below."""
    for path in (name.removeprefix("./") for name in layer):
        folder, _, name = path.rpartition("/")
        if name.startswith(_HIDDEN):
            gone = f"{folder}/{name.removeprefix(_HIDDEN)}"
            files = {file for file in files if file != gone and not file.startswith(f"{gone}/")}
        else:
            files.add(path)
    return files
