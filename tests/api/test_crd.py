"""crds/ is what the models say, and what users and controllers rely on in it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from exposer.api.crd import custom_resource_definition
from exposer.commands.crd import crd_text

FILE = Path(__file__).parent.parent.parent / "crds" / "exposerequests.yaml"


def version() -> dict[str, Any]:
    (only,) = custom_resource_definition()["spec"]["versions"]
    found: dict[str, Any] = only
    return found


def schema(part: str) -> dict[str, Any]:
    """The schema of ``spec`` or ``status``."""
    found: dict[str, Any] = version()["schema"]["openAPIV3Schema"]["properties"][part]
    return found


def test_the_file_is_what_the_models_say() -> None:
    assert FILE.read_text() == crd_text()


def test_the_file_is_read_as_the_definition() -> None:
    assert yaml.safe_load(FILE.read_text()) == custom_resource_definition()


def test_the_resource_bears_its_names() -> None:
    definition = custom_resource_definition()
    assert (definition["metadata"]["name"], definition["spec"]["names"]) == (
        "exposerequests.exposer.dev",
        {
            "kind": "ExposeRequest",
            "listKind": "ExposeRequestList",
            "plural": "exposerequests",
            "singular": "exposerequest",
            "shortNames": ["er"],
            "categories": ["all"],
        },
    )


def test_the_status_is_a_subresource_of_the_one_version() -> None:
    found = version()
    assert (found["name"], found["served"], found["storage"], found["subresources"]) == (
        "v1alpha1",
        True,
        True,
        {"status": {}},
    )


def test_the_columns_are_those_of_a_service_and_more_with_wide() -> None:
    columns = [
        (column["name"].upper(), column.get("priority", 0))
        for column in version()["additionalPrinterColumns"]
    ]
    assert columns == [
        ("TYPE", 0),
        ("CLUSTER-IP", 0),
        ("PORTS", 0),
        ("ENDPOINTS", 0),
        ("READY", 0),
        ("AGE", 0),
        ("EXTERNAL", 1),
        ("SERVICE", 1),
        ("REASON", 1),
    ]


@pytest.mark.parametrize(
    "column",
    [
        column
        for column in version()["additionalPrinterColumns"]
        if column["jsonPath"].startswith(".status.")
    ],
    ids=lambda column: column["name"],
)
def test_a_column_shows_a_field_that_the_schema_has(column: dict[str, str]) -> None:
    path = column["jsonPath"].replace("[?(@.type=='Ready')]", ".[]")
    found = schema("status")
    for step in path.removeprefix(".status.").split("."):
        found = found["items"] if step == "[]" else found["properties"][step]
    assert found["type"] == column["type"]


def nodes(found: Any) -> list[dict[str, Any]]:
    """All schemas within the schema, itself first."""
    inner = [*found.get("properties", {}).values()]
    inner += [found[key] for key in ("items", "additionalProperties") if key in found]
    return [found, *(node for child in inner for node in nodes(child))]


@pytest.mark.parametrize("part", ["spec", "status"])
def test_the_schema_is_structural(part: str) -> None:
    unstructural = {
        "$ref",
        "$defs",
        "title",
        "definitions",
        "deprecated",
        "id",
        "patternProperties",
    }
    alternatives = {"anyOf", "oneOf", "allOf", "not"}
    found = [
        node
        for node in nodes(schema(part))
        if node.keys() & (unstructural | alternatives)
        or not ("type" in node or node.get("x-kubernetes-int-or-string"))
    ]
    assert found == []


@pytest.mark.parametrize("part", ["spec", "status"])
def test_every_field_says_what_it_is(part: str) -> None:
    silent = [
        name
        for node in nodes(schema(part))
        for name, value in node.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []


def test_conditions_merge_by_type() -> None:
    conditions = schema("status")["properties"]["conditions"]
    assert (conditions["x-kubernetes-list-type"], conditions["x-kubernetes-list-map-keys"]) == (
        "map",
        ["type"],
    )
