"""What an administrator doesn't leave open is refused in clear words."""

from collections.abc import Set

import pytest

from exposer.api import Reason, Refused
from exposer.api.permission import EVERYTHING, Exposure, refused_by
from exposer.grammar import Kind
from tests.support.builders import an_accepted_request

WITHOUT_ADDRESSES = EVERYTHING - {Exposure.ADDRESSES}


@pytest.mark.parametrize("kind", Kind)
def test_everything_is_allowed_by_default(kind: Kind) -> None:
    request = an_accepted_request(kind=kind, addresses=["192.0.2.10"])
    assert refused_by(EVERYTHING, request) is None


def test_a_request_without_addresses_needs_no_leave_for_them() -> None:
    assert refused_by(WITHOUT_ADDRESSES, an_accepted_request()) is None


@pytest.mark.parametrize(
    ("allowed", "kind", "addresses", "told"),
    [
        pytest.param({Exposure.CLUSTER_IP}, Kind.NODE_PORT, [], "no NodePort", id="kind"),
        pytest.param(
            {Exposure.CLUSTER_IP}, Kind.CLUSTER_IP, ["192.0.2.10"], "no Addresses", id="addresses"
        ),
        pytest.param(
            {Exposure.CLUSTER_IP},
            Kind.NODE_PORT,
            ["192.0.2.10"],
            "no Addresses and no NodePort",
            id="both",
        ),
    ],
)
def test_the_rest_is_refused(
    allowed: Set[Exposure], kind: Kind, addresses: list[str], told: str
) -> None:
    assert refused_by(allowed, an_accepted_request(kind=kind, addresses=addresses)) == Refused(
        Reason.NOT_PERMITTED,
        f"this operator exposes {told} (exposer run --allow-kinds=ClusterIP)",
    )
