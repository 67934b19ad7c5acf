"""No way to the API server, and what an answer of it that is not a success becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


class AccessError(Exception):
    """There is no way to the API server; the text says what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class ApiError(Exception):
    """An answer that is not a success.

    Attributes:
        code: The HTTP status; 0 when there was no answer at all.
        status: The metav1.Status, empty if there was none.
        message: The API server's own words.
        retry_after: What it asked for in Retry-After.
    """

    code: int
    status: Mapping[str, Any]
    message: str
    retry_after: timedelta | None = None

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing can be read there: the right is missing, or there is no such thing."""
        return self.code in (403, 404)
