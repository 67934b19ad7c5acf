"""Credentials by an exec plugin (client.authentication.k8s.io), which kubectl has, too.

The client library runs plugins as well, but only logs that one failed and goes on without
credentials, waits for ever for one that hangs, and can't give it the cluster's data.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from exposer.kube.errors import AccessError

SECONDS = 60
"""How long a plugin may take."""

_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_LONGEST_COMPLAINT = 1000  # characters of what a plugin says on stderr


class PluginCredentials(NamedTuple):
    """What a plugin hands out: a token, a certificate with its key (PEM), or both."""

    token: str | None = None
    certificate: bytes | None = None
    key: bytes | None = None
    expires: datetime | None = None


async def ask_plugin(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], environ: Mapping[str, str]
) -> PluginCredentials:
    """Run the plugin.

    Args:
        plugin: The user's ``exec``, as in the kubeconfig.
        cluster: The cluster, as in the kubeconfig; given to plugins that want it.
        environ: The environment that the plugin gets, but for what ``plugin`` adds to it.

    Raises:
        AccessError: It can't be run, fails, hangs, or answers with something else.
    """
    command, version = plugin.get("command"), plugin.get("apiVersion")
    if not isinstance(command, str) or not command:
        raise AccessError("its exec plugin has no command")
    if version not in _VERSIONS:
        raise AccessError(f'the apiVersion of its exec plugin "{command}" is not {_VERSIONS[0]}')
    interactive = _interactive(plugin, command)
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = _cluster_info(cluster)
    info = {"apiVersion": version, "kind": "ExecCredential", "spec": spec}
    added = {str(each.get("name")): str(each.get("value")) for each in plugin.get("env") or ()}
    environment = {**environ, **added, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    arguments = [command, *map(str, plugin.get("args") or ())]
    try:
        return _credentials(await _output(arguments, environment, interactive), version)
    except _PluginError as failure:
        hint = plugin.get("installHint")
        advice = f"; {' '.join(str(hint).split())}" if hint else ""
        raise AccessError(f'its exec plugin "{command}" {failure}{advice}') from failure


class _PluginError(Exception):
    """What the plugin did, as the rest of a sentence about it."""


def _interactive(plugin: Mapping[str, Any], command: str) -> bool:
    """Whether it may talk with a person at the terminal."""
    mode = plugin.get("interactiveMode") or "IfAvailable"
    available = sys.stdin is not None and sys.stdin.isatty()
    if mode == "Always" and not available:
        raise AccessError(f'its exec plugin "{command}" needs a terminal, and there is none')
    return available and mode != "Never"


def _cluster_info(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """The cluster as ExecCredential has it: the authority as data, and the plugin's own part."""
    names = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url")
    info = {name: cluster[name] for name in names if cluster.get(name)}
    authorities = cluster.get("certificate-authority-data")
    if not authorities and cluster.get("certificate-authority"):
        with suppress(OSError):  # whoever connects tells of it
            content = Path(cluster["certificate-authority"]).read_bytes()
            authorities = b64encode(content).decode()
    if authorities:
        info["certificate-authority-data"] = authorities
    for extension in cluster.get("extensions") or ():
        if extension.get("name") == "client.authentication.k8s.io/exec":
            info["config"] = extension.get("extension")
    return info


async def _output(arguments: list[str], environment: Mapping[str, str], interactive: bool) -> bytes:
    """What it prints; a person at the terminal sees by themselves what it says on stderr."""
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            env=environment,
            stdin=None if interactive else DEVNULL,
            stdout=PIPE,
            stderr=None if interactive else PIPE,
            process_group=None if interactive else 0,  # so that what it started ends with it
        )
    except FileNotFoundError as error:
        raise _PluginError("is not there") from error
    except OSError as error:
        raise _PluginError(f"can't be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(SECONDS):
            output, complaint = await process.communicate()
    except BaseException as error:
        with suppress(ProcessLookupError):
            if interactive:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if isinstance(error, TimeoutError):
            raise _PluginError(f"did not end within {SECONDS} s") from error
        raise
    if process.returncode and process.returncode < 0:
        raise _PluginError(f"was ended by signal {-process.returncode}")
    if process.returncode:
        words = " ".join((complaint or b"").decode(errors="replace").split())[:_LONGEST_COMPLAINT]
        raise _PluginError(f"failed with exit status {process.returncode}{words and f': {words}'}")
    return output


def _credentials(output: bytes, version: str) -> PluginCredentials:
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise _PluginError("did not print an ExecCredential as JSON") from error
    if not isinstance(answer, dict) or answer.get("kind") != "ExecCredential":
        raise _PluginError("did not print an ExecCredential")
    if answer.get("apiVersion") != version:
        raise _PluginError(f"printed one of {answer.get('apiVersion')}, and not of {version}")
    status = answer.get("status") or {}
    token, certificate, key = (
        str(status.get(name) or "") for name in ("token", "clientCertificateData", "clientKeyData")
    )
    if bool(certificate) != bool(key) or not (token or certificate):
        raise _PluginError("printed neither a token nor a certificate with its key")
    return PluginCredentials(
        token=token or None,
        certificate=certificate.encode() or None,
        key=key.encode() or None,
        expires=_moment(status.get("expirationTimestamp")),
    )


def _moment(text: object) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _PluginError(f"printed an expirationTimestamp that is none: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
