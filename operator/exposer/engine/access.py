"""How to reach the API server: one configuration for kopf's watches and for our writes."""

from typing import Any

import kopf
from kubernetes.aio import config
from kubernetes.aio.client import Configuration


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
    except config.ConfigException as error:
        message = f"no way to a cluster: not in a Pod, and no usable kubeconfig ({error})"
        raise AccessError(message) from error


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
