"""What Prometheus reads of the operator as a whole; the rest is counted where it happens."""

from collections import Counter as Count
from collections.abc import Iterator

from prometheus_client import REGISTRY, Gauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from exposer.informers import Informers
from exposer.leadership import Leadership
from exposer.observed import Store
from exposer.status.told import told_conditions
from exposer.workers import WorkQueue

_DEPTH = Gauge("exposer_queue_depth", "Requests that wait for their reconcile.")
_LEADER = Gauge("exposer_leader", "Whether this process leads: 1 or 0.")


class _State(Collector):
    """Tells, when it is asked, how the requests and the watches are."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._informers = informers

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many requests have each condition, and which collections are up to date."""
        counts = Count(
            (condition["type"], condition["status"])
            for request in self._store.requests
            for condition in told_conditions(request.status).values()
        )
        requests = GaugeMetricFamily(
            "exposer_requests", "Requests by condition.", labels=["condition", "status"]
        )
        for labels, count in sorted(counts.items()):
            requests.add_metric(labels, count)
        watches = GaugeMetricFamily(
            "exposer_watch_up",
            "Whether all of a collection is listed and watched: 1 or 0.",
            labels=["resource", "watched_namespace"],
        )
        for informer in self._informers:
            if informer.is_wanted:
                labels = informer.collection.plural, informer.collection.namespace or ""
                watches.add_metric(labels, not informer.problem)
        yield from (requests, watches)


def measure(store: Store, queue: WorkQueue, informers: Informers, leadership: Leadership) -> None:
    """Have the state of the operator read when the metrics are."""
    _DEPTH.set_function(lambda: queue.depth)
    _LEADER.set_function(leadership.may_write)
    REGISTRY.register(_State(store, informers))
