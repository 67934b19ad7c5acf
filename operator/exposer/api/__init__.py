"""Stage 2: the resource. Its models, its CRD, and what of it can be carried out."""

from exposer.api.accept import AcceptedRequest, Refused, Verdict, accept
from exposer.api.conditions import ConditionType, Reason

__all__ = ["AcceptedRequest", "ConditionType", "Reason", "Refused", "Verdict", "accept"]
