"""Which ways to expose something an administrator leaves open, and which addresses."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from exposer.api.conditions import Reason
from exposer.api.destinations import IPNetwork, leads_to
from exposer.api.verdict import AcceptedRequest, IPAddress, Refused
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


@dataclass(frozen=True, slots=True)
class Permitted:
    """What requests may ask for.

    Attributes:
        kinds: The ways to expose something.
        allow: The ranges that ``spec.addresses`` may lead to; anywhere if there are none.
        forbid: The ranges that they may not lead to, also where they are allowed.
    """

    kinds: Set[Exposure] = EVERYTHING
    allow: Sequence[IPNetwork] = ()
    forbid: Sequence[IPNetwork] = ()

    def refusal(self, request: AcceptedRequest) -> Refused | None:
        """The refusal of a request that asks for more; None if it doesn't.

        A Service that stands already is left as it is: its users may depend on it.
        """
        message = self._of_kinds(request) or self._of_addresses(request.addresses)
        return Refused(Reason.NOT_PERMITTED, message) if message else None

    def _of_kinds(self, request: AcceptedRequest) -> str | None:
        wanted = {Exposure(request.kind)} | ({Exposure.ADDRESSES} if request.addresses else set())
        missing = sorted(wanted - self.kinds)
        if not missing:
            return None
        return (
            f"this operator exposes no {' and no '.join(missing)} "
            f"(exposer run --allow-kinds={','.join(sorted(self.kinds))})"
        )

    def _of_addresses(self, addresses: Sequence[IPAddress]) -> str | None:
        for index, address in enumerate(addresses):
            where = f"spec.addresses[{index}]: {address} is"
            for place in leads_to(address):
                for forbidden in self.forbid:
                    if place in forbidden:
                        return (
                            f"{where} in {forbidden}, which addresses may not lead to "
                            "(exposer run --forbid-addresses); write another address"
                        )
            if self.allow and not any(address in allowed for allowed in self.allow):
                return (
                    f"{where} outside of {', '.join(map(str, self.allow))}, which addresses may "
                    "lead to (exposer run --allow-addresses); write an address in there"
                )
        return None


OPEN = Permitted()
"""As an administrator leaves it who says nothing."""
