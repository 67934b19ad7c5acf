"""What the operator is started with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from exposer.api.permission import OPEN, Permitted
from exposer.observed import Key

SILENCE = timedelta(seconds=70)
"""After how long without a word a watch counts as cut.

The API server remembers the changes of at least 75 seconds: a watch that is made anew within that
time goes on where the old one was cut. Bookmarks come once a minute. The first one of a quiet watch
may take two, so that such a watch is made anew for nothing, for the price of one request.
"""

LEASE_DURATION = timedelta(seconds=15)
"""For how long a Lease counts when it isn't renewed, as with client-go."""


class Address(NamedTuple):
    """Where to listen; on all addresses of the machine without a host."""

    host: str | None
    port: int


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator is started with.

    Attributes:
        kubeconfig: Which file to find the API server by, if the user names one.
        context: Which context of the kubeconfig; None for the current one.
        namespaces: Where to look for requests; everywhere if empty.
        permitted: What requests may ask for.
        silence: After how long without a word a watch counts as cut.
        listen: Where to answer /healthz, /readyz and /metrics, if at all.
        lease: By which Lease to be elected before writing anything; None to be alone.
        lease_duration: How long a leader that is gone keeps the others waiting.
        cluster_domain: What the cluster's DNS names end in; None for the usual one.
    """

    kubeconfig: str | None = None
    context: str | None = None
    namespaces: Sequence[str] = ()
    permitted: Permitted = OPEN
    silence: timedelta = SILENCE
    listen: Address | None = None
    lease: Key | None = None
    lease_duration: timedelta = LEASE_DURATION
    cluster_domain: str | None = None
