"""What keeps the story running: kopf watches, workers reconcile, until a signal ends it."""

import asyncio
from collections.abc import Sequence

import kopf
from kubernetes.aio.client import ApiClient, ApiException, Configuration, CustomObjectsApi

from exposer.api.identity import GROUP, PLURAL, VERSION
from exposer.applied import Client, Events, Lookout, Targets, Writer
from exposer.engine.access import AccessError, load_configuration, login_with
from exposer.engine.dirty import DirtyKeys
from exposer.engine.pace import Pace
from exposer.engine.tuning import tuned_settings
from exposer.engine.watching import watch
from exposer.engine.workers import Workers
from exposer.observed import Store
from exposer.reconcile import Reconciler

__all__ = ["AccessError", "run"]


async def run(namespaces: Sequence[str]) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Args:
        namespaces: Where to look for requests; everywhere if empty.

    Raises:
        AccessError: The API server can't be reached, or does not know the resource.
    """
    configuration = Configuration()
    await load_configuration(configuration)
    registry = kopf.OperatorRegistry()
    login_with(configuration, registry)
    async with ApiClient(configuration) as api:
        await _expect_resource(api)
        client = Client(api)
        store, dirty, listed = Store(), DirtyKeys(), asyncio.Event()
        reconciler = Reconciler(
            store, Targets(client), Lookout(client), Writer(client, store), Events(client)
        )
        workers = Workers(reconciler, dirty, Pace())
        watch(registry, store, dirty, workers, listed)
        async with asyncio.TaskGroup() as group:
            # Before kopf starts: at its end it waits for the tasks that came later.
            working = workers.start(group, listed)
            await kopf.operator(
                registry=registry,
                settings=tuned_settings(),
                clusterwide=not namespaces,
                namespaces=namespaces,
            )
            for worker in working:
                worker.cancel()


async def _expect_resource(client: ApiClient) -> None:
    """Say so at once when the resource is not there: kopf would wait in silence."""
    try:
        resources = await CustomObjectsApi(client).get_api_resources(GROUP, VERSION)
    except ApiException as error:
        if error.status != 404:
            raise AccessError(f"the API server refused: {error.reason}") from error
        resources = None
    except OSError as error:
        raise AccessError(f"the API server can't be reached: {error}") from error
    if resources is None or all(found.name != PLURAL for found in resources.resources):
        raise AccessError(
            f"the cluster does not know {PLURAL}.{GROUP}: apply its CustomResourceDefinition "
            f"first, as in 'exposer crd | kubectl apply -f -'"
        )
