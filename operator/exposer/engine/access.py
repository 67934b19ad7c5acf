"""How to reach the API server: one configuration for kopf's watches and for our writes."""

import os
from pathlib import Path
from typing import Any

import kopf
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


def login_with(configuration: Configuration, registry: kopf.OperatorRegistry) -> None:
    """Let kopf log in with the configuration, and read it anew when the API server says 401."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:
        await load_configuration(configuration)
        scheme, _space, token = configuration.api_key.get("BearerToken", "").rpartition(" ")
        return kopf.ConnectionInfo(
            server=configuration.host,
            ca_path=configuration.ssl_ca_cert,
            insecure=not configuration.verify_ssl,
            scheme=scheme or None,
            token=token.strip() or None,
            certificate_path=configuration.cert_file,
            private_key_path=configuration.key_file,
            proxy_url=configuration.proxy,
        )
