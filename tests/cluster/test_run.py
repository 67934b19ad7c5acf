"""`exposer run` as a process: how it starts and ends, and what it may do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcluster import Cluster
from tests.support.operator_process import USER, OperatorProcess, kubectl, operator_kubeconfig
from tests.support.space import Space

pytestmark = pytest.mark.cluster


def test_without_a_cluster_it_says_so_in_one_line(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    done = _run(missing)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"exposer: there is no kubeconfig at {missing}, which KUBECONFIG names\n",
    )


def test_it_ends_with_status_0_when_it_is_asked_to(operator: OperatorProcess, space: Space) -> None:
    space.until_settled()
    assert operator.stop() == 0
    operator.start()


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("watch", "pods"),
        ("get", "secrets"),
        ("create", "exposerequests.exposer.dev"),
        ("update", "exposerequests.exposer.dev"),
        ("delete", "exposerequests.exposer.dev"),
        ("patch", "services --subresource=status"),
        ("list", "customresourcedefinitions.apiextensions.k8s.io"),
        ("list", "namespaces"),
    ],
)
def test_it_has_no_right_that_it_does_not_need(
    cluster: Cluster, operator: OperatorProcess, verb: str, resource: str
) -> None:
    command = [str(cluster.kubectl), f"--kubeconfig={operator_kubeconfig(cluster)}"]
    question = ["auth", "can-i", verb, *resource.split(), "--all-namespaces"]
    answer = subprocess.run([*command, *question], capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "no"


def test_it_acts_as_its_own_service_account(cluster: Cluster, operator: OperatorProcess) -> None:
    whoami = kubectl(
        cluster, f"--kubeconfig={operator_kubeconfig(cluster)}", "auth", "whoami", "-o", "json"
    )
    assert f'"username": "{USER}"' in whoami


def _run(kubeconfig: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "exposer", "run"],
        env={**os.environ, "KUBECONFIG": str(kubeconfig)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
