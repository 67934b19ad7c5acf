"""One call to the API server: JSON documents there and back, every failure an ApiError."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from kubernetes.aio.client import ApiClient
from prometheus_client import Counter

from exposer.kube.errors import ApiError

CALLS = Counter("exposer_api_calls", "Calls to the API server.", ["verb", "code"])

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_TIMEOUT = aiohttp.ClientTimeout(total=30)  # seconds; the API server's own limit is 60


class Client:
    """Calls the API server as the operator."""

    def __init__(self, client: ApiClient) -> None:
        """Call through ``client``, which knows where and as whom."""
        self._client = client

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """One call.

        Raises:
            ApiError: The API server refused, or could not be reached.
        """
        try:
            call = await self._client.param_serialize(
                method,
                path,
                query_params=list((query or {}).items()),
                header_params={"Accept": "application/json", "Content-Type": content_type},
                body=body,
                auth_settings=["BearerToken"],
            )
            response = await self._client.call_api(*call, _request_timeout=_TIMEOUT)
            content: bytes = await response.response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            CALLS.labels(_VERBS[method], 0).inc()
            message = f"the API server can't be reached: {str(error) or type(error).__name__}"
            raise ApiError(0, {}, message) from error
        CALLS.labels(_VERBS[method], response.status).inc()
        return _answer(response.status, response.headers.get("Retry-After"), content)


def _answer(code: int, retry_after: str | None, content: bytes) -> dict[str, Any]:
    if code < 300:
        answer: dict[str, Any] = json.loads(content)
        return answer
    status = _status(content)
    message = status.get("message") or f"the API server answered with HTTP status {code}"
    delay = timedelta(seconds=int(retry_after)) if retry_after and retry_after.isdigit() else None
    raise ApiError(code, status, message, delay)


def _status(content: bytes) -> dict[str, Any]:
    """The metav1.Status, or nothing where something between us and the API server answered."""
    try:
        status = json.loads(content)
    except ValueError:
        return {}
    return status if isinstance(status, dict) and status.get("kind") == "Status" else {}
