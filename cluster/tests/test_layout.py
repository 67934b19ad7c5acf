"""The state folder, and the files in it."""

import stat
from pathlib import Path

import pytest

from localcluster import ClusterError
from localcluster.layout import Layout
from localcluster.node_specs import NodeSpec
from localcluster.options import Options
from localcluster.system.files import write_private


def relative(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_removing_leaves_the_logs_and_what_is_somebody_elses(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    for path in (
        layout.etcd_data / "member" / "db",
        layout.volume_plugins / "none",
        layout.certificate("ca"),
        layout.kubeconfig("user"),
        layout.node(NodeSpec(1)).containerd / "content",
        layout.network,
        layout.admin_kubeconfig,
        layout.audit_policy,
        layout.supervisor_lock,
        layout.components_lock,
        layout.start_lock,
        layout.audit_log,
        layout.log("etcd"),
        tmp_path / "operator.log",
        tmp_path / "etcd.backup" / "db",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    layout.check()
    layout.remove()
    rest = {"audit.log", "logs", "logs/etcd.log", "operator.log", "etcd.backup", "etcd.backup/db"}
    assert relative(tmp_path) == rest
    layout.check()
    layout.remove()
    assert relative(tmp_path) == rest


@pytest.mark.parametrize("name", ["etcd", "pki", "kubeconfigs", "kubeconfig"])
def test_a_folder_with_something_by_a_name_of_the_clusters_is_refused(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ClusterError) as raised:
        Layout(tmp_path).check()
    assert str(raised.value) == (
        f"{tmp_path}/{name} exists and isn't a cluster's: choose another folder, or remove it."
    )


def test_the_folders_are_closed_to_other_users(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "new" / "state")
    layout.make()
    layout.make()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in layout.state.iterdir()} == {
        "pki": 0o700,
        "kubeconfigs": 0o700,
        "logs": 0o700,
    }


def test_a_private_file_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("open to all")
    path.chmod(0o644)
    assert write_private(path, b"private") == path
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"private", 0o600)
    assert relative(tmp_path) == {"file"}


@pytest.mark.parametrize(("control", "start_lock"), [(8, None), (None, 9), (None, None)])
def test_options_are_read_as_they_were_written(control: int | None, start_lock: int | None) -> None:
    options = Options(
        state=Path("/a folder"),
        binary=Path("/cache/controlplane"),
        nodes=3,
        proxy_mode="nftables",
        images=(Path("/cache/a.tar"), Path("/cache/b.tar")),
        ready_fd=7,
        control_fd=control,
        start_lock_fd=start_lock,
    )
    assert Options.parse(options.arguments()) == options
    assert options.ephemeral == (control is not None)
