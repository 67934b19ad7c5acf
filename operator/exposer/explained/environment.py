"""Service -> the environment variables that the kubelet gives to pods of its namespace.

The rules are those of the kubelet (pkg/kubelet/envvars, FromServices): every pod that starts, and
that doesn't say ``enableServiceLinks: false``, gets them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from exposer.explained.places import authority


def environment(name: str, spec: Mapping[str, Any]) -> dict[str, str]:
    """The variables in the kubelet's order; none without a ClusterIP.

    Args:
        name: The Service's name.
        spec: Its spec.
    """
    address = spec.get("clusterIP")
    ports = spec.get("ports")
    if address in (None, "", "None") or not ports:
        return {}
    prefix = _variable(name)
    variables = {
        f"{prefix}_SERVICE_HOST": address,
        f"{prefix}_SERVICE_PORT": str(ports[0]["port"]),
    }
    for port in ports:
        if port.get("name"):
            variables[f"{prefix}_SERVICE_PORT_{_variable(port['name'])}"] = str(port["port"])
    variables[f"{prefix}_PORT"] = _link(address, ports[0])
    for port in ports:
        variables.update(_links(prefix, address, port))
    return variables


def _links(prefix: str, address: str, port: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Those that Docker once made for linked containers."""
    start = f"{prefix}_PORT_{port['port']}_{port['protocol']}"
    yield start, _link(address, port)
    yield f"{start}_PROTO", port["protocol"].lower()
    yield f"{start}_PORT", str(port["port"])
    yield f"{start}_ADDR", address


def _link(address: str, port: Mapping[str, Any]) -> str:
    return f"{port['protocol'].lower()}://{authority(address, port['port'])}"


def _variable(name: str) -> str:
    return name.replace("-", "_").upper()
