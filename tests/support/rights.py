"""The rights of the operator, one by one, and all but one of them."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import NamedTuple

import yaml

from localcluster.api import Object
from tests.support.operator_process import ROOT


class Right(NamedTuple):
    """What a rule of RBAC allows, taken apart as far as it can be."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{self.group and f'.{self.group}'}"


def operator_rules() -> list[Object]:
    """The rules for where requests are, and those for the Lease."""
    objects = yaml.safe_load_all((ROOT / "manifests" / "rbac.yaml").read_text())
    return [rule for found in objects for rule in found.get("rules", [])]


def rights_of(rules: Iterable[Object]) -> list[Right]:
    """All that rules allow, in their order."""
    return [
        Right(group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]


def without(right: Right, rules: Sequence[Object]) -> list[Object]:
    """The rules, but for that right."""
    return [part for rule in rules for part in _without(right, rule)]


def _without(right: Right, rule: Object) -> list[Object]:
    """A rule in up to two parts that allow all but that right."""
    if right not in rights_of([rule]):
        return [rule]
    same, others = deepcopy(rule), deepcopy(rule)
    same["resources"] = [right.resource]
    same["verbs"].remove(right.verb)
    others["resources"].remove(right.resource)
    return [part for part in (same, others) if part["verbs"] and part["resources"]]
