"""A server's certificate, in a Secret that pods have as files."""

from collections.abc import Sequence

from localcluster.api import Api, Object
from localcluster.controlplane.pki import Authority

__all__ = ["AUTHORITY", "MOUNTS", "SERVE", "make_secret", "volumes"]

_FOLDER = "/etc/tls"

SERVE = (f"--cert={_FOLDER}/tls.crt", f"--key={_FOLDER}/tls.key")
"""How `echo serve` is told to use the certificate."""

AUTHORITY = f"{_FOLDER}/ca.crt"
"""Where a client's pod has the certificate of the authority."""

MOUNTS: Sequence[Object] = ({"name": "tls", "mountPath": _FOLDER, "readOnly": True},)
"""The mounts of a container that has the files."""


def volumes(name: str) -> list[Object]:
    """The volumes of a pod that has the files of a Secret."""
    return [{"name": "tls", "secret": {"secretName": name}}]


def make_secret(api: Api, namespace: str, name: str, hosts: Sequence[str]) -> bytes:
    """Make a Secret with a new certificate, its key and its authority's certificate.

    Args:
        api: Whom to ask for it.
        namespace: Where.
        name: Its name.
        hosts: The host names and addresses that the certificate is for.

    Returns:
        The authority's certificate, as PEM.
    """
    authority = Authority.create(f"{name}'s authority")
    server = authority.server(name, hosts)
    trusted = authority.credential.certificate
    files = {"tls.crt": server.certificate, "tls.key": server.key, "ca.crt": trusted}
    body: Object = {
        "metadata": {"name": name},
        "type": "kubernetes.io/tls",
        "stringData": {file: content.decode() for file, content in files.items()},
    }
    api.request("POST", f"/api/v1/namespaces/{namespace}/secrets", body)
    return trusted
