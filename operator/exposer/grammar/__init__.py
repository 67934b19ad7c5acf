"""Stage 1: port strings. Text in, values or an error with a caret out; standard library only."""

from exposer.grammar.canonical import canonical
from exposer.grammar.errors import (
    DuplicatePortError,
    InvalidPortStringError,
    MixedKindsError,
    PortStringError,
    PortStringErrors,
)
from exposer.grammar.hints import hints
from exposer.grammar.nodes import Kind, PortMapping, Ports, PortString, Protocol
from exposer.grammar.parse import parse
from exposer.grammar.rules import parse_all

__all__ = [
    "DuplicatePortError",
    "InvalidPortStringError",
    "Kind",
    "MixedKindsError",
    "PortMapping",
    "PortString",
    "PortStringError",
    "PortStringErrors",
    "Ports",
    "Protocol",
    "canonical",
    "hints",
    "parse",
    "parse_all",
]
