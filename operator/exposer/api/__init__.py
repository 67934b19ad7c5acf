"""Stage 2: the resource. Its models, its CRD, and what of it can be carried out."""

from exposer.api.accept import accept
from exposer.api.conditions import ConditionType, Reason
from exposer.api.target import selector_of
from exposer.api.verdict import AcceptedRequest, Refused, Verdict

__all__ = [
    "AcceptedRequest",
    "ConditionType",
    "Reason",
    "Refused",
    "Verdict",
    "accept",
    "selector_of",
]
