"""Kubeconfigs for the users of a running cluster."""

import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from localcluster.api import Api, ApiError, tls_context
from localcluster.controlplane import credentials, kubeconfig
from localcluster.errors import ClusterError
from localcluster.layout import Layout
from localcluster.system.files import write_private

__all__ = ["kubeconfig_for", "kubeconfig_for_service_account"]

# A bound token's usual lifetime is an hour; a cluster for a demonstration may run for a day.
_TOKEN_SECONDS = 24 * 3600


def kubeconfig_for(layout: Layout, user: str, groups: Sequence[str]) -> Path:
    """A kubeconfig with a client certificate for a user and groups."""
    authority = credentials.cluster_authority(layout)
    document = kubeconfig.with_certificate(
        kubeconfig.read_server(layout.admin_kubeconfig),
        authority.credential.certificate,
        user,
        authority.client(user, groups),
    )
    return write_private(layout.kubeconfig(_file_name("user", user, *groups)), document)


def kubeconfig_for_service_account(layout: Layout, namespace: str, name: str) -> Path:
    """A kubeconfig with a bound token for a ServiceAccount that exists.

    Raises:
        ClusterError: The API server issues none, most likely as there is no such account.
    """
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": _TOKEN_SECONDS},
    }
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    server = kubeconfig.read_server(layout.admin_kubeconfig)
    api = Api(server, tls_context(layout, "admin"))
    try:
        token = api.request("POST", path, request)["status"]["token"]
    except (ApiError, OSError) as error:
        raise ClusterError(f"No token for ServiceAccount {namespace}/{name}: {error}") from error
    finally:
        api.close()
    authority = layout.certificate("ca").read_bytes()
    document = kubeconfig.with_token(server, authority, name, token)
    return write_private(layout.kubeconfig(_file_name("serviceaccount", namespace, name)), document)


def _file_name(*parts: str) -> str:
    # Users' names have colons and may have slashes. Different names must not become the same: one
    # user's kubeconfig would replace another's.
    return "+".join(urllib.parse.quote(part, safe="") for part in parts)
