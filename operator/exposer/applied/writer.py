"""Plan -> API server -> Outcome. The only module that writes to the cluster."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from exposer.api import Reason
from exposer.api.identity import API_VERSION, FIELD_MANAGER, KIND
from exposer.applied.refusals import is_denied, refusal_of
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
from exposer.plan import Apply, Create, Delete, Outcome, Plan, Probe, Refusal, Write
from exposer.plan.claims import claims_of
from exposer.plan.differences import differing_fields
from exposer.plan.foreign import foreign_fields, taken_over
from exposer.plan.outcome import summary
from exposer.plan.overrides import overridden
from exposer.plan.ownership import conflict, taken, wait_for
from exposer.status.told import foreign_parts

log = logging.getLogger("exposer")

_APPLY = {"fieldManager": FIELD_MANAGER, "force": "true"}

# An apply with this resource version makes an object that is not there, and is refused with 409
# where one is. POST would do so too, but the fields would then belong to the manager's updates,
# and later applies could not take them away.
_ABSENT = "1"

_RELEASED_AFTER = (0, 0.1, 0.5)
"""Seconds: the API server lets go of node ports when the Service is gone already (afterDelete)."""


class Writer:
    """Writes plans and statuses, and takes the answers into the store.

    The store wakes whoever else an answer concerns.
    """

    def __init__(self, client: Client, store: Store) -> None:
        """Write through ``client``."""
        self._client = client
        self._store = store

    async def carry_out(self, plan: Plan) -> Outcome:
        """Do the writes in their order, up to the first that is refused.

        Whose plan it is must look at the store again afterwards, as the answers may tell of more
        than what was written.
        """
        for write in plan.writes:
            refusal = self._foreseen(write) or await self._try(plan.request, write)
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
            if foreign := foreign_parts(answer.get("status") or {}, status):
                answer = await self._take_out(request, foreign)
        except ApiError as error:
            if error.code != 404 or is_denied(error):
                raise
            return
        self._store.put_request(trimmed_request(answer), written=status)

    async def _take_out(
        self, request: RequestRecord, operations: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        uid = {"op": "test", "path": "/metadata/uid", "value": request.uid}
        path = f"{object_path(KIND, *request.key)}/status"
        return await self._patch(path, [uid, *operations])

    def _foreseen(self, write: Write) -> Refusal | None:
        """What a dry run doesn't find: it leaves out the allocation (core/v1 service storage)."""
        if not isinstance(write, Probe):
            return None
        for claim in claims_of(write.body):
            holder = self._store.holder_of(claim)
            if holder:
                return taken(claim, holder, _named(write.body)[0])
        return None

    async def _try(self, by: Key, write: Write) -> Refusal | None:
        try:
            refusal = await self._write(by, write)
        except ApiError as error:
            if isinstance(write, Create) and error.code == 409 and not is_denied(error):
                return await self._in_the_way(by, write.body)
            return self.refusal(error, by)
        if done := summary(write):
            log.info("%s: %s", by, done)
        return refusal

    async def _write(self, by: Key, write: Write) -> Refusal | None:
        match write:
            case Create(body, otherwise):
                return await self._create(by, body, otherwise)
            case Apply(body, uid, foreign):
                precondition = {"uid": uid}
                if foreign:
                    version = await self._take_over(by, body, uid, foreign)
                    precondition["resourceVersion"] = version
                return await self._put(by, body, precondition)
            case Probe(body):
                await self._probe(body)
            case Delete(record):
                await self._delete(by, record)
        return None

    async def _create(
        self, by: Key, body: Mapping[str, Any], otherwise: Mapping[str, Any] | None
    ) -> Refusal | None:
        """Create it, if need be ``otherwise``: when somebody has the node ports of the one gone."""
        for seconds in _RELEASED_AFTER if otherwise is not None else ():
            await asyncio.sleep(seconds)
            try:
                return await self._put(by, body, {"resourceVersion": _ABSENT})
            except ApiError as error:
                if error.code != 422:
                    raise
                refusal = self.refusal(error, by)
                if refusal.reason is not Reason.NODE_PORT_TAKEN or refusal.held_by:
                    break
        return await self._put(by, otherwise or body, {"resourceVersion": _ABSENT})

    async def _put(
        self, by: Key, body: Mapping[str, Any], precondition: Mapping[str, str]
    ) -> Refusal | None:
        """Apply; refused if the API server took it, and made something else of it."""
        key, kind = _named(body)
        metadata = {**body["metadata"], **precondition}
        record = trimmed_object(kind, await self._apply(kind, key, {**body, "metadata": metadata}))
        self._store.put(record, by)
        fields = differing_fields(body, record)
        return overridden(record, fields) if fields else None

    async def _apply(
        self, kind: str, key: Key, body: Mapping[str, Any], subresource: str = ""
    ) -> dict[str, Any]:
        path = object_path(kind, *key) + subresource
        return await self._client.send("PATCH", path, body, _APPLY, "application/apply-patch+yaml")

    async def _patch(self, path: str, operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """A JSON patch (RFC 6902)."""
        query, content_type = {"fieldManager": FIELD_MANAGER}, "application/json-patch+json"
        return await self._client.send("PATCH", path, operations, query, content_type)

    async def _probe(self, body: Mapping[str, Any]) -> None:
        """A dry run: the API server checks all but the name before it finds that taken."""
        key, kind = _named(body)
        try:
            path = collection_path(kind, key.namespace)
            await self._client.send("POST", path, body, {"dryRun": "All"})
        except ApiError as error:
            # A quota counts the old one, too, which is to go.
            if error.code not in (403, 409) or is_denied(error):
                raise

    async def _take_over(
        self, by: Key, body: Mapping[str, Any], uid: str, fields: Sequence[str]
    ) -> str:
        """Make fields ours, in ``managedFields`` only (as client-go's csaupgrade does it).

        Returns:
            The resource version that this led to. The apply that follows names it: the API server
            would try it out on an older copy first, and may then keep the node ports that it
            allocated for that (generic registry, Store.Update).
        """
        key, kind = _named(body)
        path = object_path(kind, *key)
        found = await self._client.send("GET", path)
        metadata = found["metadata"]
        if metadata["uid"] != uid:
            raise ApiError(409, {}, f'{kind} "{key.name}" has just been replaced')
        patch = [
            {
                "op": "replace",
                "path": "/metadata/resourceVersion",
                "value": metadata["resourceVersion"],
            },
            {"op": "add", "path": "/metadata/managedFields", "value": taken_over(found, fields)},
        ]
        answer = await self._patch(path, patch)
        self._store.put(trimmed_object(kind, answer), by)
        return str(answer["metadata"]["resourceVersion"])

    async def _delete(self, by: Key, record: ObjectRecord) -> None:
        options = {"preconditions": {"uid": record.uid}}
        try:
            path = object_path(record.kind, *record.key)
            answer = await self._client.send("DELETE", path, options)
        except ApiError as error:
            # Gone already, or succeeded by another object.
            if error.code not in (404, 409) or is_denied(error):
                raise
            return
        if "deletionTimestamp" in answer.get("metadata", {}):  # a finalizer keeps it
            self._store.put(trimmed_object(record.kind, answer), by)
        else:
            self._store.drop(record, by)

    def refusal(self, error: ApiError, by: Key) -> Refusal:
        """What an error means for a request."""
        return refusal_of(error, by.namespace, self._store.holder_of)

    async def _in_the_way(self, by: Key, body: Mapping[str, Any]) -> Refusal | None:
        """What to do about an object of the name that was not known to be taken.

        Endpoints are watched by our label. Those of others don't have it, and ours don't if
        somebody took it off: then it is put back.
        """
        key, kind = _named(body)
        try:
            record = trimmed_object(kind, await self._client.send("GET", object_path(kind, *key)))
        except ApiError as error:
            return self.refusal(error, by)
        if not is_owned_by(record, body["metadata"]["ownerReferences"][0]["uid"]):
            return conflict(record, body)
        if record.deleting:
            return wait_for(record)
        fields = tuple(differing_fields(body, record))
        return await self._try(by, Apply(body, record.uid, foreign_fields(body, record), fields))


def _named(body: Mapping[str, Any]) -> tuple[Key, str]:
    metadata = body["metadata"]
    return Key(metadata["namespace"], metadata["name"]), body["kind"]
