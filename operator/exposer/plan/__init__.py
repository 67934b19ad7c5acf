"""Stage 5: desired against observed. Pure; an empty plan is what converged means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from exposer.observed import Key, ObjectRecord, Snapshot, is_owned_by
from exposer.plan.claims import claims_of, wants_what_has, with_node_ports_of, without_claims_of
from exposer.plan.differences import differing_fields
from exposer.plan.fields import ports_of
from exposer.plan.foreign import foreign_fields
from exposer.plan.outcome import (
    Apply,
    Create,
    Delete,
    Outcome,
    Plan,
    Probe,
    Refusal,
    Write,
)
from exposer.plan.ownership import conflict, is_left_over, is_made_by, wait_for
from exposer.plan.steps import first_step
from exposer.plan.transitions import must_be_replaced

__all__ = [
    "Apply",
    "Create",
    "Delete",
    "Outcome",
    "Plan",
    "Probe",
    "Refusal",
    "Write",
    "plan",
]


def plan(
    uid: str,
    desired: Sequence[Mapping[str, Any]],
    snapshot: Snapshot,
    allocated: Sequence[Mapping[str, Any]] = (),
) -> Plan:
    """What to write so that exactly ``desired`` stands for the request with that uid.

    The objects come in the order in which they need each other. What is no longer desired goes
    last, so that a Service under a new name stands before the old one is taken away; unless the
    new one can't stand beside it.

    Args:
        uid: The request's.
        desired: The objects that it asks for, the Service first.
        snapshot: What stands.
        allocated: The ports in the request's status: a Service that has to be made anew asks for
            their node ports.
    """
    metadata = desired[0]["metadata"]
    request = Key(metadata["namespace"], metadata["ownerReferences"][0]["name"])
    return replace(_plan(uid, desired, snapshot, allocated), request=request)


def _plan(
    uid: str,
    desired: Sequence[Mapping[str, Any]],
    snapshot: Snapshot,
    allocated: Sequence[Mapping[str, Any]],
) -> Plan:
    last = _undesired(uid, desired, snapshot)
    first = [record for record in last if wants_what_has(desired[0], record)]
    going = next((record for record in first if record.deleting), None)
    if going is not None:
        return Plan(refusal=wait_for(going))
    writes: list[Write] = [Probe(without_claims_of(first, desired[0]))] if first else []
    writes += [Delete(record) for record in first]
    for body in desired:
        found = snapshot.find(body["kind"], body["metadata"]["name"])
        if found is None:
            standing = [record for record in snapshot.objects if record not in first]
            writes.append(_creation(body, allocated, standing))
        elif is_left_over(found, uid, snapshot):
            writes += [Delete(found), Create(body)]
        elif not is_owned_by(found, uid):
            return Plan(refusal=conflict(found, body))
        elif found.deleting:
            return Plan(tuple(writes), wait_for(found))
        elif must_be_replaced(body, found):
            # At once: should a finalizer keep the old one, then the creation is refused.
            writes += [Probe(without_claims_of([found], body)), Delete(found)]
            writes.append(_creation(body, ports_of(found.body)))
        elif fields := differing_fields(body, found):
            writes += _changes(body, found, fields)
    writes += [Delete(record) for record in last if not record.deleting and record not in first]
    return Plan(tuple(writes))


def _creation(
    body: Mapping[str, Any],
    allocated: Sequence[Mapping[str, Any]],
    standing: Iterable[ObjectRecord] = (),
) -> Create:
    """Make an object; a Service with the node ports that were allocated, if they are free."""
    if body["kind"] != "Service":
        return Create(body)
    held = {claim for record in standing for claim in claims_of(record.body)}
    wish = with_node_ports_of(allocated, body, held)
    return Create(body) if wish == body else Create(wish, otherwise=body)


def _changes(
    body: Mapping[str, Any], found: ObjectRecord, fields: Sequence[str]
) -> Iterator[Write]:
    """Bring an object to what it should be, what others put there included."""
    foreign = foreign_fields(body, found)
    step = first_step(body, found)
    if step is not None:
        yield Apply(step, found.uid, foreign)
        foreign = ()
    yield Apply(body, found.uid, foreign, tuple(fields))


def _undesired(
    uid: str, desired: Sequence[Mapping[str, Any]], snapshot: Snapshot
) -> list[ObjectRecord]:
    """What the request owns, or the cluster made for it, and is not to stand any more."""
    names = {(body["kind"], body["metadata"]["name"]) for body in desired}
    selectorless = "selector" not in desired[0]["spec"]
    return [
        record
        for record in snapshot.objects
        if (record.kind, record.key.name) not in names
        and (is_made_by(record, uid) or (selectorless and is_left_over(record, uid, snapshot)))
    ]
