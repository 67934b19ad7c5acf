"""Stage 5: desired against observed. Pure; an empty plan is what converged means."""

from collections.abc import Mapping, Sequence
from typing import Any

from exposer.observed import ObjectRecord, Snapshot, is_owned_by
from exposer.plan.claims import wants_what_has, with_node_ports_of, without_claims_of
from exposer.plan.differences import differs, surplus_ports
from exposer.plan.outcome import Apply, Create, Delete, Outcome, Plan, Probe, Prune, Refusal, Write
from exposer.plan.ownership import conflict, is_left_over, wait_for
from exposer.plan.steps import first_step
from exposer.plan.transitions import must_be_replaced

__all__ = [
    "Apply",
    "Create",
    "Delete",
    "Outcome",
    "Plan",
    "Probe",
    "Prune",
    "Refusal",
    "Write",
    "plan",
]


def plan(uid: str, desired: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> Plan:
    """What to write so that exactly ``desired`` stands for the request with that uid.

    The objects come in the order in which they need each other. What is no longer desired goes
    last, so that a Service under a new name stands before the old one is taken away; unless the
    new one can't stand beside it.
    """
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
            writes.append(Create(body))
        elif is_left_over(found, uid, snapshot):
            writes += [Delete(found), Create(body)]
        elif not is_owned_by(found, uid):
            return Plan(refusal=conflict(found))
        elif found.deleting:
            return Plan(tuple(writes), wait_for(found))
        elif must_be_replaced(body, found):
            # At once: should a finalizer keep the old one, then the creation is refused.
            writes += [
                Probe(without_claims_of([found], body)),
                Delete(found),
                Create(with_node_ports_of(found, body)),
            ]
        elif differs(body, found):
            step = first_step(body, found)
            writes += [Apply(each, found.uid) for each in (step, body) if each is not None]
        elif surplus := surplus_ports(body, found):
            writes.append(Prune(found, surplus))
    writes += [Delete(record) for record in last if not record.deleting and record not in first]
    return Plan(tuple(writes))


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
        and (is_owned_by(record, uid) or (selectorless and is_left_over(record, uid, snapshot)))
    ]
