"""One call to the API server: JSON documents there and back, every failure an ApiError."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientTimeout

from exposer.kube.connection import CONNECT_SECONDS, Connection
from exposer.kube.errors import ApiError
from exposer.kube.failures import failure, proxy_refusal

_PROXY_AUTHENTICATION_REQUIRED = 407


class Client:
    """Calls the API server."""

    def __init__(self, connection: Connection, patience: float = 30) -> None:
        """Call over ``connection``, and wait ``patience`` seconds for an answer.

        The API server's own limit is 60.
        """
        self._connection = connection
        self._patience = patience

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """One call.

        Raises:
            ApiError: The API server refused, or could not be reached.
        """
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = content_type
        with self._told():
            response = await self._connection.request(
                method,
                path,
                query=query,
                headers=headers,
                body=None if body is None else _json(body),
                timeout=ClientTimeout(total=self._patience),
            )
            async with response:
                content = await response.read()
        if response.status < 300:
            return self._document(response.status, content)
        raise self._refusal(response.status, content, response.headers.get("Retry-After"))

    async def watch(
        self, path: str, query: Mapping[str, str], accept: str = "application/json"
    ) -> ClientResponse:
        """Begin a watch.

        Returns:
            The answer, of which the events are still to be read; whoever reads them closes it.

        Raises:
            ApiError: The API server refused, or could not be reached.
        """
        with self._told():
            async with asyncio.timeout(self._patience):
                response = await self._connection.request(
                    "GET",
                    path,
                    query={**query, "watch": "true"},
                    headers={"Accept": accept},
                    timeout=ClientTimeout(total=None),
                )
                if response.status < 300:
                    return response
                async with response:
                    content = await response.read()
        raise self._refusal(response.status, content, response.headers.get("Retry-After"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell in the words of the field why there was no answer."""
        try:
            yield
        except (ClientError, TimeoutError) as error:
            access = self._connection.access
            message = failure(error, access, self._patience, CONNECT_SECONDS)
            raise ApiError(0, {}, message) from error

    def _document(self, code: int, content: bytes) -> dict[str, Any]:
        document = _read(content)
        if not isinstance(document, dict):
            raise ApiError(code, {}, f"what answers at {self._server} is not an API server")
        return document

    def _refusal(self, code: int, content: bytes, retry_after: str | None) -> ApiError:
        """The metav1.Status, or nothing where something before the API server answered."""
        status = _read(content)
        if not isinstance(status, dict) or status.get("kind") != "Status":
            status = {}
        message = status.get("message") or f"the API server answered with HTTP status {code}"
        if code == _PROXY_AUTHENTICATION_REQUIRED and self._connection.access.proxy:
            message = proxy_refusal(
                self._connection.access, f"{code} Proxy Authentication Required"
            )
        delay = retry_after or str((status.get("details") or {}).get("retryAfterSeconds") or "")
        seconds = timedelta(seconds=int(delay)) if delay.isdecimal() else None
        return ApiError(code, status, message, seconds)

    @property
    def _server(self) -> str:
        return self._connection.access.server


# What YAML can't hold as it is (YAML 1.2, c-printable): the API server reads an apply as YAML.
_UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of characters, which no UTF-8 can hold


def _json(body: Any) -> bytes:
    """JSON that is YAML, too: without pairs of escapes for one character."""
    text = _SURROGATES.sub("\ufffd", json.dumps(body, ensure_ascii=False))
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
