"""The real helm."""

import subprocess
from pathlib import Path

from localcluster import build
from tests.support.go_tools import go_tool

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "manifests" / "chart"
NAMESPACE = "exposer-system"


def helm(*arguments: str, kubeconfig: Path | None = None) -> str:
    """What helm prints; it must succeed."""
    done = try_helm(*arguments, kubeconfig=kubeconfig)
    assert done.returncode == 0, done.stderr
    return done.stdout


def try_helm(*arguments: str, kubeconfig: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm, which may fail."""
    access = [] if kubeconfig is None else [f"--kubeconfig={kubeconfig}"]
    command = [str(go_tool("helm")), *arguments, *access]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rendered(*options: str, namespace: str = NAMESPACE) -> str:
    """The chart's objects, as YAML."""
    version = build.kubernetes().version
    release = ("exposer", str(CHART), f"--namespace={namespace}", f"--kube-version={version}")
    return helm("template", *release, *options)
