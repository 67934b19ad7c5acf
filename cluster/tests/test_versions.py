"""Which Kubernetes is built: each minor version has its own go.mod."""

import re
from pathlib import Path

import pytest

from localcluster import Cluster, ClusterError, build
from localcluster.build import versions

MINORS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]
REPLACED = re.compile(r"^\tk8s\.io/\S+ => k8s\.io/\S+ v(\S+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No version is asked for by the environment that the tests run in."""
    monkeypatch.delenv("KUBERNETES", raising=False)


def test_there_is_every_minor_version_the_oldest_first() -> None:
    assert [version.minor for version in versions.supported()] == MINORS


@pytest.mark.parametrize("minor", MINORS)
def test_a_go_mod_requires_and_replaces_what_its_name_says(minor: str) -> None:
    """Releases of the same minor version, except where the module proxy lacks that patch."""
    version = versions.choose(minor)
    assert version.full.startswith(f"v{minor}.")
    replaced = REPLACED.findall(version.module.read_text())
    assert {number.rpartition(".")[0] for number in replaced} == {f"0{minor.removeprefix('1')}"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param("1.31", "1.31", id="a minor version"),
        pytest.param("v1.36.3", "1.36", id="a full version"),
        pytest.param("oldest", "1.31", id="the oldest"),
        pytest.param("newest", "1.37", id="the newest"),
        pytest.param(None, "1.37", id="none is asked for"),
    ],
)
def test_a_version_is_chosen_by(wanted: str | None, found: str) -> None:
    assert versions.choose(wanted).minor == found


def test_the_environment_chooses_where_no_argument_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES", "1.33")
    assert (versions.choose().minor, versions.choose("1.32").minor) == ("1.33", "1.32")
    # 'make KUBERNETES=' asks for none.
    monkeypatch.setenv("KUBERNETES", "")
    assert (versions.choose().minor, versions.asked_for()) == ("1.37", None)


@pytest.mark.parametrize("wanted", ["1.30", "1.3", "v1.31", "1.36.4", "latest"])
def test_a_version_that_there_is_not_is_refused(wanted: str) -> None:
    with pytest.raises(ClusterError) as raised:
        Cluster.start(kubernetes=wanted)
    assert str(raised.value) == (
        f"There is no Kubernetes {wanted} here. There is 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, 1.37."
    )


def test_each_version_is_built_from_its_own_go_mod_and_says_what_it_is() -> None:
    program = build.kubernetes("1.36")
    assert program.flags() == [
        "-mod=readonly",
        "-trimpath",
        "-buildvcs=false",
        "-modfile=versions/1.36.mod",
        "-ldflags=-s -w"
        " -X k8s.io/component-base/version.gitVersion=v1.36.3"
        " -X k8s.io/component-base/version.gitMajor=1"
        " -X k8s.io/component-base/version.gitMinor=36"
        " -X k8s.io/component-base/version.gitTreeState=clean"
        " -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3"
        " -X k8s.io/client-go/pkg/version.gitMajor=1"
        " -X k8s.io/client-go/pkg/version.gitMinor=36"
        " -X k8s.io/client-go/pkg/version.gitTreeState=clean",
    ]


def test_the_go_mod_for_editors_is_that_of_the_newest_version() -> None:
    source = build.kubernetes().source
    assert (source / "go.mod").resolve() == versions.supported()[-1].module
    assert (source / "go.sum").resolve() == versions.supported()[-1].module.with_suffix(".sum")


def test_a_folder_with_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "start.lock").touch()
    (tmp_path / "kubernetes-version").write_text("1.36")
    with pytest.raises(ClusterError) as raised:
        Cluster.up(tmp_path, kubernetes="1.31")
    assert str(raised.value) == (
        f"The cluster in {tmp_path} is Kubernetes 1.36, not 1.31. Stop it first, which removes its "
        "data."
    )
