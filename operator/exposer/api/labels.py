"""What labels, selectors and annotations may be, as core/v1 has it."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints

from exposer.grammar.hosts import MAX_HOST
from exposer.grammar.protocols import APP_PROTOCOL, MAX_APP_PROTOCOL, PREFIX

QUALIFIED_NAME = re.compile(rf"(?:{PREFIX.pattern}/)?{APP_PROTOCOL.pattern}", re.ASCII)
"""A name, and a DNS name before it if need be (ValidateQualifiedName), whatever their lengths."""
ANNOTATION_KEY = re.compile(QUALIFIED_NAME.pattern.replace("a-z0-9", "a-zA-Z0-9"), re.ASCII)
"""The same with the DNS name in upper case, too (ValidateAnnotations)."""
LENGTHS = re.compile(rf"(?:[^/]{{1,{MAX_HOST}}}/)?[^/]{{1,{MAX_APP_PROTOCOL}}}", re.ASCII)
"""The lengths of a qualified name's parts."""
MAX_KEY = MAX_HOST + 1 + MAX_APP_PROTOCOL

LabelValue = Annotated[
    str,
    StringConstraints(max_length=63, pattern=r"^(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?)?$"),
]
"""The value of a label (IsValidLabelValue)."""


def misnamed(keys: Iterable[str], pattern: re.Pattern[str] = QUALIFIED_NAME) -> str | None:
    """The first key that does not follow the pattern, or that is too long."""
    return next(
        (key for key in keys if not (pattern.fullmatch(key) and LENGTHS.fullmatch(key))), None
    )
