"""Which ways to expose something an administrator leaves open."""

from collections.abc import Set
from enum import StrEnum

from exposer.api.conditions import Reason
from exposer.api.verdict import AcceptedRequest, Refused
from exposer.grammar import Kind


class Exposure(StrEnum):
    """A way to expose something: the kinds of Services, and addresses that nobody checks."""

    CLUSTER_IP = Kind.CLUSTER_IP
    NODE_PORT = Kind.NODE_PORT
    LOAD_BALANCER = Kind.LOAD_BALANCER
    HEADLESS = Kind.HEADLESS
    EXTERNAL_NAME = Kind.EXTERNAL_NAME
    ADDRESSES = "Addresses"


EVERYTHING = frozenset(Exposure)


def refused_by(allowed: Set[Exposure], request: AcceptedRequest) -> Refused | None:
    """The refusal of a request that asks for more than is allowed.

    A Service that stands already is left as it is: its users may depend on it.
    """
    wanted = {Exposure(request.kind)} | ({Exposure.ADDRESSES} if request.addresses else set())
    missing = sorted(wanted - allowed)
    if not missing:
        return None
    return Refused(
        Reason.NOT_PERMITTED,
        f"this operator exposes no {' and no '.join(missing)} "
        f"(exposer run --allow-kinds={','.join(sorted(allowed))})",
    )
