"""This process's part in the election: it gets the Lease, renews it, and lets go of it.

The client library has an election of its own (kubernetes.aio.leaderelection). It ends with the
first connection that fails, takes times of the local zone for UTC, never lets go of a Lease, and
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

from exposer.engine.election import bid, released
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, object_path
from exposer.observed import Key
from exposer.options import LEASE_DURATION, Options

Spec = Mapping[str, Any]

log = logging.getLogger("exposer")


class LeaseLostError(Exception):
    """The Lease could not be renewed in time, or is another's."""


class Leadership:
    """That of a process that is alone: it leads, and always may write."""

    def __init__(self) -> None:
        """Lead from the start."""
        self.begun = asyncio.Event()
        """Is set once this process leads."""
        self.begun.set()

    def time_left(self) -> timedelta:
        """How long this process may write from now on; nothing or less if it doesn't lead."""
        return timedelta.max

    async def run(self, client: Client) -> None:
        """Stay the leader for as long as that can be.

        Args:
            client: Calls the API server.

        Raises:
            LeaseLostError: Another process leads, or may do so soon. What this one knows of itself
                may be past: it must end.
        """

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
        self.begun.clear()
        self.identity = f"{socket.gethostname()}_{os.getpid()}_{uuid4()}"
        self._lease = lease
        self._duration = duration
        self._clock = clock
        self._until = 0.0
        self._seen: tuple[Spec, float] = {}, clock()

    def time_left(self) -> timedelta:
        """How long this process may write from now on, by the last renewal."""
        return timedelta(seconds=self._until - self._clock())

    async def run(self, client: Client) -> None:
        """Wait for the Lease, then renew it.

        Raises:
            LeaseLostError: It is another's, or could not be renewed in time.
        """
        while True:
            if await self._try(client):
                self._begin()
                await asyncio.sleep(self._duration.total_seconds() / 3)
            elif self.begun.is_set() and self.time_left() <= timedelta():
                raise LeaseLostError(f"the lease {self._lease} was not renewed in time")
            else:
                await asyncio.sleep(self._duration.total_seconds() / 15)

    async def release(self, client: Client) -> None:
        """Let go of the Lease, if this process holds it."""
        if self.time_left() <= timedelta():
            return
        self._until = 0.0
        try:
            found = await client.send("GET", self._path)
            if found["spec"].get("holderIdentity") == self.identity:
                await self._put(client, found, released(found["spec"], datetime.now(UTC)))
        except ApiError as error:
            log.warning("the lease %s is kept until it ends: %s", self._lease, error.message)

    def _begin(self) -> None:
        if not self.begun.is_set():
            log.info("leading, as %s", self.identity)
            self.begun.set()

    async def _try(self, client: Client) -> bool:
        """Get or renew the Lease; returns whether this process leads for another while."""
        begun = self._clock()
        try:
            async with asyncio.timeout(self._duration.total_seconds() / 3):
                leads = await self._ask(client)
        except ApiError as error:
            log.warning("the lease %s can't be had now: %s", self._lease, error.message)
            return False
        except TimeoutError:
            log.warning("the lease %s can't be had now: no answer", self._lease)
            return False
        if leads:
            self._until = begun + self._duration.total_seconds() * 2 / 3
        return leads

    async def _ask(self, client: Client) -> bool:
        try:
            found = await client.send("GET", self._path)
        except ApiError as error:
            if error.code != 404:
                raise
            found = None
        spec = found["spec"] if found else {}
        wanted = bid(spec, self.identity, self._silence(spec), self._duration, datetime.now(UTC))
        if wanted is None:
            if self.begun.is_set():
                raise LeaseLostError(f"the lease {self._lease} is {spec['holderIdentity']}'s now")
            return False
        try:
            await self._put(client, found, wanted)
        except ApiError as error:
            if error.code != 409:
                raise
            return False  # somebody was faster
        return True

    def _silence(self, spec: Spec) -> timedelta:
        """For how long the Lease has been seen as it is."""
        seen, since = self._seen
        if spec != seen:
            since = self._clock()
            self._seen = spec, since
        return timedelta(seconds=self._clock() - since)

    async def _put(self, client: Client, found: Mapping[str, Any] | None, spec: Spec) -> None:
        """Write the Lease, provided that nobody else has since it was found."""
        if found is None:
            metadata = self._lease._asdict()
            path = collection_path("Lease", self._lease.namespace)
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
            await client.send("POST", path, {**body, "spec": spec})
        else:
            await client.send("PUT", self._path, {**found, "spec": spec})

    @property
    def _path(self) -> str:
        return object_path("Lease", *self._lease)


def leadership_of(options: Options) -> Leadership:
    """The part that this process takes by its options."""
    if options.lease is None:
        return Leadership()
    return ElectedLeadership(options.lease, options.lease_duration)
