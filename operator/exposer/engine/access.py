"""How to reach the API server: one configuration for kopf's watches and for our writes."""

import os
from pathlib import Path

from kubernetes.aio import config
from kubernetes.aio.client import Configuration
from kubernetes.aio.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION
from yaml import YAMLError


class AccessError(Exception):
    """There is no way to the API server, or not the one that is needed; the text says why."""


async def load_configuration(configuration: Configuration) -> None:
    """Fill in the Pod's ServiceAccount where there is one, else the kubeconfig.

    Raises:
        AccessError: There is neither.
    """
    try:
        config.load_incluster_config(configuration)  # type: ignore[no-untyped-call]
        return
    except config.ConfigException:
        pass  # not in a Pod
    try:
        await config.load_kube_config(  # type: ignore[no-untyped-call]
            client_configuration=configuration
        )
    except (config.ConfigException, YAMLError, OSError, ValueError) as error:
        raise AccessError(_no_kubeconfig(KUBE_CONFIG_DEFAULT_LOCATION, error)) from error


def _no_kubeconfig(location: str, error: Exception) -> str:
    """What is wrong; the library's own words fit only a file that is there."""
    there = any(Path(path).expanduser().exists() for path in location.split(os.pathsep))
    return (
        f"no way to a cluster: this is not a Pod, and there is no usable kubeconfig at {location} "
        f"({error if there else 'KUBECONFIG may name another'})"
    )
