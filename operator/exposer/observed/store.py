"""All records, by key and by owner; every change answers which requests it touches."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import TypeVar

from exposer.api.identity import KIND
from exposer.api.target import WORKLOADS
from exposer.observed.records import Key, ObjectRecord, RequestRecord, Snapshot

_REMEMBERED_DELETIONS = 1024

_K = TypeVar("_K")
_V = TypeVar("_V")


class Store:
    """What stands, as far as it has been seen; fed by watches and by the answers to our writes.

    Both may tell of the same object in any order, so an older version never replaces a newer one,
    and an object that is gone does not come back by what was told of it before it went.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._requests: dict[Key, RequestRecord] = {}
        self._claims: defaultdict[Key, set[Key]] = defaultdict(set)
        self._aims: defaultdict[tuple[str, Key], set[Key]] = defaultdict(set)
        self._waits: dict[Key, Key] = {}
        self._objects: dict[tuple[str, Key], ObjectRecord] = {}
        self._by_service: defaultdict[Key, set[tuple[str, Key]]] = defaultdict(set)
        # An owner is in the namespace of what it owns; a reference to any other owns nothing.
        self._by_owner: defaultdict[tuple[str, str], set[tuple[str, Key]]] = defaultdict(set)
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._listed: dict[tuple[str, str | None], int] = {}

    @property
    def requests(self) -> Collection[RequestRecord]:
        """All requests."""
        return self._requests.values()

    def request(self, key: Key) -> RequestRecord | None:
        """The request, if there is one."""
        return self._requests.get(key)

    def snapshot(self, request: RequestRecord) -> Snapshot:
        """What stands under the name that the request wants, and all that it owns."""
        places = chain(
            self._by_service.get(request.service_key, ()),
            self._by_owner.get((request.key.namespace, request.uid), ()),
        )
        return Snapshot(tuple(self._objects[place] for place in sorted(set(places))))

    def senior(self, request: RequestRecord) -> Key | None:
        """The oldest request that wants the same Service, if that is another one."""
        claims = [self._requests[key] for key in self._claims.get(request.service_key, ())]
        living = [claim for claim in claims if not claim.deleting]
        oldest = min(living, key=lambda claim: claim.seniority, default=request)
        return None if oldest.uid == request.uid else oldest.key

    def holder_of(self, claim: int | str) -> Key | None:
        """The Service that has the node port, for health checks or others, or the ClusterIP."""
        for (kind, key), record in self._objects.items():
            if kind == "Service":
                spec = record.body.get("spec", {})
                ports = {port.get("nodePort") for port in spec.get("ports", ())}
                ports.add(spec.get("healthCheckNodePort"))
                if claim in ports or claim in spec.get("clusterIPs", ()):
                    return key
        return None

    def wait(self, request: Key, service: Key | None) -> None:
        """Let each change of a Service touch a request that wants what it has; None: of none."""
        if service is None:
            self._waits.pop(request, None)
        else:
            self._waits[request] = service

    def put_request(self, record: RequestRecord) -> AbstractSet[Key]:
        """Take in a request.

        Returns:
            The keys of the requests that must be reconciled; none if it was known already.
        """
        known = self._requests.get(record.key)
        if self._is_past(KIND, known, record):
            return frozenset()
        touched = {record.key}
        if known:
            self._unclaim(known)
            if known.service_key != record.service_key:  # others may have that name now
                touched |= self._claims.get(known.service_key, set())
        self._requests[record.key] = record
        self._claims[record.service_key].add(record.key)
        if record.target:
            self._aims[record.target].add(record.key)
        return touched

    def drop_request(self, record: RequestRecord) -> AbstractSet[Key]:
        """Forget a request that was deleted; whoever wanted its Service's name may have it now."""
        self._bury(record)
        known = self._requests.get(record.key)
        if known is None or known.uid != record.uid or known.version > record.version:
            return frozenset()
        del self._requests[record.key]
        self.wait(record.key, None)
        self._unclaim(known)
        return self._claims.get(known.service_key, frozenset()).copy()

    def put(self, record: ObjectRecord) -> AbstractSet[Key]:
        """Take in an object; returns the requests that it touches."""
        place = record.kind, record.key
        known = self._objects.get(place)
        if self._is_past(record.kind, known, record):
            return frozenset()
        if record.kind in WORKLOADS:
            return self._put_workload(record, known)
        touched = self._touched(record)
        if known:
            touched |= self._touched(known)
            self._unlink(known)
        self._objects[place] = record
        self._by_service[record.service_key].add(place)
        if record.owner is not None and record.owner.kind == KIND:
            self._by_owner[record.key.namespace, record.owner.uid].add(place)
        return touched

    def drop(self, record: ObjectRecord) -> AbstractSet[Key]:
        """Forget an object that was deleted; returns the requests that it touches."""
        self._bury(record)
        known = self._objects.get((record.kind, record.key))
        if known is None:  # a target may be read at the very moment when it goes
            return self._aimed(record)
        if known.uid != record.uid or known.version > record.version:
            return frozenset()
        del self._objects[record.kind, record.key]
        self._unlink(known)
        return self._touched(known)

    def drop_unlisted(
        self, kind: str, namespace: str | None, uids: AbstractSet[str], version: int
    ) -> AbstractSet[Key]:
        """Forget what a complete list does not have.

        Args:
            kind: What was listed.
            namespace: Where it was listed; everywhere if None.
            uids: Of all that is in the list; they must have been put.
            version: The list's; what is newer came after it.

        Returns:
            The requests that this touches.
        """
        self._listed[kind, namespace] = version

        def is_gone(record: RequestRecord | ObjectRecord) -> bool:
            return (
                record.uid not in uids
                and record.version <= version
                and namespace in (None, record.key.namespace)
            )

        touched: set[Key] = set()
        if kind == KIND:
            for request in list(filter(is_gone, self._requests.values())):
                touched |= self.drop_request(request)
        else:
            for record in list(filter(is_gone, self._objects.values())):
                if record.kind == kind:
                    touched |= self.drop(record)
        if kind in WORKLOADS:
            touched |= self._missing_targets(kind, namespace)
        return touched

    def _is_past(
        self,
        kind: str,
        known: RequestRecord | ObjectRecord | None,
        record: RequestRecord | ObjectRecord,
    ) -> bool:
        """Whether the record tells of what was, and is no more."""
        if known is not None and known.version >= record.version:
            return True
        if self._gone.get(record.uid, -1) >= record.version:
            return True
        if known is not None and known.uid == record.uid:
            return False
        if kind in WORKLOADS:  # of those a list puts only the targets of that time
            return False
        # All that a list had was put: what else is as old had gone before the list.
        listed = (self._listed.get((kind, place), -1) for place in (None, record.key.namespace))
        return record.version <= max(listed)

    def _put_workload(self, record: ObjectRecord, known: ObjectRecord | None) -> AbstractSet[Key]:
        """Only that it is there, and only if it is a target: nothing that counts ever changes."""
        touched = self._aimed(record)
        if touched:
            self._objects[record.kind, record.key] = record
        return frozenset() if known and known.uid == record.uid else touched

    def _missing_targets(self, kind: str, namespace: str | None) -> set[Key]:
        """The requests whose target isn't known to be there; it may be read at this moment."""
        missing = (
            aiming
            for (of_kind, key), aiming in self._aims.items()
            if of_kind == kind
            and namespace in (None, key.namespace)
            and (kind, key) not in self._objects
        )
        return set(chain.from_iterable(missing))

    def _touched(self, record: ObjectRecord) -> set[Key]:
        touched = self._aimed(record)
        if record.kind in WORKLOADS:
            return touched
        touched.update(self._claims.get(record.service_key, ()))
        if record.kind == "Service":
            touched.update(key for key, holder in self._waits.items() if holder == record.key)
        if record.owner is not None and record.owner.kind == KIND:
            touched.add(Key(record.key.namespace, record.owner.name))
        return touched

    def _aimed(self, record: ObjectRecord) -> set[Key]:
        """The requests that name the object as their target."""
        return set(self._aims.get((record.kind, record.key), ()))

    def _unclaim(self, record: RequestRecord) -> None:
        _discard(self._claims, record.service_key, record.key)
        if record.target:
            _discard(self._aims, record.target, record.key)
            kind, _ = record.target
            if kind in WORKLOADS and record.target not in self._aims:
                self._objects.pop(record.target, None)

    def _unlink(self, record: ObjectRecord) -> None:
        place = record.kind, record.key
        _discard(self._by_service, record.service_key, place)
        if record.owner is not None:
            _discard(self._by_owner, (record.key.namespace, record.owner.uid), place)

    def _bury(self, record: RequestRecord | ObjectRecord) -> None:
        self._gone[record.uid] = record.version
        if len(self._gone) > _REMEMBERED_DELETIONS:
            self._gone.popitem(last=False)


def _discard(index: defaultdict[_K, set[_V]], key: _K, value: _V) -> None:
    """Take the value out of the key's set, and the set out of the index once it is empty."""
    if key in index:
        index[key].discard(value)
        if not index[key]:
            del index[key]
