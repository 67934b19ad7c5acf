"""What others put into an owned object and may not stay, and how an apply comes to take it away.

An apply removes what its manager owns and says no more, and leaves what others own (KEP-555). So
what others put there is made ours first, in ``managedFields`` only. The apply that follows takes
it away together with all else that it changes: no state in between is ever seen, or refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from exposer.api.identity import FIELD_MANAGER
from exposer.observed import ObjectRecord
from exposer.plan.fields import item_key, item_step, ports_of

Body = Mapping[str, Any]
Tree = dict[str, Any]

ONLY_IF_DESIRED: Mapping[str, Any] = {
    "selector": {},
    "externalName": "",
    "externalIPs": [],
    "externalTrafficPolicy": "",
    "internalTrafficPolicy": "",
    "sessionAffinity": "None",
    "publishNotReadyAddresses": False,
    "trafficDistribution": "",
    "loadBalancerSourceRanges": [],
    "allocateLoadBalancerNodePorts": True,
}
"""Fields of a Service's spec that change where traffic goes, each with its default.

Left to others are ``loadBalancerIP``, which controllers of load balancers write, and
``loadBalancerClass``, which admission webhooks choose and nobody can change. A field that
Kubernetes doesn't have yet is not here: it may get a default, and that must stay.
"""


def foreign_fields(desired: Body, record: ObjectRecord) -> tuple[str, ...]:
    """What others put there and is not desired, as paths of FieldsV1.

    Without what we own ourselves: an apply takes that away.
    """
    ours = _with_parents(record.applied)
    return tuple(path for path in _undesired(desired, record) if path not in ours)


def taken_over(body: Body, paths: Sequence[str]) -> list[Body]:
    """An object's ``managedFields`` with these fields in the hands of our applies alone.

    Args:
        body: The object as the API server has it.
        paths: The fields.
    """
    ours: Tree = {}
    others: list[Body] = []
    for entry in body["metadata"].get("managedFields") or ():
        if entry.get("subresource"):
            others.append(entry)
            continue
        fields = deepcopy(entry.get("fieldsV1") or {})
        if (entry["manager"], entry["operation"]) == (FIELD_MANAGER, "Apply"):
            _graft(ours, fields)
            continue
        for path in paths:
            _move(fields, path.split(" "), ours)
        if fields:
            others.append({**entry, "fieldsV1": fields})
    for path in paths:
        _graft(ours, _branch(path.split(" ")))
    own = {
        "manager": FIELD_MANAGER,
        "operation": "Apply",
        "apiVersion": body["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": ours,
    }
    return [own, *others]


def _undesired(desired: Body, record: ObjectRecord) -> Iterator[str]:
    if record.kind == "EndpointSlice" and "ports" not in desired and record.body.get("ports"):
        yield "f:ports"
    if record.kind != "Service":
        return
    spec, wanted = record.body.get("spec", {}), desired["spec"]
    for field, default in ONLY_IF_DESIRED.items():
        if field not in wanted and spec.get(field, default) != default:
            yield f"f:spec f:{field}"
    ports = {item_key("spec.ports", port): port for port in ports_of(desired)}
    asked_for = {_node_port(port) for port in ports.values() if port.get("nodePort")}
    for port in ports_of(record.body):
        path = f"f:spec f:ports {item_step('spec.ports', port)}"
        desired_port = ports.get(item_key("spec.ports", port))
        if desired_port is None:
            yield path
            continue
        if port.get("appProtocol") and "appProtocol" not in desired_port:
            yield f"{path} f:appProtocol"
        if "nodePort" not in desired_port and _node_port(port) in asked_for:  # for another port
            yield f"{path} f:nodePort"


def _node_port(port: Body) -> tuple[Any, Any]:
    """What only one port of a cluster can have."""
    return port.get("nodePort"), port["protocol"]


def _with_parents(leaves: Iterable[str]) -> set[str]:
    """The paths, and those that lead to them: there may be thousands, each asked for once."""
    found: set[str] = set()
    for leaf in leaves:
        path = leaf
        while path and path not in found:
            found.add(path)
            path = path.rpartition(" ")[0]
    return found


def _move(fields: Tree, steps: Sequence[str], ours: Tree) -> None:
    """Take a field, with all below it, out of one tree and put it into the other."""
    branch = _taken(fields, steps)
    if branch is not None:
        _graft(ours, branch)


def _taken(fields: Tree, steps: Sequence[str]) -> Tree | None:
    """A field out of a tree, as a tree of its own; what it leaves empty goes with it."""
    first, *rest = steps
    if first not in fields:
        return None
    if not rest:
        return {first: fields.pop(first)}
    taken = _taken(fields[first], rest)
    if taken is not None and not fields[first]:
        del fields[first]
    return None if taken is None else {first: taken}


def _graft(tree: Tree, branch: Body) -> None:
    for step, below in branch.items():
        _graft(tree.setdefault(step, {}), below)


def _branch(steps: Sequence[str]) -> Tree:
    """The tree of one field; an item of a list is owned as an item, too."""
    first, *rest = steps
    inner: Tree = _branch(rest) if rest else {}
    return {first: {".": {}} | inner if first.startswith("k:") else inner}
