"""The operator as a process: everything put together, from its start until a signal ends it."""

import asyncio
import logging
import signal
from typing import Any

from exposer.api.identity import CLUSTER_DOMAIN
from exposer.applied import Events, PodReader, Targets, WarningReader, Writer
from exposer.backoff import Backoff
from exposer.informers import Informers
from exposer.informers.kopf_operator import KopfError, run_kopf
from exposer.kube import AccessError, Client, Connection, find_access
from exposer.leadership import Leadership, leadership_of
from exposer.manager import garbage
from exposer.manager.metrics import measure
from exposer.manager.probes import ListenError, probes
from exposer.observed import Key, News, Store
from exposer.options import Options
from exposer.reconcile import Reconciler
from exposer.repairs import Repairs
from exposer.workers import StatusDebounce, Workers, WorkQueue, waking

__all__ = ["AccessError", "KopfError", "ListenError", "run"]

# Kubernetes gives a Pod 30 s, people far less.
_LONGEST_END = 4.5  # seconds from a signal until the process is ended, whatever it waits for
_LONGEST_STEP = 1.5  # seconds for each step of an orderly end

log = logging.getLogger("exposer")


async def run(options: Options) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Raises:
        AccessError: There are no usable credentials for the API server.
        KopfError: kopf does not do what it is relied on to do.
        ListenError: The address for probes and metrics can't be listened on.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    leadership = leadership_of(options)

    async def connect_and_run() -> None:
        connection = Connection(
            lambda: find_access(options.kubeconfig, options.context), leadership.may_write
        )
        async with connection:
            log.info("connecting to %s by %s", connection.access.server, connection.access.source)
            await _run(options, Client(connection), leadership, stop)

    await _first_of(asyncio.create_task(connect_and_run()), asyncio.create_task(stop.wait()))


async def _run(
    options: Options, client: Client, leadership: Leadership, stop: asyncio.Event
) -> None:
    """Put everything together, and run it until ``stop`` is set: nothing writes after that."""
    queue, debounce, synced = WorkQueue(), StatusDebounce(), asyncio.Event()
    wake = waking(queue, debounce)
    store = Store(wake)

    def wake_all(namespace: str | None) -> None:
        found = [each.key for each in store.requests if namespace in (None, each.key.namespace)]
        log.info("watching %s: %d requests", namespace or "all namespaces", len(found))
        queue.add(found)
        synced.set()

    informers = Informers(client, store, options.namespaces, options.silence, wake_all)
    pods = PodReader(client, lambda key: wake({key}, News.STATUS))
    warnings = WarningReader(client, lambda key: wake({key}, News.STATUS))
    reconciler = Reconciler(
        options.permitted,
        store,
        Targets(client, store, pods, informers.begin),
        pods,
        warnings,
        Writer(client, store),
        Events(client),
        Repairs(),
        options.cluster_domain or CLUSTER_DOMAIN,
    )
    backoff: Backoff[Key] = Backoff()
    workers = Workers(reconciler, queue, debounce, backoff)
    measure(store, queue, informers, leadership)
    async with probes(options.listen, informers):
        # Before kopf starts: at its end it waits for the tasks that came later.
        writing = [
            asyncio.create_task(workers.run(leadership.leads, informers.is_synced)),
            asyncio.create_task(leadership.run(client)),
            asyncio.create_task(pods.run()),
            asyncio.create_task(warnings.run()),
            asyncio.create_task(garbage.keep(synced)),
        ]
        kopf = asyncio.create_task(
            run_kopf(informers, store, options.namespaces, stop, lambda: _stop_on_signals(stop))
        )
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({*writing, kopf, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await _end(writing)
        await asyncio.wait({asyncio.create_task(leadership.release(client))}, timeout=_LONGEST_STEP)
        stop.set()
        await asyncio.wait({kopf}, timeout=_LONGEST_STEP)
        await _end([kopf, stopped])


async def _first_of(work: asyncio.Task[None], stopped: asyncio.Task[Any]) -> None:
    """Wait for the work; once it is to stop, no longer than it has for that."""
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({work}, timeout=_LONGEST_END - 0.5 if stopped.done() else None)
    await _end([work, stopped])


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel what still runs.

    Raises:
        Exception: What one of them failed with.
    """
    for task in tasks:
        task.cancel()
    done, _ = await asyncio.wait(tasks, timeout=_LONGEST_STEP)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _stop_on_signals(stop: asyncio.Event) -> None:
    """Have signals end the process in order, or else after a few seconds without."""

    def end() -> None:
        log.info("stopping")
        stop.set()
        # Its default action ends a process even if that never gets to its event loop.
        signal.setitimer(signal.ITIMER_REAL, _LONGEST_END)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
