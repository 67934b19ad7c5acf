"""Kubeconfig documents that carry everything they need, so that they work from any folder."""

import base64
from pathlib import Path
from typing import Any

import yaml

from localcluster.controlplane.pki import Credential

__all__ = ["read_server", "with_certificate", "with_token"]


def with_certificate(server: str, authority: bytes, user: str, credential: Credential) -> bytes:
    """A kubeconfig for a user who has a client certificate."""
    return _document(
        server,
        authority,
        user,
        {
            "client-certificate-data": _encoded(credential.certificate),
            "client-key-data": _encoded(credential.key),
        },
    )


def with_token(server: str, authority: bytes, user: str, token: str) -> bytes:
    """A kubeconfig for a user who has a bearer token."""
    return _document(server, authority, user, {"token": token})


def read_server(path: Path) -> str:
    """The API server's address in a kubeconfig written by this module."""
    document = yaml.safe_load(path.read_text())
    return str(document["clusters"][0]["cluster"]["server"])


def _document(server: str, authority: bytes, user: str, login: dict[str, str]) -> bytes:
    cluster = {"server": server, "certificate-authority-data": _encoded(authority)}
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "localcluster", "cluster": cluster}],
        "users": [{"name": user, "user": login}],
        "contexts": [
            {"name": "localcluster", "context": {"cluster": "localcluster", "user": user}}
        ],
        "current-context": "localcluster",
    }
    return yaml.safe_dump(document, sort_keys=False).encode()


def _encoded(pem: bytes) -> str:
    return base64.b64encode(pem).decode()
