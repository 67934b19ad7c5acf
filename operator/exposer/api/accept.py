"""Spec -> AcceptedRequest, or the refusal with its reason: what can be told without the cluster."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from exposer.api.conditions import Reason
from exposer.api.contradictions import contradiction
from exposer.api.request import ExposeRequestSpec
from exposer.api.template import ServiceTemplate, TemplateMetadata, TemplateSpec
from exposer.api.verdict import AcceptedRequest, Refused, Verdict
from exposer.grammar import (
    DuplicatePortError,
    Kind,
    MixedKindsError,
    PortString,
    PortStringErrors,
    hints,
    parse_all,
)


def accept(name: str, spec: Mapping[str, Any]) -> Verdict:
    """Read the spec of the request called ``name``; the same spec gets the same answer, always."""
    try:
        # Strict: "5" is no number to the API server either.
        model = ExposeRequestSpec.model_validate(spec, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        return Refused(Reason.INVALID_SPEC, _told(error))
    try:
        strings = parse_all(model.ports)
    except PortStringErrors as error:
        return Refused(_reason(error), str(error))
    wrong = contradiction(name, model, strings)
    if wrong is not None:
        return Refused(Reason.INVALID_SPEC, wrong)
    return _accepted(name, model, strings)


def _accepted(
    name: str, model: ExposeRequestSpec, strings: tuple[PortString, ...]
) -> AcceptedRequest:
    kind = strings[0].kind
    template = model.service_template or ServiceTemplate()
    metadata = template.metadata or TemplateMetadata()
    return AcceptedRequest(
        service_name=model.service_name or name,
        kind=kind,
        ports=tuple(mapping for string in strings for mapping in string.mappings),
        selector=_selector(name, model, kind),
        addresses=tuple(map(ipaddress.ip_address, model.addresses or ())),
        external_name=strings[0].host,
        target=model.target_ref,
        labels=metadata.labels or {},
        annotations=metadata.annotations or {},
        service_spec=_service_spec(template.spec or TemplateSpec()),
        hints=hints(strings),
    )


def _service_spec(wanted: TemplateSpec) -> Mapping[str, Any]:
    """The fields that are there; a healthCheckNodePort of 0 is none, as in core/v1."""
    fields = wanted.model_dump(by_alias=True, exclude_none=True)
    if not wanted.health_check_node_port:
        fields.pop("healthCheckNodePort", None)
    return fields


def _selector(name: str, model: ExposeRequestSpec, kind: Kind) -> Mapping[str, str] | None:
    if kind is Kind.EXTERNAL_NAME or model.addresses or model.target_ref:
        return None
    return model.selector or {"app": name}


def _reason(errors: PortStringErrors) -> Reason:
    match errors.errors[0]:
        case MixedKindsError():
            return Reason.MIXED_KINDS
        case DuplicatePortError():
            return Reason.DUPLICATE_PORT
        case _:
            return Reason.INVALID_PORT_STRING


def _told(error: ValidationError) -> str:
    """Pydantic's findings as Kubernetes names fields: spec.ports[0]."""
    return "; ".join(f"{_path(found['loc'])}: {found['msg']}" for found in error.errors())


def _path(location: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "spec" + "".join(steps)
