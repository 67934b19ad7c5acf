"""`exposer run` as a process: how it starts and ends, and what it may do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcluster import Cluster
from localcluster.api import Object
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


def test_addresses_lead_only_where_an_administrator_lets_them(
    cluster: Cluster, operator: OperatorProcess, space: Space, tmp_path: Path
) -> None:
    options = ("--allow-addresses=192.0.2.0/24", "--forbid-addresses=192.0.2.128/25")
    operator.stop()
    try:
        with OperatorProcess(operator_kubeconfig(cluster), tmp_path / "log", *options):
            space.expose("80", name="allowed", addresses=["192.0.2.10"])
            space.expose("80", name="beyond", addresses=["192.0.3.10"])
            space.expose("80", name="forbidden", addresses=["192.0.2.130"])
            space.until_ready("allowed")
            told = {
                name: _accepted(space.until_refused(name, "NotPermitted", "Accepted"))
                for name in ("beyond", "forbidden")
            }
    finally:
        operator.start()
    assert told == {
        "beyond": "spec.addresses[0]: 192.0.3.10 is outside of 192.0.2.0/24, which addresses may "
        "lead to (exposer run --allow-addresses); write an address in there",
        "forbidden": "spec.addresses[0]: 192.0.2.130 is in 192.0.2.128/25, which addresses may not "
        "lead to (exposer run --forbid-addresses); write another address",
    }


def _accepted(status: Object) -> str:
    messages = {each["type"]: each["message"] for each in status["conditions"]}
    return str(messages["Accepted"])


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
