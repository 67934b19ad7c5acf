"""A user's way to the cluster: the kubeconfig, context and namespace that kubectl would take."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from exposer.commands.failures import CommandError
from exposer.kube import Access, AccessError, Client, Connection, find_access


class Connected(NamedTuple):
    """A way to the cluster, and the namespace that is meant."""

    client: Client
    namespace: str


@asynccontextmanager
async def connected(options: argparse.Namespace) -> AsyncIterator[Connected]:
    """Connect as the user of the kubeconfig; in a Pod without one, as its ServiceAccount.

    Args:
        options: With ``kubeconfig``, ``context`` and ``namespace``.

    Raises:
        CommandError: There is no way to a cluster.
    """

    async def locate() -> Access:
        try:
            return await find_access(options.kubeconfig, options.context)
        except AccessError as error:
            raise CommandError(f"error: {error}") from error

    async with Connection(locate) as connection:
        yield Connected(Client(connection), options.namespace or connection.access.namespace)
