"""The spec of a ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1) for ExposeRequests."""

from typing import Any

from exposer.api.cel.policy import VALIDATIONS, VARIABLES, Validation
from exposer.api.identity import GROUP, PLURAL, VERSION


def validation_policy() -> dict[str, Any]:
    """It refuses what the rules of the CRD can't tell within their budget, or not readably.

    The operator says the same, so a policy that can't be evaluated lets requests pass. Neither a
    status nor a request whose spec stays as it is gets refused.
    """
    return {
        "failurePolicy": "Ignore",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [GROUP],
                    "apiVersions": [VERSION],
                    "resources": [PLURAL],
                    "operations": ["CREATE", "UPDATE"],
                    # The default, which kubectl would take for a difference at each apply.
                    "scope": "*",
                }
            ]
        },
        "matchConditions": [
            {
                "name": "the-spec-is-new",
                "expression": "oldObject == null || object.spec != oldObject.spec",
            }
        ],
        "variables": [
            {"name": variable.name, "expression": variable.expression} for variable in VARIABLES
        ],
        "validations": [_validation(validation) for validation in VALIDATIONS],
    }


def _validation(validation: Validation) -> dict[str, str]:
    told = {"expression": validation.holds, "message": validation.message}
    return told if validation.details is None else {**told, "messageExpression": validation.details}
