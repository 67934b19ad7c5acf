"""The part of this process in the election: it gets the Lease, renews it, and releases it.

The client library has an election of its own (kubernetes.aio.leaderelection). It ends with the
first connection that fails, takes times of the local zone for UTC, never releases a Lease, and
goes by a clock that may be set: a process that was frozen would lead on.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, object_path
from exposer.leadership.election import bid, released
from exposer.observed import Key
from exposer.options import LEASE_DURATION, Options

Spec = Mapping[str, Any]

log = logging.getLogger("exposer")


class Leadership:
    """That of a process that is alone: it leads, and always may write."""

    def __init__(self) -> None:
        """Lead from the start."""
        self.leads = asyncio.Event()
        """Is set while this process leads."""
        self.leads.set()

    def may_write(self) -> bool:
        """Whether this process may write at this moment."""
        return True

    async def run(self, client: Client) -> None:
        """Stay the leader for as long as that can be.

        Args:
            client: Calls the API server.
        """
        await asyncio.Event().wait()

    async def release(self, client: Client) -> None:
        """Let the next one lead at once; this process must not write any more."""


class ElectedLeadership(Leadership):
    """That of one of several processes, of which the holder of a Lease leads."""

    def __init__(
        self,
        lease: Key,
        duration: timedelta = LEASE_DURATION,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Take no part yet.

        Args:
            lease: Which Lease.
            duration: How long a leader that is gone keeps the others waiting. A third of it goes
                by between two renewals; another third before its end no write begins any more.
            clock: Tells the time in seconds; it must not stand still while the process does.
        """
        super().__init__()
        self.leads.clear()
        self.identity = f"{socket.gethostname()}_{os.getpid()}_{uuid4()}"
        self._lease = lease
        self._path = object_path("Lease", *lease)
        self._duration = duration
        self._clock = clock
        self._until = 0.0
        self._seen: tuple[Spec, float] = {}, clock()
        self._trouble = ""
        self._written: Mapping[str, Any] | None = None

    def may_write(self) -> bool:
        """Whether the Lease, as of its last renewal, is still this process's."""
        return self._clock() < self._until

    async def run(self, client: Client) -> None:
        """Wait for the Lease, then renew it.

        Where it isn't renewed in time, as in an outage or while this process was frozen, this
        process stops leading, and waits for the Lease like any other.
        """
        seconds = self._duration.total_seconds()
        while True:
            begun = self._clock()
            renewed = await self._try(client)
            if renewed and not self.leads.is_set():
                log.info("leading, as %s", self.identity)
                self.leads.set()
            elif self.leads.is_set() and not self.may_write():
                log.warning(
                    "not leading any more: the lease %s was not renewed in time", self._lease
                )
                self.leads.clear()
            pause = begun + seconds / 3 - self._clock() if renewed else seconds / 15
            await asyncio.sleep(max(pause, 0.0))

    async def release(self, client: Client) -> None:
        """Release the Lease, if this process holds it."""
        if not self.may_write():
            return
        self._until, self._written = 0.0, None
        self.leads.clear()
        try:
            found = await client.send("GET", self._path)
            if found["spec"].get("holderIdentity") == self.identity:
                await self._put(client, found, released(found["spec"], datetime.now(UTC)))
        except ApiError as error:
            log.warning("the lease %s is kept until it ends: %s", self._lease, error.message)

    async def _try(self, client: Client) -> bool:
        """Get or renew the Lease; returns whether this process leads for another while."""
        begun = self._clock()
        try:
            async with asyncio.timeout(self._duration.total_seconds() * 2 / 3):
                leads = await self._ask(client)
        except ApiError as error:
            self._note(error.message)
            return False
        except TimeoutError:
            self._note("the API server did not answer in time")
            return False
        self._note("")
        if leads:
            self._until = begun + self._duration.total_seconds() * 2 / 3
        return leads

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:  # once, not at each try
            log.warning("the lease %s can't be had now: %s", self._lease, trouble)
        self._trouble = trouble

    async def _ask(self, client: Client) -> bool:
        # As client-go, a leader renews what it wrote last without a look: if anybody else has
        # written it since, the API server says so.
        found = self._written or await self._read(client)
        spec = found["spec"] if found else {}
        wanted = bid(spec, self.identity, self._silence(spec), self._duration, datetime.now(UTC))
        if wanted is None:
            return False
        self._written = None
        try:
            self._written = await self._put(client, found, wanted)
        except ApiError as error:
            if error.code != 409:
                raise
            return False  # somebody was faster
        return True

    async def _read(self, client: Client) -> Mapping[str, Any] | None:
        try:
            return await client.send("GET", self._path)
        except ApiError as error:
            if error.code != 404:
                raise
            return None

    def _silence(self, spec: Spec) -> timedelta:
        """For how long the Lease has been seen as it is."""
        seen, since = self._seen
        if spec != seen:
            since = self._clock()
            self._seen = spec, since
        return timedelta(seconds=self._clock() - since)

    async def _put(
        self, client: Client, found: Mapping[str, Any] | None, spec: Spec
    ) -> Mapping[str, Any]:
        """Write the Lease, provided that nobody else has since it was found; returns it."""
        if found is None:
            metadata = self._lease._asdict()
            path = collection_path("Lease", self._lease.namespace)
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
            return await client.send("POST", path, {**body, "spec": spec})
        return await client.send("PUT", self._path, {**found, "spec": spec})


def leadership_of(options: Options) -> Leadership:
    """The part that this process takes by its options."""
    if options.lease is None:
        return Leadership()
    return ElectedLeadership(options.lease, options.lease_duration)
