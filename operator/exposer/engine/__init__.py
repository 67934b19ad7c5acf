"""What keeps the story running: kopf watches, workers reconcile, until a signal ends it."""

import asyncio
import logging
from datetime import timedelta
from typing import Any, cast

import kopf

from exposer.api.identity import GROUP, PLURAL, VERSION
from exposer.applied import Events, PodReader, Targets, Writer
from exposer.engine import memory
from exposer.engine.dirty import DirtyKeys
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
from exposer.kube import Access, AccessError, ApiError, Client, Connection, find_access
from exposer.observed import Store
from exposer.options import Options
from exposer.reconcile import Reconciler

log = logging.getLogger("exposer")

__all__ = ["AccessError", "LeaseLostError", "ListenError", "run"]


async def run(options: Options) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Raises:
        AccessError: The API server can't be reached, or does not know the resource.
        LeaseLostError: Another process leads now, or may do so soon.
        ListenError: The address for probes and metrics can't be listened on.
    """
    leadership = leadership_of(options)

    async def locate() -> Access:
        return await find_access(options.kubeconfig, options.context)

    def may_write() -> bool:
        return leadership.time_left() > timedelta()

    async with Connection(locate, may_write) as connection:
        log.info("connecting to %s by %s", connection.access.server, connection.access.source)
        client = Client(connection)
        await _expect_resource(client)
        try:
            await _run(options, connection, client, leadership)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # the first to fail ended the others
        await leadership.release(client)


async def _run(
    options: Options, connection: Connection, client: Client, leadership: Leadership
) -> None:
    """Put everything together, and run it until kopf ends: nothing writes after that."""
    registry = kopf.OperatorRegistry()
    collections = collections_in(options.namespaces, connection.access.server)
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
    login_with(connection, registry, Lists(collections, intake, hearing, listed))
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


async def _expect_resource(client: Client) -> None:
    """Say so at once when the resource is not there: kopf would wait in silence."""
    try:
        found = await client.send("GET", f"/apis/{GROUP}/{VERSION}")
    except ApiError as error:
        if error.code != 404:
            raise AccessError(error.message) from error
        found = {}
    if all(resource["name"] != PLURAL for resource in found.get("resources", ())):
        raise AccessError(
            f"the cluster does not know {PLURAL}.{GROUP}: apply its CustomResourceDefinition "
            f"first, as in 'exposer crd | kubectl apply -f -'"
        )
