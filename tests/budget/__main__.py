"""Asks each version of Kubernetes whether it takes the CRD and the policies, and what they cost.

Run by 'make check-versions'. No cluster is involved: the validation of each version's API server is
linked into a small program.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.budget.worst import WORST_CLASHES, WORST_SPECS
from tests.support.go_tools import go_program

_ROOT = Path(__file__).resolve().parents[2]
_CHECKER = Path(__file__).parent / "checker"
_MANIFESTS = _ROOT / "manifests" / "kustomize" / "cluster-wide" / "exposer.yaml"
"""All that an installation has, made from the models and the chart."""

_BARS = {"estimated": 1 / 3, "measured": 1 / 2}
"""How much of a limit may be used up: another version may estimate otherwise."""


@dataclass(frozen=True)
class Version:
    """A minor version of Kubernetes.

    Attributes:
        pins: What the checker of that version is made of.
    """

    pins: Path

    @property
    def minor(self) -> int:
        """31 for 1.31."""
        return int(self.pins.stem.partition(".")[2])

    @property
    def name(self) -> str:
        """The patch version that stands for it, such as 1.31.13."""
        found = re.search(r"k8s\.io/apiserver v0\.(\S+)", self.pins.read_text())
        assert found is not None, self.pins
        return f"1.{found[1]}"

    def says(self) -> dict[str, Any]:
        """What the version's API server says."""
        command = [str(go_program(_CHECKER, self.pins))]
        done = subprocess.run(command, input=_input(), stdout=subprocess.PIPE, check=True)
        report: dict[str, Any] = json.loads(done.stdout)
        return report


def versions() -> list[Version]:
    """All that the README names, the oldest first."""
    found = map(Version, (_CHECKER / "versions").glob("*.mod"))
    return sorted(found, key=lambda version: version.minor)


def faults(report: dict[str, Any]) -> list[str]:
    """What is wrong with what a version says; empty if nothing is."""
    dear = [
        f"{cost['what']} costs {_share(cost):.0%} of what is possible: {cost['where']}"
        for cost in report["costs"]
        if _share(cost) > _BARS[cost["kind"]]
    ]
    return [*(report["errors"] or ()), *dear]


def main() -> int:
    """Print a table; 1 if a version refuses something, or if it is too dear for one."""
    failed = False
    for version in versions():
        report = version.says()
        wrong = faults(report)
        failed = failed or bool(wrong)
        _say(f"{version.name}: {_summary(report['costs'])}{'; NOT TAKEN' if wrong else ''}")
        for cost in report["costs"]:
            told = f"{cost['cost']:>12,} of {cost['limit']:>11,}  {_share(cost):4.0%}"
            _say(f"  {cost['kind']} {told}  {cost['what']}  {cost['where']}".rstrip())
        for fault in wrong:
            _say(f"  {fault}")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _summary(costs: list[dict[str, Any]]) -> str:
    """The dearest rule or expression, and the dearest whole, as parts of their limits."""
    kinds = {"estimated": "rules", "measured": "policies"}
    return ", ".join(
        f"{told} {max(map(_share, some)):.0%}"
        for kind, told in kinds.items()
        if (some := [cost for cost in costs if cost["kind"] == kind])
    )


def _share(cost: dict[str, Any]) -> float:
    share: float = cost["cost"] / cost["limit"]
    return share


def _input() -> bytes:
    requests = [
        {
            "apiVersion": "exposer.dev/v1alpha1",
            "kind": "ExposeRequest",
            "metadata": {"name": name, "namespace": "default"},
            "spec": spec,
        }
        for name, spec in (WORST_SPECS | WORST_CLASHES).items()
    ]
    return _MANIFESTS.read_bytes() + b"\n---\n" + yaml.safe_dump_all(requests).encode()


if __name__ == "__main__":
    sys.exit(main())
