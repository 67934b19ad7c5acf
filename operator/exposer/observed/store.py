"""The cache of what stands: all records, by key and by owner; each change wakes whom it touches."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain
from typing import Any

from exposer.api.identity import KIND
from exposer.api.target import WORKLOADS
from exposer.observed.dependents import Dependents, Place, discard
from exposer.observed.records import Key, ObjectRecord, RequestRecord, Snapshot

_TOMBSTONES = 1024  # deletions that are remembered

Wake = Callable[[AbstractSet[Key], bool], None]
"""Takes the requests that a change touches, and whether nothing but their status depends on it: the
cluster's endpoints come in storms."""


def _wake_nobody(_touched: AbstractSet[Key], _status_only: bool) -> None:
    pass


class Store:
    """What stands, as far as it has been seen; fed by watches and by the answers to our writes.

    Both may tell of the same object in any order, so an older version never replaces a newer one,
    and an object that is gone does not come back by what was told of it before it went. Whoever
    tells of a change, the store itself wakes the requests that it touches.
    """

    def __init__(self, wake: Wake = _wake_nobody) -> None:
        """Start empty.

        Args:
            wake: Is called with each change that touches a request, before the call returns.
        """
        self._wake = wake
        self._dependents = Dependents()
        self._requests: dict[Key, RequestRecord] = {}
        self._objects: dict[Place, ObjectRecord] = {}
        self._by_service: defaultdict[Key, set[Place]] = defaultdict(set)
        # An owner is in the namespace of what it owns; a reference to any other owns nothing.
        self._by_owner: defaultdict[tuple[str, str], set[Place]] = defaultdict(set)
        self._holders: defaultdict[int | str, set[Key]] = defaultdict(set)
        self._tombstones: OrderedDict[str, int] = OrderedDict()
        self._listed: dict[tuple[str, str | None], int] = {}

    @property
    def requests(self) -> Collection[RequestRecord]:
        """All requests."""
        return self._requests.values()

    def request(self, key: Key) -> RequestRecord | None:
        """The request, if there is one."""
        found = self._requests.get(key)
        return found and found.unpacked()

    def find(self, kind: str, key: Key) -> ObjectRecord | None:
        """The object, if it is known; of workloads, those that a targetRef names are."""
        return self._objects.get((kind, key))

    def knows(self, kind: str, key: Key, version: int) -> bool:
        """Whether an object is known as it was at that version, or later."""
        known = self._requests.get(key) if kind == KIND else self._objects.get((kind, key))
        return known is not None and known.version >= version

    def snapshot(self, request: RequestRecord) -> Snapshot:
        """What stands under the name that the request wants, and all that it owns.

        With the endpoints of a Service that it owns under another name, too.
        """
        owned = self._by_owner.get((request.key.namespace, request.uid), set())
        services = {request.service_key, *(key for kind, key in owned if kind == "Service")}
        named = chain.from_iterable(self._by_service.get(service, ()) for service in services)
        places = sorted({*named, *owned})
        return Snapshot(tuple(self._objects[place].unpacked() for place in places))

    def senior(self, request: RequestRecord) -> Key | None:
        """The oldest request that wants the same Service, if that is another one."""
        claims = [self._requests[key] for key in self._dependents.of_service(request.service_key)]
        living = [claim for claim in claims if not claim.deleting]
        oldest = min(living, key=lambda claim: claim.seniority, default=request)
        return None if oldest.uid == request.uid else oldest.key

    def holder_of(self, claim: int | str) -> Key | None:
        """The Service that has the node port or the ClusterIP."""
        return min(self._holders.get(claim, ()), default=None)

    def wait(self, request: Key, service: Key | None) -> None:
        """Wake the request when the Service gives up something that no other can have meanwhile.

        Args:
            request: Who waits.
            service: For whom; None to wait no more.
        """
        self._dependents.wait(request, service)

    def put_request(self, record: RequestRecord, written: Mapping[str, Any] | None = None) -> None:
        """Take in a request; it is touched if its spec or its status is not what was known.

        Args:
            record: The request.
            written: The status that was just written, if the record is the answer to that: the
                answer may well hold a newer spec, of which no watch has told yet.
        """
        known = self._requests.get(record.key)
        if self._is_past(KIND, known, record):
            return
        touched: set[Key] = set()
        if known is None or not _asks_the_same(known, record):
            touched.add(record.key)
        elif record.status != (known.status if written is None else written):
            self._tell({record.key}, status_only=True)
        if known:
            self._release(known, record)
            if known.service_key != record.service_key:  # others may have that name now
                touched |= self._dependents.of_service(known.service_key)
        self._requests[record.key] = record
        self._dependents.add(record)
        self._tell(touched)

    def drop_request(self, record: RequestRecord) -> None:
        """Forget a request that was deleted; whoever wanted its Service's name may have it now."""
        self._bury(record)
        known = self._requests.get(record.key)
        if known is None or known.uid != record.uid or known.version > record.version:
            return
        del self._requests[record.key]
        self.wait(record.key, None)
        self._release(known)
        self._tell(self._dependents.of_service(known.service_key))

    def put(self, record: ObjectRecord, by: Key | None = None) -> None:
        """Take in an object.

        Args:
            record: The object.
            by: The request in whose reconcile it was written or read. That one looks at the store
                once more after each write, and so is not woken.
        """
        place = record.kind, record.key
        known = self._objects.get(place)
        if known is not None and known.uid == record.uid and record.body and not known.body:
            # A watch told of its metadata, at whatever version; now it was read.
            known = self._objects[place] = replace(known, body=record.body)
        if self._is_past(record.kind, known, record):
            return
        if record.kind in WORKLOADS:
            self._put_workload(record, known, by)
            return
        touched = self._dependents.of_object(record)
        if known:
            touched |= self._dependents.of_object(known)
            if known.held - record.held:
                touched |= self._dependents.of_holder(record.key)
            self._unlink(known)
        self._objects[place] = record
        self._by_service[record.service_key].add(place)
        if record.owner is not None and record.owner.kind == KIND:
            self._by_owner[record.key.namespace, record.owner.uid].add(place)
        for claim in record.held:
            self._holders[claim].add(record.key)
        self._tell(touched - {by}, record.is_the_clusters)

    def drop(self, record: ObjectRecord, by: Key | None = None) -> None:
        """Forget an object that was deleted.

        Args:
            record: The object.
            by: The request in whose reconcile it was deleted.
        """
        self._bury(record)
        known = self._objects.get((record.kind, record.key))
        if known is None:  # a target may be read at the very moment when it goes
            self._tell(self._dependents.of_target(record.kind, record.key) - {by})
            return
        if known.uid != record.uid or known.version > record.version:
            return
        del self._objects[record.kind, record.key]
        self._unlink(known)
        touched = self._dependents.of_object(known)
        if known.kind == "Service":
            touched |= self._dependents.of_holder(known.key)
        self._tell(touched - {by})

    def drop_unlisted(
        self, kind: str, namespace: str | None, uids: AbstractSet[str], version: int
    ) -> None:
        """Forget what a complete list does not have.

        Args:
            kind: What was listed.
            namespace: Where it was listed; everywhere if None.
            uids: Of all that is in the list; they must have been put.
            version: The list's; what is newer came after it.
        """
        self._listed[kind, namespace] = version
        for record in self._of(kind, namespace):
            if record.uid not in uids and record.version <= version:
                self._drop_any(record)
        if kind in WORKLOADS:
            self._tell(self._missing_targets(kind, namespace))

    def forget(self, kind: str, namespace: str | None) -> None:
        """Forget all of a collection: the API server's own memory went back to an earlier time.

        What was written since never was; versions of that time mean nothing any more.
        """
        self._listed.pop((kind, namespace), None)
        for record in self._of(kind, namespace):
            self._drop_any(record)
        self._tombstones.clear()

    def _of(self, kind: str, namespace: str | None) -> list[RequestRecord | ObjectRecord]:
        """The records of a kind in one namespace, or everywhere."""
        found: list[RequestRecord | ObjectRecord] = (
            [*self._requests.values()]
            if kind == KIND
            else [record for record in self._objects.values() if record.kind == kind]
        )
        return [record for record in found if namespace in (None, record.key.namespace)]

    def _drop_any(self, record: RequestRecord | ObjectRecord) -> None:
        if isinstance(record, RequestRecord):
            self.drop_request(record)
        else:
            self.drop(record)

    def _tell(self, touched: AbstractSet[Key | None], status_only: bool = False) -> None:
        keys = {key for key in touched if key is not None}
        if keys:
            self._wake(keys, status_only)

    def _is_past(
        self,
        kind: str,
        known: RequestRecord | ObjectRecord | None,
        record: RequestRecord | ObjectRecord,
    ) -> bool:
        """Whether the record tells of what was, and is no more."""
        if known is not None and known.version >= record.version:
            return True
        if self._tombstones.get(record.uid, -1) >= record.version:
            return True
        if known is not None and known.uid == record.uid:
            return False
        if kind in WORKLOADS:  # of those a list puts only the targets of that time
            return False
        # All that a list had was put: what else is as old had gone before the list.
        listed = (self._listed.get((kind, place), -1) for place in (None, record.key.namespace))
        return record.version <= max(listed)

    def _put_workload(
        self, record: ObjectRecord, known: ObjectRecord | None, by: Key | None
    ) -> None:
        """Only if it is a target, and nothing that counts ever changes (apps/v1 selectors)."""
        touched = self._dependents.of_target(record.kind, record.key)
        if not touched:
            return
        is_same = known is not None and known.uid == record.uid
        # A watch tells the metadata only; what was read of the same object still holds.
        body = known.body if known is not None and is_same and not record.body else record.body
        self._objects[record.kind, record.key] = replace(record, body=body)
        if not is_same:
            self._tell(touched - {by})

    def _missing_targets(self, kind: str, namespace: str | None) -> set[Key]:
        """The requests whose target isn't known to be there; it may be read at this moment."""
        missing = (
            requests
            for (of_kind, key), requests in self._dependents.targets()
            if of_kind == kind
            and namespace in (None, key.namespace)
            and (kind, key) not in self._objects
        )
        return set(chain.from_iterable(missing))

    def _release(self, known: RequestRecord, successor: RequestRecord | None = None) -> None:
        """Forget what a request named, and the workload that nobody names any more."""
        self._dependents.remove(known)
        target = known.target
        if target is None or target[0] not in WORKLOADS:
            return
        if successor is not None and successor.target == target:
            return
        if not self._dependents.of_target(*target):
            self._objects.pop(target, None)

    def _unlink(self, record: ObjectRecord) -> None:
        place = record.kind, record.key
        discard(self._by_service, record.service_key, place)
        if record.owner is not None:
            discard(self._by_owner, (record.key.namespace, record.owner.uid), place)
        for claim in record.held:
            discard(self._holders, claim, record.key)

    def _bury(self, record: RequestRecord | ObjectRecord) -> None:
        self._tombstones[record.uid] = record.version
        if len(self._tombstones) > _TOMBSTONES:
            self._tombstones.popitem(last=False)


def _asks_the_same(known: RequestRecord, record: RequestRecord) -> bool:
    """Whether a reconcile would want nothing else than before."""
    before = known.uid, known.generation, known.deleting, known.spec
    return before == (record.uid, record.generation, record.deleting, record.spec)
