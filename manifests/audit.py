"""Looks for known vulnerabilities of the packages that the lock files name ('make audit').

pip-audit asks a database of advisories about each version: that of the package index, else OSV. It
is itself pinned with its hashes, in requirements-audit.lock, and installed beside the project, as
it shares packages with it. Which vulnerabilities are known changes by the day, and can't be pinned.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from os import environ
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
"""What is in the image, and what else is on a developer's machine."""
_TOOL = ROOT / "requirements-audit.lock"
_DATABASES = ("pypi", "osv")
_SECONDS = 600


class UnreachableError(Exception):
    """Nobody could be asked; the text says why."""


@dataclass(frozen=True)
class Findings:
    """What came of an audit.

    Attributes:
        audited: How many packages were asked about.
        vulnerable: A line for each vulnerability.
        unknown: Packages that the database doesn't know.
    """

    audited: int
    vulnerable: Sequence[str]
    unknown: Sequence[str]


def findings(report: str) -> Findings:
    """What pip-audit's report in JSON says."""
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    known = [package for package in packages if "skip_reason" not in package]
    return Findings(
        len(known),
        [
            f"{package['name']} {package['version']}: {found['id']}, mended in "
            f"{', '.join(found['fix_versions']) or 'no version yet'}"
            for package in known
            for found in package["vulns"]
        ],
        [package["name"] for package in packages if "skip_reason" in package],
    )


def main() -> int:
    """Audit all lock files: 1 if anything is known, 0 also if nobody could be asked."""
    status = 0
    for lock in LOCKS:
        try:
            found = _audit(ROOT / lock)
        except UnreachableError as error:
            print(f"NOT AUDITED: {lock}: {error}", file=sys.stderr)
            continue
        for line in found.vulnerable:
            print(f"{lock}: {line}", file=sys.stderr)
        if found.unknown:
            print(f"NOT AUDITED: {lock}: {', '.join(found.unknown)}", file=sys.stderr)
        print(f"{lock}: {found.audited} packages, {len(found.vulnerable)} known vulnerabilities")
        status = max(status, bool(found.vulnerable))
    return status


def _audit(lock: Path) -> Findings:
    """Ask one database after the other, until one answers.

    Raises:
        UnreachableError: None does.
    """
    program, problems = _installed(), []
    for database in _DATABASES:
        options = ("--format=json", "--progress-spinner=off", "--require-hashes", "--disable-pip")
        done = _run(
            program, *options, f"--vulnerability-service={database}", f"--requirement={lock}"
        )
        found = findings(done.stdout) if done.stdout else None
        if found is not None and found.audited:
            return found
        problems.append(f"{database} knows none of the packages" if found else _last_line(done))
    raise UnreachableError("; ".join(problems))


def _installed() -> Path:
    """pip-audit, in the user's cache.

    Raises:
        UnreachableError: It can't be had.
    """
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "exposer"
    folder = cache / f"audit-{sha256(_TOOL.read_bytes()).hexdigest()[:12]}"
    done_mark, program = folder / "installed", folder / "bin" / "pip-audit"
    if not done_mark.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = (folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check")
        done = _run(*pip, "--require-hashes", "--only-binary=:all:", f"--requirement={_TOOL}")
        if done.returncode:
            raise UnreachableError(f"pip-audit can't be installed: {_last_line(done)}")
        done_mark.touch()
    return program


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end within {_SECONDS} s")


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next(iter(done.stderr.strip().splitlines()[-1:]), f"exit status {done.returncode}")


if __name__ == "__main__":
    raise SystemExit(main())
