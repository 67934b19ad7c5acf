"""How many calls were made, of what kind, and what came of them."""

from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client import Counter

CALLS = Counter(
    "exposer_api_calls",
    "Answers of the API server; with code 0, calls that got none.",
    ["verb", "resource", "code"],
)

_WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Call(NamedTuple):
    """A call as RBAC and the audit log see it.

    Attributes:
        verb: get, list, watch, create, update, patch or delete.
        resource: As kubectl prints it, as in "services/status" or "exposerequests.exposer.dev";
            empty for what is none, as "/version".
    """

    verb: str
    resource: str


def call_of(method: str, path: str, query: Mapping[str, str]) -> Call:
    """What a request asks for (k8s.io/apiserver's RequestInfo)."""
    resource, name = _resource(path)
    if method != "GET":
        return Call(_WRITES.get(method, method.lower()), resource)
    if query.get("watch") in ("true", "1"):
        return Call("watch", resource)
    return Call("list" if resource and not name else "get", resource)


def _resource(path: str) -> tuple[str, str]:
    """The resource, and the name of the object that is meant, if it is one."""
    match path.strip("/").split("/"):
        case ["api", _version, *rest]:
            group = ""
        case ["apis", group, _version, *rest]:
            pass
        case _:
            return "", ""
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        rest = rest[2:]
    plural, name, subresource = (*rest, "", "", "")[:3]
    resource = f"{plural}.{group}" if group and plural else plural
    return (f"{resource}/{subresource}" if subresource else resource), name
