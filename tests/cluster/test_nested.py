"""Whoever may change an object's labels may nest its managedFields as deep as JSON goes."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.space import Space

pytestmark = pytest.mark.cluster

_LEVELS = 5000  # the API server takes 10,000


@pytest.fixture(autouse=True)
def deep() -> Iterator[None]:
    """Let this process itself read and write such objects."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(2 * _LEVELS)
    yield
    sys.setrecursionlimit(usual)


def nested(api_version: str) -> list[dict[str, Any]]:
    fields: dict[str, Any] = {}
    for _ in range(_LEVELS):
        fields = {"f:a": fields}
    return [
        {
            "manager": "somebody",
            "operation": "Update",
            "apiVersion": api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": fields,
        }
    ]


@pytest.mark.parametrize("kind", ["ExposeRequest", "Service"])
def test_what_is_nested_deep_keeps_nobody_else_from_being_served(space: Space, kind: str) -> None:
    space.expose("80")
    space.until_ready()
    version = "v1" if kind == "Service" else "exposer.dev/v1alpha1"
    space.patch(kind, "web", {"metadata": {"managedFields": nested(version)}})
    space.expose("80", name="other")
    space.until_ready("other")
    space.delete(kind, "web")
    space.expose("80", name="another")
    space.until_ready("another")
