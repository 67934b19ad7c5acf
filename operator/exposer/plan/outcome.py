"""What is to be written, and what came of it: values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from exposer.api import Reason
from exposer.observed import Key, ObjectRecord


@dataclass(frozen=True, slots=True)
class Create:
    """Make an object that is not there; never touch one that is."""

    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Apply:
    """Bring an object to what it should be; never touch a successor of the same name."""

    body: Mapping[str, Any]
    uid: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an object, but only the one that was seen."""

    record: ObjectRecord


@dataclass(frozen=True, slots=True)
class Prune:
    """Take items out of a Service's ports, provided that the object and they are as they were seen.

    An apply leaves alone what others added to a list.

    Attributes:
        surplus: The items by their index.
    """

    record: ObjectRecord
    surplus: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask whether an object would be taken in the place of one that still stands.

    What is wrong with it, or taken by another, is then told before the old one is deleted.
    """

    body: Mapping[str, Any]


Write = Create | Apply | Prune | Probe | Delete


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something does not stand yet.

    Attributes:
        retry: Trying again without a change by the user can help.
        retry_after: How long not to try again, as the API server asked, or somebody else's doing
            advises.
        held_by: The Service that has what is wanted, where that is known.
        passing: It may well be over in a moment, as a lost answer is; it is told when it lasts.
    """

    reason: Reason
    message: str
    retry: bool = True
    retry_after: timedelta | None = None
    held_by: Key | None = None
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes in their order; empty when the request has converged.

    Attributes:
        refusal: Why the plan does not lead to what is desired, if it doesn't. A watch tells when
            that changes.
    """

    writes: tuple[Write, ...] = ()
    refusal: Refusal | None = None

    def replaces(self, service: Key) -> bool:
        """Whether the Service that is wanted has to go for another of its name."""
        return any(
            isinstance(write, Delete)
            and (write.record.kind, write.record.key) == ("Service", service)
            for write in self.writes
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan.

    Attributes:
        refusal: What keeps the objects from standing as desired; None when they do.
    """

    refusal: Refusal | None = None
