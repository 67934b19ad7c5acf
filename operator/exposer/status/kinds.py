"""Service -> the kind of port strings that make it."""

from collections.abc import Mapping
from typing import Any

from exposer.grammar import Kind


def kind_of(spec: Mapping[str, Any]) -> Kind:
    """How the Service with that spec is reached."""
    if spec.get("clusterIP") == "None":
        return Kind.HEADLESS
    return Kind(spec.get("type") or "ClusterIP")
