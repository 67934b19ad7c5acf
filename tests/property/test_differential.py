"""What the API server refuses and what the operator refuses is the same.

One of them reads a spec with CEL, the other one with the parser and ``accept``. Each input is sent
to a real API server, for a dry run.
"""

import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exposer.api import Refused, accept
from localcluster import Cluster
from localcluster.api import Api, ApiError
from tests.property.hard_specs import HARD_SPECS
from tests.property.specs import Spec, lists_of_strings, request_names, whole_specs
from tests.support.dry_run import stored, validated

pytestmark = pytest.mark.cluster

EXAMPLES = int(os.environ.get("EXPOSER_DIFFERENTIAL_EXAMPLES", "1600"))
"""How many inputs there are in all; the long run that docs/validation.md tells of has 60000."""

_INPUTS: dict[str, st.SearchStrategy[tuple[str, Spec]]] = {
    "strings": st.tuples(st.just("web"), lists_of_strings.map(lambda ports: {"ports": ports})),
    "specs": st.tuples(request_names, whole_specs()),
}


@pytest.fixture(scope="module")
def requests(cluster: Cluster, api: Api) -> Api:
    """An API server that knows of ExposeRequests."""
    return validated(cluster, api)


def compare(api: Api, name: str, spec: Spec) -> str:
    """What came of it, in a word or two; fails for a difference."""
    try:
        # Not what was sent: the API server leaves out nulls, and stores 5.0 as 5.
        spec, refusal = stored(api, spec, name), None
    except ApiError as error:
        refusal = str(error)
    verdict = accept(name, spec)
    if isinstance(verdict, Refused) == (refusal is not None):
        return "refused by both" if refusal else "taken by both"
    ours = verdict.message if isinstance(verdict, Refused) else "accepted"
    pytest.fail(f"{name} {spec!r}\nthe API server: {refusal or 'accepted'}\nthe operator: {ours}")


@pytest.mark.parametrize("kind", _INPUTS)
def test_the_api_server_and_the_operator_take_the_same_requests(
    requests: Api, kind: str, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    results: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES // len(_INPUTS),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_INPUTS[kind])
    def run(named: tuple[str, Spec]) -> None:
        results[compare(requests, *named)] += 1

    run()
    told = ", ".join(f"{count} {result}" for result, count in sorted(results.items()))
    with capsys.disabled():
        pytestconfig.get_terminal_writer().line(f"\n{results.total()} {kind}: {told}")
    assert min(results["taken by both"], results["refused by both"]) > results.total() / 10


@pytest.mark.parametrize("spec", HARD_SPECS, ids=map(str, range(len(HARD_SPECS))))
def test_they_agree_where_it_is_hard(requests: Api, spec: dict[str, Any]) -> None:
    compare(requests, "web", spec)
