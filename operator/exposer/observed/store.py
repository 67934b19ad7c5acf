"""The cache of what stands: all records, by key and by owner; each change wakes whom it touches."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain
from typing import Any

from exposer.api.identity import KIND
from exposer.api.target import WORKLOADS
from exposer.observed.lines import Lines
from exposer.observed.records import Claim, Key, News, ObjectRecord, RequestRecord, Snapshot
from exposer.observed.target_index import Place, TargetIndex, discard

_TOMBSTONES = 1024  # deletions that are remembered

Wake = Callable[[AbstractSet[Key], News], None]
"""Takes the requests that a change touches, and what it means for them."""


def _wake_nobody(_touched: AbstractSet[Key], _news: News) -> None:
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
        self._targets = TargetIndex()
        self._lines = Lines()
        self._invalid: set[Key] = set()
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

    def older(self, request: RequestRecord) -> Key | None:
        """The next older request that wants the same Service, if there is one."""
        return self._lines.before(request, request.service_key)

    def holder_of(self, claim: int | str) -> Key | None:
        """The Service that has the node port or the ClusterIP."""
        return min(self._holders.get(claim, ()), default=None)

    def want(self, request: RequestRecord, is_valid: bool) -> None:
        """Let a request stand in line for its Service's name; not if its spec can't be carried out.

        A new one does, until it was reconciled, unless its status says that it can't.
        """
        if request.key in self._requests:
            (self._invalid.discard if is_valid else self._invalid.add)(request.key)
        self._line_up(request, self._waits_for(request.key))

    def wait(self, request: RequestRecord, claim: int | str | None) -> Key | None:
        """Let a request stand in line for a node port or a ClusterIP that another Service has.

        The first in line is woken when another Service has it, or none, and each other when it has
        another one before it.

        Args:
            request: Who waits.
            claim: For what; None to wait no more.

        Returns:
            Who is right before it in line.
        """
        self._line_up(request, frozenset() if claim is None else {claim})
        return None if claim is None else self._lines.before(request, claim)

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
        if known is None or not _asks_the_same(known, record):
            self._tell({record.key})
        elif record.status != (known.status if written is None else written):
            self._tell({record.key}, News.STATUS)
        if known:
            self._release(known, record)
        if known is None or known.uid != record.uid:
            (self._invalid.add if record.is_told_invalid else self._invalid.discard)(record.key)
        self._requests[record.key] = record
        self._targets.add(record)
        self._line_up(record, self._waits_for(record.key))

    def drop_request(self, record: RequestRecord) -> None:
        """Forget a request that was deleted; it is touched itself, so that all forget it."""
        self._bury(record)
        known = self._requests.get(record.key)
        if known is None or known.uid != record.uid or known.version > record.version:
            return
        del self._requests[record.key]
        self._invalid.discard(record.key)
        self._release(known)
        self._tell({record.key})
        self._stand(known, frozenset())

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
        if known is not None and replace(record, version=known.version) == known:
            self._objects[place] = record  # nothing that anybody reads has changed
            return
        touched = self._touched_by(record)
        if known:
            touched |= self._touched_by(known)
            self._unlink(known)
        if record.kind == "Service" and (known is None or _aims_at(known) != _aims_at(record)):
            touched |= self._targets.of(place)
        self._objects[place] = record
        self._by_service[record.service_key].add(place)
        if record.owner is not None and record.owner.kind == KIND:
            self._by_owner[record.key.namespace, record.owner.uid].add(place)
        for claim in record.held:
            self._holders[claim].add(record.key)
        touched |= self._first_in_line(record.held ^ (known.held if known else frozenset()))
        self._tell(touched - {by}, News.STATUS if record.is_the_clusters else News.CHANGE)

    def drop(self, record: ObjectRecord, by: Key | None = None) -> None:
        """Forget an object that was deleted.

        Args:
            record: The object.
            by: The request in whose reconcile it was deleted.
        """
        self._bury(record)
        place = record.kind, record.key
        known = self._objects.get(place)
        if known is None:  # a target may be read at the very moment when it goes
            self._tell(self._targets.of(place) - {by})
            return
        if known.uid != record.uid or known.version > record.version:
            return
        del self._objects[place]
        self._unlink(known)
        if known.kind in WORKLOADS:
            self._targets.miss(place)
        touched = self._targets.of(place) | self._touched_by(known)
        self._tell((touched | self._first_in_line(known.held)) - {by})

    def miss(self, kind: str, key: Key) -> None:
        """A workload was not there when it was read, and a watch would tell if it came."""
        if self.find(kind, key) is None:
            self._targets.miss((kind, key))

    def is_missing(self, kind: str, key: Key) -> bool:
        """Whether a workload is known not to be there, as long as its kind is watched."""
        return self._targets.is_missing((kind, key))

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
        for place, _ in self._targets.all():
            self._targets.find(place)
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

    def _touched_by(self, record: ObjectRecord) -> set[Key | None]:
        """The requests that own the object or its Service, and the first that wants that name."""
        if record.kind in WORKLOADS:
            return set()
        service = self._objects.get(("Service", record.service_key))
        owners = {_owner_of(record), _owner_of(service), self._lines.first(record.service_key)}
        return {*owners}

    def _first_in_line(self, claims: AbstractSet[Claim]) -> set[Key | None]:
        """Who waits for what a Service has come to have, or has no more."""
        return {self._lines.first(claim) for claim in claims}

    def _waits_for(self, request: Key) -> AbstractSet[Claim]:
        """The node port or the ClusterIP that a request stands in line for."""
        claims = self._lines.claims_of(request)
        return {claim for claim in claims if not isinstance(claim, Key)}

    def _line_up(self, request: RequestRecord, waits_for: AbstractSet[Claim]) -> None:
        """Let a request stand in line where it belongs, and wake those whose place that changes."""
        known = self._requests.get(request.key)
        if known is None or known.uid != request.uid:
            return  # it went while it was reconciled
        claims: set[Claim] = set()
        if not known.deleting:
            claims |= waits_for
            if known.key not in self._invalid:
                claims.add(known.service_key)
        self._stand(known, claims)

    def _stand(self, request: RequestRecord, claims: AbstractSet[Claim]) -> None:
        first, others = self._lines.stand(request, claims)
        self._tell(first)
        self._tell(others - first, News.PLACE)

    def _tell(self, touched: AbstractSet[Key | None], news: News = News.CHANGE) -> None:
        keys = {key for key in touched if key is not None}
        if keys:
            self._wake(keys, news)

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
        touched = self._targets.of((record.kind, record.key))
        if not touched:
            return
        self._targets.find((record.kind, record.key))
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
            for (of_kind, key), requests in self._targets.all()
            if of_kind == kind
            and namespace in (None, key.namespace)
            and (kind, key) not in self._objects
        )
        return set(chain.from_iterable(missing))

    def _release(self, known: RequestRecord, successor: RequestRecord | None = None) -> None:
        """Forget what a request named, and the workload that nobody names any more."""
        self._targets.remove(known)
        target = known.target
        if target is None or target[0] not in WORKLOADS:
            return
        if successor is not None and successor.target == target:
            return
        if not self._targets.of(target):
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


def _owner_of(record: ObjectRecord | None) -> Key | None:
    """The request that is the object's controller."""
    if record is None or record.owner is None or record.owner.kind != KIND:
        return None
    return Key(record.key.namespace, record.owner.name)


def _aims_at(record: ObjectRecord) -> tuple[Any, ...]:
    """What a targetRef reads of a Service: its selector, and whose that is."""
    return record.uid, record.owner, record.body.get("spec", {}).get("selector")


def _asks_the_same(known: RequestRecord, record: RequestRecord) -> bool:
    """Whether a reconcile would want nothing else than before."""
    before = known.uid, known.generation, known.deleting, known.spec
    return before == (record.uid, record.generation, record.deleting, record.spec)
