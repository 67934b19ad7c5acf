"""Service -> the ExposeRequest that makes it, as short as it can be, and what that can't say.

What is lost is found by doing it: the request is made into a Service as the operator would make
it, and the two are compared, without what core/v1 fills in by itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from exposer.api import Refused, accept
from exposer.api.identity import API_VERSION, KIND, MANAGED_BY, MANAGED_BY_LABEL
from exposer.api.template import TemplateSpec
from exposer.desired.service import service_spec
from exposer.explained.backends import UNKNOWN, Backends, InconvertibleError
from exposer.explained.strings import port_strings
from exposer.grammar import Kind, PortMapping, Protocol, canonical
from exposer.status.kinds import kind_of

Body = Mapping[str, Any]

_TEMPLATE_FIELDS = [str(each.alias) for each in TemplateSpec.model_fields.values()]
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # kubectl's own bookkeeping


@dataclass(frozen=True, slots=True)
class Conversion:
    """A request, and what of the Service it loses."""

    request: Body
    losses: tuple[str, ...]


def conversion_of(service: Body, backends: Backends = UNKNOWN) -> Conversion:
    """The request for a Service.

    Args:
        service: The Service as the API server has it, or as somebody wrote it.
        backends: What is behind it if it has no selector.

    Raises:
        InconvertibleError: There is no such request.
    """
    metadata, spec = service["metadata"], service.get("spec") or {}
    name, essence = metadata["name"], _essence(spec)
    template = _template_metadata(metadata)
    request = {
        "ports": _strings(spec, backends),
        **_way(name, spec, backends),
        **({"serviceTemplate": {"metadata": template}} if template else {}),
    }
    request, made = _completed(name, request, essence)
    place = {key: metadata[key] for key in ("name", "namespace") if metadata.get(key)}
    return Conversion(
        {"apiVersion": API_VERSION, "kind": KIND, "metadata": place, "spec": request},
        (*_lost_metadata(metadata), *backends.losses, *_lost("spec", essence, made)),
    )


def _strings(spec: Body, backends: Backends) -> list[str]:
    kind = kind_of(spec)
    if kind is Kind.EXTERNAL_NAME:
        return [f"@{spec.get('externalName')}"]
    ports = [_mapping(port, backends.targets) for port in spec.get("ports") or ()]
    if kind is Kind.HEADLESS and not ports:
        return ["#"]
    return [canonical(each) for each in port_strings(kind, ports)]


def _mapping(port: Body, targets: Mapping[str, int]) -> PortMapping:
    name, number = port.get("name") or "", port["port"]
    target = targets.get(name) or port.get("targetPort") or number
    protocol = Protocol(port.get("protocol") or "TCP")
    node_port, app_protocol = port.get("nodePort") or None, port.get("appProtocol") or None
    return PortMapping(name, number, target, node_port, protocol, app_protocol)


def _way(name: str, spec: Body, backends: Backends) -> dict[str, Any]:
    """Where the traffic goes, unless it goes where a request sends it by itself."""
    selector = spec.get("selector")
    if kind_of(spec) is Kind.EXTERNAL_NAME or selector == {"app": name}:
        return {}
    if selector:
        return {"selector": dict(selector)}
    if backends.addresses:
        return {"addresses": list(backends.addresses)}
    raise InconvertibleError(
        "it has no selector, and no endpoints are known that could be spec.addresses"
    )


def _template_metadata(metadata: Body) -> dict[str, Any]:
    own = {"labels": MANAGED_BY_LABEL, "annotations": _LAST_APPLIED}
    found = {
        each: {key: value for key, value in (metadata.get(each) or {}).items() if key != left_out}
        for each, left_out in own.items()
    }
    return {each: values for each, values in found.items() if values}


def _completed(name: str, request: Body, essence: Body) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request with the fields of the template that it needs, and what it makes then."""
    completed, made = dict(request), _made(name, request)
    if isinstance(made, Refused):
        raise InconvertibleError(made.message)
    for each in _TEMPLATE_FIELDS:
        if each not in essence:
            continue
        template = completed.get("serviceTemplate") or {}
        fields = {**(template.get("spec") or {}), each: essence[each]}
        trial = {**completed, "serviceTemplate": {**template, "spec": fields}}
        outcome = _made(name, trial)
        if not isinstance(outcome, Refused) and outcome.get(each) == essence[each]:
            completed, made = trial, outcome
    return completed, made


def _made(name: str, request: Body) -> dict[str, Any] | Refused:
    """The essence of the Service that the operator makes of a request."""
    verdict = accept(name, request)
    return verdict if isinstance(verdict, Refused) else _essence(service_spec(verdict))


def _essence(spec: Body) -> dict[str, Any]:
    """The spec without what core/v1 fills in by itself."""
    filled_in = {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}},
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
        "publishNotReadyAddresses": False,
        "allocateLoadBalancerNodePorts": True,
        "healthCheckNodePort": 0,
        **_filled_in_families(spec),
    }
    others = (spec.get("clusterIPs") or [])[1:]  # the first is clusterIP, too
    kept = {
        name: value
        for name, value in {**spec, "clusterIPs": others}.items()
        if value not in (None, "", {}, []) and value != filled_in.get(name)
    }
    return kept | {"ports": [_essence_of_port(port) for port in spec.get("ports") or ()]}


def _filled_in_families(spec: Body) -> dict[str, Any]:
    """Those of a cluster whose first IP family is IPv4."""
    anywhere = kind_of(spec) is Kind.HEADLESS and not spec.get("selector")
    policy = "RequireDualStack" if anywhere else "SingleStack"
    dual = (spec.get("ipFamilyPolicy") or policy) != "SingleStack"
    return {"ipFamilyPolicy": policy, "ipFamilies": ["IPv4", "IPv6"] if dual else ["IPv4"]}


def _essence_of_port(port: Body) -> dict[str, Any]:
    whole = {"protocol": "TCP", **port, "targetPort": port.get("targetPort") or port["port"]}
    return {name: value for name, value in whole.items() if value}


def _lost_metadata(metadata: Body) -> Iterator[str]:
    manager = (metadata.get("labels") or {}).get(MANAGED_BY_LABEL)
    if manager not in (None, MANAGED_BY):
        yield f'metadata.labels: {MANAGED_BY_LABEL} is the operator\'s own; "{manager}" is left out'
    for owner in metadata.get("ownerReferences") or ():
        yield (
            f'metadata.ownerReferences: {owner["kind"]} "{owner["name"]}" owns the Service, and '
            "may go on writing it"
        )


def _lost(path: str, before: Any, after: Any) -> Iterator[str]:
    """What differs, down to the fields."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from _lost(f"{path}.{key}", before.get(key), after.get(key))
    elif path == "spec.ports":
        for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=None)):
            yield from _lost(f"{path}[{index}]", old, new)
    elif before != after and after is None:
        yield f"{path}: {json.dumps(before)} can't be said in a request, and is left out"
    elif before != after:
        was = "nothing" if before is None else json.dumps(before)
        yield f"{path}: {was} becomes {json.dumps(after)}"
