"""Kubeconfigs for tests, and exec plugins."""

import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.api_server import AUTHORITY

Body = dict[str, Any]

TRUSTED = b64encode(AUTHORITY.credential.certificate).decode()


def a_kubeconfig(
    server: str = "https://127.0.0.1:6443",
    user: Body | None = None,
    *,
    name: str = "prod",
    namespace: str | None = None,
    cluster: Mapping[str, Any] | None = None,
) -> Body:
    """One cluster, one user and one context, all of one name; the cluster's authority is ours."""
    context = {"cluster": name, "user": name, **({"namespace": namespace} if namespace else {})}
    trusted = {} if server.startswith("http:") else {"certificate-authority-data": TRUSTED}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server, **trusted, **(cluster or {})}}],
        "contexts": [{"name": name, "context": context}],
        "users": [{"name": name, "user": user or {}}],
    }


def write(path: Path, document: object) -> str:
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    return str(path)


def a_plugin(script: Path, content: str, **changes: Any) -> Body:
    """A user with an exec plugin: a Python script."""
    script.write_text(f"#!{sys.executable}\n{content}")
    script.chmod(0o755)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(script),
        "interactiveMode": "Never",
    }
    return {"exec": {**plugin, **changes}}


class CountingPlugin:
    """An exec plugin that hands out token-1, then token-2, and so on."""

    def __init__(self, folder: Path, **status: Any) -> None:
        self._runs = folder / "runs"
        credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
        content = f"""
import json, os
with open({str(self._runs)!r}, "a") as runs:
    runs.write("x")
    runs.flush()
    number = runs.tell()
print(json.dumps({{**{credential!r}, "status": {{"token": f"token-{{number}}", **{status!r}}}}}))
"""
        self.user = a_plugin(folder / "plugin", content)

    @property
    def runs(self) -> int:
        return len(self._runs.read_text()) if self._runs.exists() else 0


def a_credential(**status: Any) -> str:
    """The script of a plugin that prints a status."""
    document = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": status,
    }
    return f"print({json.dumps(document)!r})"
