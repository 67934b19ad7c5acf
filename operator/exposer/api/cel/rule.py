"""One rule of x-kubernetes-validations, and the little that is needed to write CEL."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that the API server checks before it stores a request.

    Attributes:
        holds: A CEL expression; the request is refused where it is false.
        message: What is wrong, and what would be right.
        details: A CEL expression for a message that knows more; ``message`` stands in where its
            value has a line break in it.
        field: The path, below the place of the rule, of the field to blame.
        compares: Whether ``oldSelf``, an optional, is in the rule: what is stored so far.
    """

    holds: str
    message: str
    details: str | None = None
    field: str | None = None
    compares: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The rule as a schema has it."""
        parts: dict[str, Any] = {
            "rule": self.holds,
            "message": self.message,
            "messageExpression": self.details,
            "fieldPath": self.field,
            "optionalOldSelf": self.compares or None,
        }
        return {key: value for key, value in parts.items() if value is not None}


def quoted(text: str) -> str:
    """A string literal of CEL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
