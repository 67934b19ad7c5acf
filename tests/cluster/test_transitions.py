"""Each change of kind and of target ends where a new request would be; nothing is left behind."""

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.changing import Anew, change, essence
from tests.support.operator_process import OperatorProcess
from tests.support.space import Space
from tests.support.transitions import OF_KIND, OF_TARGET, Case

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def anew(api: Api, cluster: Cluster, operator: OperatorProcess) -> Anew:
    return Anew(api, cluster)


@pytest.mark.parametrize("case", [*OF_KIND, *OF_TARGET], ids=str)
def test_the_service_becomes_what_a_new_one_is(space: Space, anew: Anew, case: Case) -> None:
    row = change(space, case.before, case.after).row
    assert (row, essence(space)) == (case.row, anew.essence(case.after))
