"""The samples: requests of each kind, and what they expose."""

import json
from typing import Any

from demo.kubectl import ROOT, Kubectl

__all__ = ["ADDRESSES", "FOLDER", "curl_lines", "wait"]

FOLDER = ROOT / "manifests" / "samples"
"""Where they are."""

ADDRESSES = FOLDER / "addresses.yaml"
"""The one that is for servers outside of the cluster."""

_WORKLOADS = ("workload", "workload-client")
_ASK_IN_A_POD = ("exec", "client", "--", "curl", "-s")
# What is Ready takes a moment more to get into the kernels of the nodes.
_PATIENTLY = ("--connect-timeout", "1", "--retry", "20", "--retry-delay", "1", "--retry-all-errors")


def wait(kubectl: Kubectl) -> None:
    """Wait until all requests are Ready, and have both endpoints where there are any.

    Only ours: what else the user has made in the cluster may well be broken.
    """
    kubectl.wait("--for=condition=Available", "deployment/web")
    kubectl.wait("--for=condition=Ready", "pod/client")
    requests = _requests()
    kubectl.wait("--for=condition=Ready", *requests.values())
    del requests["external-name"]
    kubectl.wait("--for=jsonpath={.status.endpointSummary.ready}=2", *requests.values())


def curl_lines(kubectl: Kubectl, *, outside: bool) -> list[str]:
    """A command for each request, which asks who is behind it.

    All of them are answered when this function returns.

    Args:
        kubectl: Whom to ask.
        outside: Whether there are the servers that the sample with addresses is for.
    """
    requests = _requests()
    if not outside:
        del requests[ADDRESSES.stem]
    items = json.loads(kubectl.ask("get", "--output=json", *requests.values()))["items"]
    node = kubectl.ask("get", "nodes", "--output=jsonpath={.items[0].status.addresses[0].address}")
    urls = [(request["status"]["type"], _url(request, node)) for request in items]
    kubectl.ask(*_ASK_IN_A_POD, *_PATIENTLY, *(url for _, url in urls))
    return [
        f"curl -s {url}" if kind == "NodePort" else kubectl.line(*_ASK_IN_A_POD, url)
        for kind, url in urls
    ]


def _requests() -> dict[str, str]:
    """How kubectl is told of the requests, by the names of their files."""
    return {
        path.stem: f"--filename={path}"
        for path in sorted(FOLDER.glob("*.yaml"))
        if path.stem not in _WORKLOADS
    }


def _url(request: dict[str, Any], node: str) -> str:
    """Where a request's pods answer: node ports on a node, all others inside of the cluster."""
    name, status = request["status"]["serviceName"], request["status"]
    match status["type"]:
        case "NodePort":
            return f"http://{node}:{status['ports'][0]['nodePort']}"
        case "ExternalName":
            return f"http://{name}"
        case "Headless":
            # The name stands for the pods themselves, and so do their ports.
            return f"http://{name}:{status['endpoints'][0]['ports'][0]}"
        case _:
            return f"http://{name}:{status['ports'][0]['port']}".removesuffix(":80")
