"""What Prometheus reads: how the reconciles go, and how the requests stand.

The calls to the API server are counted where they are made.
"""

from collections import Counter as Count
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from exposer.engine.dirty import DirtyKeys
from exposer.engine.leadership import Leadership
from exposer.observed import Store

RECONCILES = Counter("exposer_reconcile", "Reconciles by what came of them.", ["result"])
SECONDS = Histogram("exposer_reconcile_duration_seconds", "How long a reconcile took.")
WATCHES = Counter(
    "exposer_watches", "Watches that began; each but the first is a restart.", ["resource"]
)
_DEPTH = Gauge("exposer_queue_depth", "Requests that wait for their reconcile.")
_LEADER = Gauge("exposer_leader", "Whether this process leads: 1 or 0.")


class _Requests(Collector):
    """Counts the conditions of all requests when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many requests have each condition."""
        counts = Count(
            (condition["type"], condition["status"])
            for request in self._store.requests
            for condition in request.status.get("conditions", ())
        )
        family = GaugeMetricFamily(
            "exposer_requests", "Requests by condition.", labels=["condition", "status"]
        )
        for labels, count in sorted(counts.items()):
            family.add_metric(labels, count)
        yield family


def measure(store: Store, dirty: DirtyKeys, leadership: Leadership) -> None:
    """Have the state of the operator read when the metrics are."""
    _DEPTH.set_function(lambda: dirty.depth)
    _LEADER.set_function(lambda: leadership.time_left() > timedelta())
    REGISTRY.register(_Requests(store))
