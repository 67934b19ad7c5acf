"""Kubeconfig files -> the cluster and the user of one context.

The client library has a loader, too. It takes the current-context of the last file instead of the
first one's, looks for a user's files beside those of the cluster, takes a user that is missing for
one without credentials, and ends in a TypeError where a file is no kubeconfig.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from exposer.kube.errors import AccessError

Section = Mapping[str, Any]

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


@dataclass(frozen=True, slots=True)
class Context:
    """What a context names.

    Attributes:
        name: Its name.
        namespace: The namespace; "default" if it has none.
        cluster: The cluster, as in the file; paths in it are absolute.
        user: The user, as in the file; paths in it are absolute.
    """

    name: str
    namespace: str
    cluster: Section
    user: Section


def read_context(files: Sequence[Path], name: str | None) -> Context:
    """Read one context of the files, which are merged as kubectl does: the first one wins.

    Args:
        files: Those that are not there are left out.
        name: Which context; None for the current one.

    Raises:
        AccessError: It can't be read, is not there, or names what is not there.
    """
    documents = [(file, _document(file)) for file in files if file.exists()]
    if not any(document for _file, document in documents):
        raise AccessError("it is empty")
    contexts = _merged(documents, "contexts", "context")
    name = name or _current(documents)
    if not name:
        raise AccessError(f"it has no current-context{_choice(contexts)}")
    if name not in contexts:
        raise AccessError(f'it has no context "{name}", only {_listed(contexts)}')
    context = contexts[name]
    cluster, user = _text(context, "cluster"), _text(context, "user")
    if not cluster:
        raise AccessError(f'its context "{name}" names no cluster')
    clusters, users = _merged(documents, "clusters", "cluster"), _merged(documents, "users", "user")
    for kind, wanted, found in (("cluster", cluster, clusters), ("user", user, users)):
        if wanted and wanted not in found:
            raise AccessError(f'its context "{name}" names the {kind} "{wanted}", which it lacks')
    namespace = _text(context, "namespace") or "default"
    return Context(name, namespace, clusters[cluster], users.get(user, {}))


def _document(file: Path) -> Section:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessError(f"{file} can't be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AccessError(f"{file} is not YAML: {error.problem}{line}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise AccessError(f"{file} is not YAML") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise AccessError(
            f"{file} is not a kubeconfig: that would be a mapping of clusters, users and contexts"
        )
    return document


def _merged(
    documents: Sequence[tuple[Path, Section]], plural: str, singular: str
) -> dict[str, Section]:
    """The entries of a list by their names; of two with one name the first counts."""
    merged: dict[str, Section] = {}
    for file, document in documents:
        entries = document.get(plural) or []
        if not isinstance(entries, list):
            raise AccessError(f"{plural} in {file} is not a list")
        for number, entry in enumerate(entries):
            where = f"{plural}[{number}] in {file}"
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                raise AccessError(f"{where} has no name")
            body = entry.get(singular) or {}
            if not isinstance(body, dict):
                raise AccessError(f"{singular} of {where} is not a mapping")
            merged.setdefault(entry["name"], _with_absolute_paths(body, file.parent.absolute()))
    return merged


def _with_absolute_paths(body: Section, folder: Path) -> Section:
    """Relative paths are meant from the file's folder; a command without a slash is in PATH."""
    paths = {key: str(folder / body[key]) for key in _FILES if isinstance(body.get(key), str)}
    plugin = body.get("exec")
    if isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        plugin = {**plugin, "command": str(folder / plugin["command"])}
    return {**body, **{key: path for key, path in paths.items() if body[key]}, "exec": plugin}


def _current(documents: Sequence[tuple[Path, Section]]) -> str:
    return next(filter(None, (_text(each, "current-context") for _file, each in documents)), "")


def _text(section: Section, key: str) -> str:
    value = section.get(key) or ""
    if not isinstance(value, str):
        raise AccessError(f"{key} is not a text: put it into quotes")
    return value


def _choice(contexts: Mapping[str, object]) -> str:
    if not contexts:
        return ", and no contexts to choose from"
    return f": name one with --context: {_listed(contexts)}"


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f'"{name}"' for name in names) or "none"
