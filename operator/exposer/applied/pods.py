"""A look at the pods behind a Service, for a diagnosis: a few of them, and only then."""

from collections.abc import Mapping

from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, is_path_segment, object_path
from exposer.observed.pods import HIDDEN, BackingPods, PodRecord, trimmed_pod

_LIMIT = 20  # pods; what is wrong with some is wrong with most
# Those that have run to their end never become endpoints again.
_ALIVE = "status.phase!=Succeeded,status.phase!=Failed"


class PodReader:
    """Looks at pods."""

    def __init__(self, client: Client) -> None:
        """Read through ``client``."""
        self._client = client

    async def read(self, namespace: str, selector: Mapping[str, str]) -> BackingPods:
        """What is behind a selector; nothing where the operator may not look.

        Raises:
            ApiError: The API server can't tell now.
        """
        labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
        query = {"labelSelector": labels, "fieldSelector": _ALIVE, "limit": str(_LIMIT)}
        try:
            path = collection_path("Pod", namespace)
            found = await self._client.send("GET", path, query=query)
            # Those that are being deleted are no reason to wait for them.
            staying = (pod for pod in found["items"] if "deletionTimestamp" not in pod["metadata"])
            pods = tuple(map(trimmed_pod, staying))
            return BackingPods(pods, await self._governing(namespace, pods))
        except ApiError as error:
            if error.code in (403, 404):
                return HIDDEN
            raise

    async def _governing(self, namespace: str, pods: tuple[PodRecord, ...]) -> str | None:
        owner = next((pod.stateful_set for pod in pods if pod.stateful_set), None)
        if owner is None or not is_path_segment(owner):  # an owner reference may say anything
            return None
        found = await self._client.send("GET", object_path("StatefulSet", namespace, owner))
        return str(found["spec"].get("serviceName", ""))
