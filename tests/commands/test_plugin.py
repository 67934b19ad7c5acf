"""``kubectl exposer``: the same commands, called by kubectl or as kubectl would."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcluster import Cluster

PLUGIN = Path(sys.executable).with_name("kubectl-exposer")


def test_its_help_shows_how_it_is_called() -> None:
    done = subprocess.run([PLUGIN, "parse"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0][:28]) == (
        2,
        "usage: kubectl exposer parse",
    )


@pytest.mark.cluster
def test_kubectl_finds_it_on_the_path(cluster: Cluster) -> None:
    path = f"{PLUGIN.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [cluster.kubectl, "exposer", "parse", "80"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert (done.returncode, done.stdout.splitlines()[0].split()[0], done.stderr) == (
        0,
        "STRING",
        "",
    )
