"""Plan -> API server -> Outcome. The only module that writes to the cluster."""

import logging
from collections.abc import Mapping
from typing import Any

from exposer.api import Reason
from exposer.api.identity import API_VERSION, FIELD_MANAGER, KIND
from exposer.applied.refusals import refusal_of
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, object_path
from exposer.observed import (
    Key,
    ObjectRecord,
    RequestRecord,
    Store,
    is_owned_by,
    trimmed_object,
    trimmed_request,
)
from exposer.plan import Apply, Create, Delete, Outcome, Plan, Probe, Prune, Refusal, Write
from exposer.plan.claims import claims_of
from exposer.plan.differences import differing_fields
from exposer.plan.overrides import overridden
from exposer.plan.ownership import conflict, taken, wait_for

log = logging.getLogger("exposer")

_APPLY = {"fieldManager": FIELD_MANAGER, "force": "true"}

# An apply with this resource version makes an object that is not there, and is refused with 409
# where one is. POST would do so too, but the fields would then belong to the manager's updates,
# and later applies could not take them away.
_ABSENT = "1"


class Writer:
    """Writes plans and statuses, and takes the answers into the store.

    The store wakes whoever else an answer concerns.
    """

    def __init__(self, client: Client, store: Store) -> None:
        """Write through ``client``."""
        self._client = client
        self._store = store

    async def carry_out(self, request: Key, plan: Plan) -> Outcome:
        """Do the writes in their order, up to the first that is refused.

        Args:
            request: Whose reconcile it is; it must look at the store again afterwards, as the
                answers may tell of more than what was written.
            plan: The writes.
        """
        for write in plan.writes:
            refusal = self._foreseen(write) or await self._try(request, write)
            if refusal:
                return Outcome(refusal)
        return Outcome(plan.refusal)

    async def report(self, request: RequestRecord, status: Mapping[str, Any]) -> None:
        """Write the status; a request that is gone needs none.

        Raises:
            ApiError: It could not be written.
        """
        body = {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {**request.key._asdict(), "uid": request.uid},
            "status": status,
        }
        try:
            answer = await self._apply(KIND, request.key, body, "/status")
        except ApiError as error:
            if error.code == 404:
                return
            raise
        self._store.put_request(trimmed_request(answer), written=status)

    def _foreseen(self, write: Write) -> Refusal | None:
        """What a dry run doesn't find: it leaves out the allocation (core/v1 service storage)."""
        if not isinstance(write, Probe):
            return None
        for claim in claims_of(write.body):
            holder = self._store.holder_of(claim)
            if holder:
                return taken(claim, holder, _named(write.body)[0])
        return None

    async def _try(self, request: Key, write: Write) -> Refusal | None:
        try:
            return await self._write(request, write)
        except ApiError as error:
            return await self._refusal(write, error)

    async def _write(self, request: Key, write: Write) -> Refusal | None:
        match write:
            case Create(body):
                refusal = await self._put(request, body, {"resourceVersion": _ABSENT})
                log.info("%s: created %s", *_named(body))
                return refusal
            case Apply(body, uid):
                refusal = await self._put(request, body, {"uid": uid})
                log.info("%s: updated %s", *_named(body))
                return refusal
            case Probe(body):
                await self._probe(body)
            case Prune(record, surplus):
                await self._prune(request, record, surplus)
                log.info("%s: removed foreign ports from %s", record.key, record.kind)
            case Delete(record):
                await self._delete(request, record)
                log.info("%s: deleted %s", record.key, record.kind)
        return None

    async def _put(
        self, request: Key, body: Mapping[str, Any], precondition: Mapping[str, str]
    ) -> Refusal | None:
        """Apply; refused if the API server took it, and made something else of it."""
        key, kind = _named(body)
        metadata = {**body["metadata"], **precondition}
        record = trimmed_object(kind, await self._apply(kind, key, {**body, "metadata": metadata}))
        self._store.put(record, by=request)
        fields = differing_fields(body, record)
        return overridden(record, fields) if fields else None

    async def _apply(
        self, kind: str, key: Key, body: Mapping[str, Any], subresource: str = ""
    ) -> dict[str, Any]:
        path = object_path(kind, *key) + subresource
        return await self._client.send("PATCH", path, body, _APPLY, "application/apply-patch+yaml")

    async def _probe(self, body: Mapping[str, Any]) -> None:
        """A dry run: the API server checks all but the name before it finds that taken."""
        key, kind = _named(body)
        try:
            path = collection_path(kind, key.namespace)
            await self._client.send("POST", path, body, {"dryRun": "All"})
        except ApiError as error:
            # A quota counts the old one, too, which is to go.
            if error.code not in (403, 409):
                raise

    async def _prune(
        self, request: Key, record: ObjectRecord, surplus: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Remove by index, from the last, each after a test that nothing has moved (RFC 6902)."""
        patch: list[dict[str, Any]] = [{"op": "test", "path": "/metadata/uid", "value": record.uid}]
        for index in sorted(surplus, reverse=True):
            path = f"/spec/ports/{index}"
            patch += [
                {"op": "test", "path": path, "value": surplus[index]},
                {"op": "remove", "path": path},
            ]
        path, manager = object_path(record.kind, *record.key), {"fieldManager": FIELD_MANAGER}
        answer = await self._client.send(
            "PATCH", path, patch, manager, "application/json-patch+json"
        )
        self._store.put(trimmed_object(record.kind, answer), by=request)

    async def _delete(self, request: Key, record: ObjectRecord) -> None:
        options = {"preconditions": {"uid": record.uid}}
        try:
            path = object_path(record.kind, *record.key)
            answer = await self._client.send("DELETE", path, options)
        except ApiError as error:
            if error.code not in (404, 409):  # gone already, or succeeded by another object
                raise
            return
        if "deletionTimestamp" in answer.get("metadata", {}):  # a finalizer keeps it
            self._store.put(trimmed_object(record.kind, answer), by=request)
        else:
            self._store.drop(record, by=request)

    async def _refusal(self, write: Write, error: ApiError) -> Refusal:
        if isinstance(write, Create) and error.code == 409:
            return await self._in_the_way(write.body)
        if isinstance(write, Prune) and error.code in (404, 422):
            return Refusal(Reason.PENDING, f'Service "{write.record.key.name}" has just changed')
        return self.refusal(error)

    def refusal(self, error: ApiError) -> Refusal:
        """What an error means for the request."""
        return refusal_of(error, self._store.holder_of)

    async def _in_the_way(self, body: Mapping[str, Any]) -> Refusal:
        """Who has the name that was not known to be taken: endpoints of others are not watched."""
        key, kind = _named(body)
        try:
            record = trimmed_object(kind, await self._client.send("GET", object_path(kind, *key)))
        except ApiError as error:
            return self.refusal(error)
        if is_owned_by(record, body["metadata"]["ownerReferences"][0]["uid"]):
            if record.deleting:
                return wait_for(record)
            return Refusal(Reason.PENDING, f'{kind} "{key.name}" stands, but was not seen yet')
        return conflict(record)


def _named(body: Mapping[str, Any]) -> tuple[Key, str]:
    metadata = body["metadata"]
    return Key(metadata["namespace"], metadata["name"]), body["kind"]
