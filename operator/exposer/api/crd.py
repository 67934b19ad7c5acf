"""The models as a CustomResourceDefinition (apiextensions.k8s.io/v1)."""

from collections.abc import Mapping
from typing import Any

from exposer.api.cel import ITEMS, RULES
from exposer.api.identity import (
    GROUP,
    KIND,
    PLURAL,
    SHORT_NAME,
    SINGULAR,
    VERSION,
)
from exposer.api.model import Model
from exposer.api.report import Display, EndpointSummary, ExposeRequestStatus
from exposer.api.request import ExposeRequestSpec

Schema = dict[str, Any]

_COLUMNS = (
    # name, JSONPath, type, description, priority (0: always, 1: with -o wide)
    ("Type", ".status.display.type", "string", "How the Service is reached", 0),
    ("Cluster-IP", ".status.display.clusterIP", "string", "Its address inside the cluster", 0),
    ("Ports", ".status.display.ports", "string", "port:nodePort/protocol", 0),
    ("Endpoints", ".status.display.endpoints", "string", "Ready endpoints of all", 0),
    ("Ready", ".status.conditions[?(@.type=='Ready')].status", "string", "Whether it stands", 0),
    ("Age", ".metadata.creationTimestamp", "date", "", 0),
    ("External", ".status.display.external", "string", "External name or addresses", 1),
    ("Service", ".status.display.service", "string", "The Service", 1),
    ("Reason", ".status.display.reason", "string", "What is wrong", 1),
)


def custom_resource_definition() -> Schema:
    """The object that ``crds/`` holds."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": SINGULAR,
                "shortNames": [SHORT_NAME],
                "categories": ["all"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [_column(*column) for column in _COLUMNS],
                    "schema": {"openAPIV3Schema": _resource()},
                }
            ],
        },
    }


def _resource() -> Schema:
    schema: Schema = {
        "type": "object",
        "description": "Exposes a workload: a few port strings become a Service that it owns.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural_schema(ExposeRequestSpec),
            # What is new is in progress, as kstatus sees it, and not done for want of a status.
            "status": structural_schema(ExposeRequestStatus) | {"default": _untold()},
        },
    }
    for path, rules in RULES.items():
        _at(schema, path)["x-kubernetes-validations"] = [rule.schema for rule in rules]
    return schema


def _untold() -> Schema:
    """The status before the operator's first word, of no generation that there ever was."""
    return ExposeRequestStatus(
        observed_generation=-1,
        ports=[],
        endpoints=[],
        endpoint_summary=EndpointSummary(ready=0, total=0, truncated=False),
        display=Display(),
        conditions=[],
    ).model_dump(mode="json", by_alias=True, exclude_none=True)


def _at(schema: Schema, path: tuple[str, ...]) -> Schema:
    for step in path:
        schema = schema["items"] if step == ITEMS else schema["properties"][step]
    return schema


def _column(name: str, path: str, kind: str, description: str, priority: int) -> Schema:
    column = {"name": name, "jsonPath": path, "type": kind}
    if description:
        column["description"] = description
    return column | ({"priority": priority} if priority else {})


def structural_schema(model: type[Model]) -> Schema:
    """The model's JSON schema within what a structural schema may say.

    See "Specifying a structural schema" in the Kubernetes documentation of custom resources:
    no references, no titles, no alternatives.
    """
    schema = model.model_json_schema(by_alias=True)
    return _structural(schema, schema.get("$defs", {}))


def _structural(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    schema = _resolved(schema, definitions)
    result = {
        key: value
        for key, value in schema.items()
        if key not in ("$defs", "title", "default", "properties", "items", "additionalProperties")
    }
    if "description" in result:
        result["description"] = " ".join(result["description"].split())
    if "properties" in schema:
        result["properties"] = {
            name: _structural(value, definitions) for name, value in schema["properties"].items()
        }
    if "items" in schema:
        result["items"] = _structural(schema["items"], definitions)
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _structural(schema["additionalProperties"], definitions)
    return result


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The schema with its reference looked up and an optional field's null alternative dropped.

    A field's own description wins over that of the type it refers to.
    """
    own = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions) | own
    if "anyOf" in schema:
        (only,) = (option for option in schema["anyOf"] if option != {"type": "null"})
        return _resolved(only, definitions) | own
    return schema
