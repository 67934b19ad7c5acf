"""Spec -> AcceptedRequest, or the refusal with its reason: what can be told without the cluster."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from exposer.api.conditions import Reason
from exposer.api.request import SERVICE_NAME, ExposeRequestSpec
from exposer.grammar import (
    DuplicatePortError,
    Kind,
    MixedKindsError,
    PortMapping,
    PortString,
    PortStringErrors,
    parse_all,
)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """A spec that can be carried out, with all defaults filled in.

    Attributes:
        selector: None for addresses and for an ExternalName.
        addresses: Empty unless the request names them.
        external_name: The host after ``@``.
    """

    service_name: str
    kind: Kind
    ports: tuple[PortMapping, ...]
    selector: Mapping[str, str] | None
    addresses: tuple[IPAddress, ...]
    external_name: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A spec that only its author can put right."""

    reason: Reason
    message: str


Verdict = AcceptedRequest | Refused


def accept(name: str, spec: Mapping[str, Any]) -> Verdict:
    """Read the spec of the request called ``name``; the same spec gets the same answer, always."""
    try:
        model = ExposeRequestSpec.model_validate(spec, by_alias=True, by_name=False)
    except ValidationError as error:
        return Refused(Reason.INVALID_SPEC, _told(error))
    try:
        strings = parse_all(model.ports)
    except PortStringErrors as error:
        return Refused(_reason(error), str(error))
    contradiction = _contradiction(model, strings) or _wrong_name(name, model)
    if contradiction is not None:
        return Refused(Reason.INVALID_SPEC, contradiction)
    return _accepted(name, model, strings)


def _accepted(
    name: str, model: ExposeRequestSpec, strings: tuple[PortString, ...]
) -> AcceptedRequest:
    kind = strings[0].kind
    addresses = tuple(map(ipaddress.ip_address, model.addresses or ()))
    selectorless = addresses or kind is Kind.EXTERNAL_NAME
    return AcceptedRequest(
        service_name=model.service_name or name,
        kind=kind,
        ports=tuple(mapping for string in strings for mapping in string.mappings),
        selector=None if selectorless else model.selector or {"app": name},
        addresses=addresses,
        external_name=strings[0].host,
    )


def _contradiction(model: ExposeRequestSpec, strings: tuple[PortString, ...]) -> str | None:
    """The first thing that is wrong between the fields."""
    if strings[0].kind is Kind.EXTERNAL_NAME:
        for field in ("selector", "addresses"):
            if getattr(model, field) is not None:
                return (
                    f'spec.{field} does not go with "{model.ports[0]}": an ExternalName is a DNS '
                    f"name and has no endpoints; leave out spec.{field}"
                )
    if model.addresses is None:
        return None
    if model.selector is not None:
        return (
            "spec.addresses does not go with spec.selector: the traffic goes either to pods or to "
            "addresses; leave one of the two out"
        )
    for index, string in enumerate(strings):
        if isinstance(string.target, str):
            return (
                f'spec.ports[{index}]: the target "{string.target}" is the name of a container '
                "port, but behind spec.addresses there are no containers; write a number"
            )
    return _wrong_address(model.addresses)


def _wrong_name(name: str, model: ExposeRequestSpec) -> str | None:
    """A request may have names that a Service can't have (core/v1 ValidateServiceName)."""
    if model.service_name is not None or SERVICE_NAME.fullmatch(name):
        return None
    return (
        f"a Service can't bear the request's name \"{name}\": write a spec.serviceName of at most "
        '63 characters of a-z, 0-9 and "-", with a letter at its beginning and no "-" at its end'
    )


def _wrong_address(addresses: list[str]) -> str | None:
    """What core/v1 ValidateEndpointIP says, said before the API server is asked."""
    seen: dict[IPAddress, int] = {}
    for index, text in enumerate(addresses):
        where = f'spec.addresses[{index}]: "{text}"'
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return f'{where} is not an IP address; write one such as "192.0.2.10" or "2001:db8::10"'
        if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.scope_id):
            return f"{where} is an IPv4-mapped or scoped address; write the plain address"
        for what in ("unspecified", "loopback", "link_local", "multicast"):
            if getattr(address, f"is_{what}"):
                what = what.replace("_", "-")
                return f"{where} is not a possible endpoint: the address is {what}"
        if address in seen:
            return f"{where} is in spec.addresses[{seen[address]}] already; leave one out"
        seen[address] = index
    return None


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
