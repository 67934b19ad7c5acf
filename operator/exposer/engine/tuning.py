"""Every kopf setting that is not left at its default, and why; and some that are."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat

import kopf

from exposer.api.identity import MANAGED_BY, MANAGED_BY_LABEL
from exposer.options import SILENCE


class _Delays:
    """How long to wait after each failure of a request in a row; they never end."""

    def __iter__(self) -> Iterator[float]:
        return chain((1, 1, 2, 3, 5, 8), repeat(10))


def tuned_settings(silence: timedelta = SILENCE) -> kopf.OperatorSettings:
    """The settings of the operator.

    Args:
        silence: After how long without a word a watch counts as cut.
    """
    settings = kopf.OperatorSettings()
    _set_up_watches(settings, silence)

    # A SYN or a handshake that nobody answers; the kernel would try for two minutes.
    settings.networking.connect_timeout = 10
    # A page of a list that nobody answers, as for our own calls; watches have no such end.
    settings.networking.request_timeout = 30
    # An outage that lasts isn't the end of the operator, which kopf would make of a list that
    # failed for a minute: /healthz tells of it, and the work goes on when it is over.
    settings.networking.error_backoffs = _Delays()
    # An API server that says when to come back knows better than a table of ours.
    settings.networking.enforce_retry_after = True

    # kopf makes a task for each object that changes, and keeps it for a while after the last
    # change: 10,000 endpoints that roll out would be 10,000 tasks for 5 s. Ours only store the
    # object. (With 0, and Python 3.11, a task would end before it takes its first event.)
    settings.queueing.idle_timeout = 0.5

    # The resources are known and stay; finding them at run time would need rights on CRDs.
    settings.scanning.disabled = True
    # kopf's events tell of its handlers; ours tell of the request, on transitions only.
    settings.posting.enabled = False
    # Replicas are kept apart by a Lease, not by kopf's own custom resource.
    settings.peering.standalone = True

    # Left as they are: queueing.worker_limit (none: a store waits for nothing, so that a limit
    # would save nothing) and persistence (used by handlers that write into objects; none is here).
    return settings


def _set_up_watches(settings: kopf.OperatorSettings, silence: timedelta) -> None:
    watching = settings.watching
    ours = f"{MANAGED_BY_LABEL}={MANAGED_BY}"

    # The cluster copies the label of our Services to the endpoints it makes for them, so that the
    # endpoints of everybody else never reach us.
    watching.label_selectors["", "v1", "endpoints"] = ours
    watching.label_selectors["discovery.k8s.io", "v1", "endpointslices"] = ours

    # A connection that is cut without a FIN ends so, and a new one goes on where it was cut.
    watching.inactivity_timeout = silence.total_seconds()
    # As client-go: a watch doesn't stay with one of several API servers for ever.
    watching.server_timeout = 600
    # A second between a watch that has expired and the list that follows: lists are dear.
    watching.reconnect_backoff = 1
    # Lists come in pages, as client-go's do: neither side holds all Services as one text.
    watching.chunk_size = 500

    # Left as they are: client_timeout (the silence ends a watch that hangs), connect_timeout (that
    # of networking is used), initial_streaming (when such a stream is cut in its middle, kopf 1.45
    # goes on after the last object that it got, and never gets those that were to follow).
