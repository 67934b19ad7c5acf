"""Reads what a targetRef names: the only objects that are read and not watched."""

from dataclasses import replace
from urllib.parse import quote

from exposer.api import AcceptedRequest, Reason, Refused, selector_of
from exposer.api.request import TargetRef
from exposer.applied.client import Client
from exposer.applied.refusals import ApiError

_COLLECTIONS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "Service": "/api/v1/namespaces/{}/services",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
}


class Targets:
    """Finds the selectors of targets."""

    def __init__(self, client: Client) -> None:
        """Read through ``client``."""
        self._client = client

    async def aim(self, namespace: str, request: AcceptedRequest) -> AcceptedRequest | Refused:
        """The request with the selector of its target, if it has one.

        Raises:
            ApiError: The API server can't tell now.
        """
        if request.target is None:
            return request
        try:
            body = await self._client.send("GET", _path(namespace, request.target))
        except ApiError as error:
            if error.code == 403:
                return Refused(Reason.NOT_PERMITTED, error.message, retry=True)
            if error.code != 404:
                raise
            body = None
        selector = selector_of(request.target, body)
        return selector if isinstance(selector, Refused) else replace(request, selector=selector)


def _path(namespace: str, target: TargetRef) -> str:
    return f"{_COLLECTIONS[target.kind].format(namespace)}/{quote(target.name, safe='')}"
