"""The commands that ask a cluster, as users run them."""

import json
from typing import Any, NamedTuple

import pytest

from exposer.commands import main
from localcluster import Cluster


class Answer(NamedTuple):
    """What a command said."""

    status: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """The output, read as JSON."""
        return json.loads(self.output)


class Asking:
    """Runs commands as the cluster's administrator, or as another user, in one namespace."""

    def __init__(
        self, cluster: Cluster, namespace: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._kubeconfig = cluster.kubeconfig
        self._namespace = namespace
        self._capsys = capsys

    def ask(self, *arguments: str, **options: object) -> Answer:
        where = {"kubeconfig": self._kubeconfig, "namespace": self._namespace, **options}
        flags = (f"--{name}={value}" for name, value in where.items() if value)
        self._capsys.readouterr()
        status = main([*arguments, *flags])
        return Answer(status, *self._capsys.readouterr())
