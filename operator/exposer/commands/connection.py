"""A user's way to the cluster: the kubeconfig, context and namespace that kubectl would take."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from yaml import YAMLError

from exposer.commands.failures import CommandError
from exposer.kube import Client

_POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class Connection(NamedTuple):
    """A way to the cluster, and the namespace that is meant."""

    client: Client
    namespace: str


@asynccontextmanager
async def connected(options: argparse.Namespace) -> AsyncIterator[Connection]:
    """Connect as the user of the kubeconfig; in a Pod without one, as its ServiceAccount.

    Args:
        options: With ``kubeconfig``, ``context`` and ``namespace``.

    Raises:
        CommandError: There is no way to a cluster.
    """
    configuration = Configuration()
    location = options.kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"
    try:
        if _is_there(location):
            namespace = await _load_kubeconfig(configuration, location, options.context)
        elif options.kubeconfig or options.context:
            raise CommandError(f"error: there is no kubeconfig at {location}")
        else:
            namespace = _load_service_account(configuration, location)
        api = ApiClient(configuration)
    except (config.ConfigException, YAMLError, OSError, ValueError, TypeError) as error:
        raise CommandError(f"error: the kubeconfig at {location} can't be used: {error}") from error
    async with api:
        yield Connection(Client(api), options.namespace or namespace)


def _is_there(location: str) -> bool:
    """Whether there is one of the files; KUBECONFIG may name several."""
    return any(Path(path).expanduser().exists() for path in location.split(os.pathsep) if path)


async def _load_kubeconfig(configuration: Configuration, location: str, context: str | None) -> str:
    """Fill in the configuration; returns the namespace of the context."""
    loader = await config.load_kube_config(  # type: ignore[no-untyped-call]
        location, context, client_configuration=configuration
    )
    return str(loader.current_context["context"].get("namespace") or "default")


def _load_service_account(configuration: Configuration, location: str) -> str:
    """Fill in the configuration; returns the Pod's own namespace."""
    try:
        config.load_incluster_config(configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        raise CommandError(
            f"error: no way to a cluster: there is no kubeconfig at {location}, and this is not a "
            "Pod (KUBECONFIG or --kubeconfig may name another)"
        ) from error
    return _POD_NAMESPACE.read_text().strip()
