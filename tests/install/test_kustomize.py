"""Without Helm: what is made from the chart, and installed with kubectl alone."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from exposer.commands.crd import crd_text
from localcluster import Cluster
from manifests.generate import CHARTS_CRD, CHARTS_POLICY, generated, policy_text
from tests.support.helm import ROOT
from tests.support.operator_process import kubectl

pytestmark = pytest.mark.cluster

_BASES = ROOT / "manifests" / "kustomize"
_CRD = "crd/exposerequests.exposer.dev"
_ALL_BUT_THE_RESOURCE = "--selector=app.kubernetes.io/name=exposer"


def test_what_is_generated_is_what_the_chart_makes() -> None:
    assert CHARTS_CRD.read_text() == crd_text()
    assert CHARTS_POLICY.read_text() == policy_text()
    made = generated()
    assert {path: path.read_text() for path in made} == made


@pytest.mark.parametrize("base", ["cluster-wide", "single-namespace"])
def test_nothing_in_it_is_helms(base: str) -> None:
    text = (_BASES / base / "exposer.yaml").read_text()
    assert "helm" not in text.replace("without Helm", "").lower()


def test_it_is_installed_everywhere_in_one_line(cluster: Cluster) -> None:
    base = str(_BASES / "cluster-wide")
    kubectl(cluster, "apply", "--kustomize", base)
    _until_rolled_out(cluster, "exposer-system")
    kubectl(cluster, "delete", "--kustomize", base, _ALL_BUT_THE_RESOURCE)
    assert kubectl(cluster, "get", _CRD, "--output=name").strip() != ""
    kubectl(cluster, "delete", _CRD, "namespace/exposer-system")


def test_an_overlay_puts_it_into_one_namespace_with_rights_there_only(
    cluster: Cluster, tmp_path: Path
) -> None:
    base = os.path.relpath(_BASES / "single-namespace", tmp_path)
    overlay = tmp_path / "kustomization.yaml"
    overlay.write_text(yaml.safe_dump({"namespace": "booth", "resources": [base]}))
    kubectl(cluster, "create", "namespace", "booth")
    kubectl(cluster, "apply", "--kustomize", str(tmp_path))
    _until_rolled_out(cluster, "booth")
    assert (_may_i(cluster, "booth"), _may_i(cluster, "default")) == ("yes", "no")
    kubectl(cluster, "delete", "--kustomize", str(tmp_path))
    kubectl(cluster, "delete", "namespace/booth")


def _until_rolled_out(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, "rollout", "status", "deployment/exposer", "-n", namespace, "--timeout=60s")


def _may_i(cluster: Cluster, namespace: str) -> str:
    """What kubectl auth can-i says of the ServiceAccount in the namespace booth."""
    question = ("auth", "can-i", "patch", "services", f"--namespace={namespace}")
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", *question]
    account = "--as=system:serviceaccount:booth:exposer"
    done = subprocess.run([*command, account], capture_output=True, text=True, check=False)
    return done.stdout.strip()
