"""What is to be written, and what came of it: values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from exposer.api import Reason
from exposer.observed import Key, ObjectRecord


@dataclass(frozen=True, slots=True)
class Create:
    """Make an object that is not there; never touch one that is somebody else's.

    Attributes:
        otherwise: What to make if ``body`` is not valid: without the node ports that it asks for
            because an earlier Service had them, as somebody may have taken them meanwhile.
    """

    body: Mapping[str, Any]
    otherwise: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Apply:
    """Bring an object to what it should be; never touch a successor of the same name.

    Attributes:
        foreign: Fields that others set and that may not stay, as paths of FieldsV1. They are made
            ours first; then this takes them away.
        fields: What this changes, for people to read.
    """

    body: Mapping[str, Any]
    uid: str
    foreign: tuple[str, ...] = ()
    fields: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an object, but only the one that was seen."""

    record: ObjectRecord


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask whether an object would be taken in the place of one that still stands.

    What is wrong with it, or taken by another, is then told before the old one is deleted.
    """

    body: Mapping[str, Any]


Write = Create | Apply | Probe | Delete


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something does not stand yet.

    Attributes:
        retry: Trying again without a change by the user can help.
        retry_after: How long not to try again, as the API server asked, or somebody else's doing
            advises.
        claim: The node port or the ClusterIP that is taken: the request stands in line for it.
        held_by: The Service that has it, where that is known.
        woken: The request is woken when this may be over; there is no hurry to try again.
        passing: It may well be over in a moment, as a lost answer is; it is told when it lasts.
        seldom: An administrator can help, or another version of Kubernetes: try again in minutes.
    """

    reason: Reason
    message: str
    retry: bool = True
    retry_after: timedelta | None = None
    claim: int | str | None = None
    held_by: Key | None = None
    woken: bool = False
    passing: bool = False
    seldom: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes in their order; empty when the request has converged.

    Attributes:
        refusal: Why the plan does not lead to what is desired, if it doesn't. A watch tells when
            that changes.
        request: Whose plan it is, for people to read.
    """

    writes: tuple[Write, ...] = ()
    refusal: Refusal | None = None
    request: Key = field(default=Key("", ""), compare=False)

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


_SHOWN = 10  # fields; a Service can have a thousand ports


def summary(write: Write) -> str:
    """What a write has done, in words; nothing of one that only prepares another."""
    match write:
        case Create(body):
            return f'created {body["kind"]} "{body["metadata"]["name"]}"'
        case Apply(body, fields=fields) if fields:
            more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
            changed = ", ".join(fields[:_SHOWN]) + more
            return f'updated {body["kind"]} "{body["metadata"]["name"]}": {changed}'
        case Delete(record):
            return f'deleted {record.kind} "{record.key.name}"'
    return ""
