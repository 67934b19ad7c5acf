"""What keeps the story running: kopf watches, workers reconcile, until a signal ends it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import kopf
from kubernetes.aio.client import ApiClient, ApiException, Configuration, CustomObjectsApi

from exposer.api.identity import GROUP, PLURAL, VERSION
from exposer.applied import Client, Events, Lookout, Targets, Writer
from exposer.engine import memory
from exposer.engine.access import AccessError, load_configuration
from exposer.engine.dirty import DirtyKeys
from exposer.engine.health import Address, ListenError, serving_health
from exposer.engine.hearing import Hearing
from exposer.engine.intake import Intake
from exposer.engine.lists import Lists
from exposer.engine.login import login_with
from exposer.engine.pace import Pace
from exposer.engine.tuning import SILENCE, tuned_settings
from exposer.engine.watched import collections_in
from exposer.engine.watching import Watching
from exposer.engine.workers import Workers
from exposer.observed import Store
from exposer.reconcile import Reconciler

__all__ = ["SILENCE", "AccessError", "Address", "ListenError", "run"]


async def run(
    namespaces: Sequence[str], silence: timedelta = SILENCE, liveness: Address | None = None
) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Args:
        namespaces: Where to look for requests; everywhere if empty.
        silence: After how long without a word a watch counts as cut.
        liveness: Where to answer /healthz, if at all.

    Raises:
        AccessError: The API server can't be reached, or does not know the resource.
        ListenError: The address for /healthz can't be listened on.
    """
    configuration = Configuration()
    await load_configuration(configuration)
    registry = kopf.OperatorRegistry()
    collections = collections_in(namespaces, configuration.host)
    hearing = Hearing(collections, 1.5 * silence)  # by then it would have been made anew
    async with ApiClient(configuration) as api:
        await _expect_resource(api)
        client = Client(api)
        store, dirty, listed = Store(), DirtyKeys(), asyncio.Event()
        watching = Watching(registry, client, namespaces)
        reconciler = Reconciler(
            store,
            Targets(client, store, watching.begin),
            Lookout(client),
            Writer(client, store),
            Events(client),
        )
        workers = Workers(reconciler, dirty, Pace())
        intake = Intake(store, dirty, workers)
        login_with(configuration, registry, Lists(collections, intake, hearing, listed))
        watching.start(intake)
        async with serving_health(liveness, hearing), asyncio.TaskGroup() as group:
            # Before kopf starts: at its end it waits for the tasks that came later.
            working = workers.start(group, listed)
            group.create_task(memory.keep(listed))
            await kopf.operator(
                registry=registry,
                settings=tuned_settings(silence),
                insights=watching.insights,
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
