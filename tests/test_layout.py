"""The source root is called like a module of the standard library, and must never shadow it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_source_root_holds_the_package_only() -> None:
    assert {entry.name for entry in (ROOT / "operator").iterdir()} - {"__pycache__"} == {"exposer"}


def test_the_standard_librarys_operator_is_found_from_the_repository_root() -> None:
    command = [sys.executable, "-S", "-c", "import operator; operator.itemgetter"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
