"""Node ports for the fake client: what one Service has is refused to all others."""

from collections.abc import Iterator
from typing import Any

from exposer.kube import ApiError
from tests.support.fake_client import Body, Call, FakeClient

TAKEN = "spec.ports[0].nodePort: Invalid value: {}: provided port is already allocated"


def allocate_node_ports(client: FakeClient) -> None:
    """Have them refused as the API server does, and in its words."""

    def refuse(call: Call) -> ApiError | None:
        if "/services/" not in call.path or not isinstance(call.body, dict):
            return None
        held = {
            port
            for path, body in client.objects.items()
            if path != call.path
            for port in _node_ports(body)
        }
        taken = next((port for port in _node_ports(call.body) if port in held), None)
        return None if taken is None else _refusal(taken)

    client.on("PATCH", "", refuse)


def _refusal(port: int) -> ApiError:
    message = TAKEN.format(port)
    field, _, text = message.partition(": ")
    status: Any = {"details": {"causes": [{"field": field, "message": text}]}}
    return ApiError(422, status, message)


def _node_ports(body: Body) -> Iterator[int]:
    for port in body["spec"].get("ports") or () if body.get("kind") == "Service" else ():
        if "nodePort" in port:
            yield port["nodePort"]
