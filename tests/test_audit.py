"""What an audit says of the locked packages."""

import json

import pytest

from manifests import audit
from manifests.audit import Findings, UnreachableError, findings

_GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
_UNKNOWN = {"name": "yarl", "skip_reason": "Dependency not found on PyPI"}
_BAD = {
    "name": "pyyaml",
    "version": "5.3",
    "vulns": [
        {"id": "PYSEC-2021-142", "fix_versions": ["5.4"], "aliases": [], "description": "..."},
        {"id": "GHSA-1", "fix_versions": [], "aliases": [], "description": "..."},
    ],
}


def test_a_report_is_read() -> None:
    report = json.dumps({"dependencies": [_GOOD, _UNKNOWN, _BAD], "fixes": []})
    assert findings(report) == Findings(
        2,
        [
            "pyyaml 5.3: PYSEC-2021-142, mended in 5.4",
            "pyyaml 5.3: GHSA-1, mended in no version yet",
        ],
        ["yarl"],
    )


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        pytest.param(
            Findings(9, [], []), 0, "one.lock: 9 packages, 0 known vulnerabilities\n", id="none"
        ),
        pytest.param(
            Findings(9, ["pyyaml 5.3: A, mended in 5.4"], []),
            1,
            "one.lock: pyyaml 5.3: A, mended in 5.4\n"
            "one.lock: 9 packages, 1 known vulnerabilities\n",
            id="one",
        ),
        pytest.param(
            Findings(9, [], ["yarl"]),
            0,
            "NOT AUDITED: one.lock: yarl\none.lock: 9 packages, 0 known vulnerabilities\n",
            id="an unknown package",
        ),
        pytest.param(
            UnreachableError("no route to host"),
            0,
            "NOT AUDITED: one.lock: no route to host\n",
            id="nobody to ask",
        ),
    ],
)
def test_what_is_known_fails_and_what_is_not_is_said_aloud(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    answer: Findings | UnreachableError,
    status: int,
    told: str,
) -> None:
    def answered(lock: object) -> Findings:
        if isinstance(answer, UnreachableError):
            raise answer
        return answer

    monkeypatch.setattr(audit, "LOCKS", ("one.lock",))
    monkeypatch.setattr(audit, "_audit", answered)
    assert audit.main() == status
    out, err = capfd.readouterr()
    assert err + out == told
