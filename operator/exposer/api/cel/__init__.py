"""The rules of x-kubernetes-validations: a wrong request is refused before it is stored.

With the ValidatingAdmissionPolicy (``policy``) they say what ``accept`` says, in the words of CEL
(the Common Expression Language), and are made from what the grammar's parser is made of. Where the
two disagree, ``accept`` decides: see docs/validation.md.

Each is to be read in a CRD, so it is short, and tells one fault. What has to be calculated from a
string, or compared with others, is in the policy, which can do so step by step.
"""

from collections.abc import Mapping

from exposer.api.cel import fields
from exposer.api.cel.lists import LIST_RULES
from exposer.api.cel.rule import Rule
from exposer.api.cel.strings import STRING_RULES

ITEMS = "[]"
"""The step of a path from a list to its items."""

RULES: Mapping[tuple[str, ...], tuple[Rule, ...]] = {
    (): fields.ROOT_RULES,
    ("spec",): fields.SPEC_RULES,
    ("spec", "ports"): LIST_RULES,
    ("spec", "ports", ITEMS): STRING_RULES,
    ("spec", "addresses", ITEMS): fields.ADDRESS_RULES,
    ("spec", "selector"): fields.SELECTOR_RULES,
    ("spec", "serviceTemplate", "metadata", "labels"): fields.LABEL_RULES,
    ("spec", "serviceTemplate", "metadata", "annotations"): fields.ANNOTATION_RULES,
    ("spec", "serviceTemplate", "spec"): fields.TEMPLATE_RULES,
    ("spec", "serviceTemplate", "spec", "clusterIP"): fields.CLUSTER_IP_RULES,
    ("spec", "serviceTemplate", "spec", "loadBalancerClass"): fields.LOAD_BALANCER_CLASS_RULES,
    ("spec", "serviceTemplate", "spec", "loadBalancerSourceRanges", ITEMS): (
        fields.SOURCE_RANGE_RULES
    ),
}
"""The rules of each part of the resource, by the way from its root."""

__all__ = ["ITEMS", "RULES", "Rule"]
