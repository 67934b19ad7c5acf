"""Reads what a targetRef names: the only objects that are read and not watched."""

from dataclasses import replace

from exposer.api import AcceptedRequest, Reason, Refused, selector_of
from exposer.applied.client import Client
from exposer.applied.paths import object_path
from exposer.applied.refusals import ApiError


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
        path = object_path(request.target.kind, namespace, request.target.name)
        try:
            body = await self._client.send("GET", path)
        except ApiError as error:
            if error.code == 403:
                return Refused(Reason.NOT_PERMITTED, error.message, retry=True)
            if error.code != 404:
                raise
            body = None
        selector = selector_of(request.target, body)
        return selector if isinstance(selector, Refused) else replace(request, selector=selector)
