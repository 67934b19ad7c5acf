"""A store whose every call answers whom it woke."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from exposer.observed import Key, News, ObjectRecord, RequestRecord, Store


class Woken:
    """Calls a store, and tells the requests that were woken meanwhile."""

    def __init__(self, *records: RequestRecord | ObjectRecord) -> None:
        """A store that has seen the records, in their order."""
        self._woken: set[Key] = set()
        self.status_only: set[Key] = set()
        self.place_only: set[Key] = set()
        self.store = Store(self._wake)
        for record in records:
            if isinstance(record, RequestRecord):
                self.put_request(record)
            else:
                self.put(record)

    def put_request(
        self, record: RequestRecord, written: Mapping[str, Any] | None = None
    ) -> set[Key]:
        return self.whom(lambda: self.store.put_request(record, written))

    def drop_request(self, record: RequestRecord) -> set[Key]:
        return self.whom(lambda: self.store.drop_request(record))

    def put(self, record: ObjectRecord, by: Key | None = None) -> set[Key]:
        return self.whom(lambda: self.store.put(record, by))

    def drop(self, record: ObjectRecord, by: Key | None = None) -> set[Key]:
        return self.whom(lambda: self.store.drop(record, by))

    def drop_unlisted(
        self, kind: str, namespace: str | None, uids: AbstractSet[str], version: int
    ) -> set[Key]:
        return self.whom(lambda: self.store.drop_unlisted(kind, namespace, uids, version))

    def forget(self, kind: str, namespace: str | None) -> set[Key]:
        return self.whom(lambda: self.store.forget(kind, namespace))

    def whom(self, call: Callable[[], object]) -> set[Key]:
        self._woken, self.status_only, self.place_only = set(), set(), set()
        call()
        return self._woken

    def _wake(self, keys: AbstractSet[Key], news: News) -> None:
        self._woken |= keys
        if news is News.STATUS:
            self.status_only |= keys
        if news is News.PLACE:
            self.place_only |= keys
