"""What keeps the story running: kopf watches, workers reconcile, until a signal ends it."""

import asyncio
from typing import Any, cast

import kopf
from kubernetes.aio.client import ApiClient, ApiException, Configuration, CustomObjectsApi

from exposer.api.identity import GROUP, PLURAL, VERSION
from exposer.applied import Events, PodReader, Targets, Writer
from exposer.engine import memory
from exposer.engine.access import AccessError, load_configuration
from exposer.engine.dirty import DirtyKeys
from exposer.engine.fence import fenced
from exposer.engine.hearing import Hearing
from exposer.engine.intake import Intake
from exposer.engine.leadership import Leadership, LeaseLostError, leadership_of
from exposer.engine.lists import Lists
from exposer.engine.login import login_with
from exposer.engine.metrics import measure
from exposer.engine.pace import Pace
from exposer.engine.serving import ListenError, serving
from exposer.engine.tuning import tuned_settings
from exposer.engine.watched import collections_in
from exposer.engine.watching import Watching
from exposer.engine.workers import Workers
from exposer.kube import Client
from exposer.observed import Store
from exposer.options import Options
from exposer.reconcile import Reconciler

__all__ = ["AccessError", "LeaseLostError", "ListenError", "run"]


async def run(options: Options) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Raises:
        AccessError: The API server can't be reached, or does not know the resource.
        LeaseLostError: Another process leads now, or may do so soon.
        ListenError: The address for probes and metrics can't be listened on.
    """
    configuration = Configuration()
    await load_configuration(configuration)
    leadership = leadership_of(options)
    configuration.client_session_kwargs = {"request_class": fenced(leadership.time_left)}
    async with ApiClient(configuration) as api:
        await _expect_resource(api)
        client = Client(api)
        try:
            await _run(options, configuration, client, leadership)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # the first to fail ended the others
        await leadership.release(client)


async def _run(
    options: Options, configuration: Configuration, client: Client, leadership: Leadership
) -> None:
    """Put everything together, and run it until kopf ends: nothing writes after that."""
    registry = kopf.OperatorRegistry()
    collections = collections_in(options.namespaces, configuration.host)
    always = [path for path, collection in collections.items() if not collection.is_a_targets]
    hearing = Hearing(always, 1.5 * options.silence)  # by then a watch would have been made anew
    store, dirty, listed = Store(), DirtyKeys(), asyncio.Event()
    watching = Watching(registry, client, options.namespaces)
    reconciler = Reconciler(
        options.kinds,
        store,
        Targets(client, store, watching.begin),
        PodReader(client),
        Writer(client, store),
        Events(client),
    )
    workers = Workers(reconciler, dirty, Pace())
    intake = Intake(store, dirty, workers)
    login_with(configuration, registry, Lists(collections, intake, hearing, listed))
    watching.start(intake)
    measure(store, dirty, leadership)
    async with serving(options.listen, hearing, listed), asyncio.TaskGroup() as group:
        # Before kopf starts: at its end it waits for the tasks that came later.
        background = [
            *workers.start(group, listed, leadership.begun),
            group.create_task(leadership.run(client)),
            group.create_task(memory.keep(listed)),
        ]
        await kopf.operator(
            registry=registry,
            settings=tuned_settings(options.silence),
            insights=watching.insights,
            # By itself kopf asks for the user's name, and a user that is only a number has none.
            identity=cast(Any, "exposer"),
            clusterwide=not options.namespaces,
            namespaces=options.namespaces,
        )
        for task in background:
            task.cancel()


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
