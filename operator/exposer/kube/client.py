"""One call to the API server: JSON documents there and back, every failure an ApiError."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientResponse, ClientTimeout

from exposer.kube.connection import CONNECT_SECONDS, Connection
from exposer.kube.decoding import decoded
from exposer.kube.errors import ApiError
from exposer.kube.failures import failure, proxy_refusal
from exposer.kube.list_stream import ListStream, NotAListError

_PROXY_AUTHENTICATION_REQUIRED = 407
_LARGE = 1024 * 1024  # bytes; of answers that are longer, one at a time is read

Item = dict[str, Any]


class Page(NamedTuple):
    """What a list tells beside its items.

    Attributes:
        metadata: metav1.ListMeta: the version, and how to go on.
        size: Bytes of JSON.
    """

    metadata: Mapping[str, Any]
    size: int


class Client:
    """Calls the API server."""

    def __init__(self, connection: Connection, patience: float = 30) -> None:
        """Call over ``connection``, and wait ``patience`` seconds for an answer.

        The API server's own limit is 60.
        """
        self._connection = connection
        self._patience = patience
        self._large = asyncio.Lock()

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
                content = await self._content(response)
        if response.status < 300:
            return self._document(response.status, content)
        raise self._refusal(response.status, content, response.headers.get("Retry-After"))

    async def read_list(
        self,
        path: str,
        take: Callable[[Item], None],
        query: Mapping[str, str] | None = None,
        accept: str = "application/json",
    ) -> Page:
        """Read a list, or a page of one, without ever having all of it in memory.

        Args:
            path: The collection's.
            take: Gets each item, as soon as that has come; it should keep what it needs only.
            query: Parameters.
            accept: The media type to ask for.

        Raises:
            ApiError: The API server refused, or could not be reached, or the list is not complete;
                some of its items may have been taken.
        """
        stream, content, error = ListStream(), b"", None
        with self._told():
            response = await self._connection.request(
                "GET",
                path,
                query=query,
                # 64 kB of compressed bytes may be as many MB of the same character.
                headers={"Accept": accept, "Accept-Encoding": "identity"},
                timeout=ClientTimeout(total=None, sock_read=self._patience),
            )
            async with response:
                if response.status < 300:
                    error = await _read_items(response, stream, take)
                else:
                    content = await self._content(response)
        if error is not None:
            raise self._no_api_server(response.status) from error
        if response.status >= 300:
            raise self._refusal(response.status, content, response.headers.get("Retry-After"))
        return Page(stream.metadata, stream.size)

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
                    content = await self._content(response)
        raise self._refusal(response.status, content, response.headers.get("Retry-After"))

    async def _content(self, response: ClientResponse) -> bytes:
        """All of it; when many objects of megabytes are asked for, one after the other."""
        content = bytearray()
        while len(content) < _LARGE:
            chunk = await response.content.readany()
            if not chunk:
                return bytes(content)
            content += chunk
        async with self._large:
            while chunk := await response.content.readany():
                content += chunk
            return bytes(content)

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
            raise self._no_api_server(code)
        return document

    def _no_api_server(self, code: int) -> ApiError:
        return ApiError(code, {}, f"what answers at {self._server} is not an API server")

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


async def _read_items(
    response: ClientResponse, stream: ListStream, take: Callable[[Item], None]
) -> NotAListError | None:
    try:
        while chunk := await response.content.readany():
            for item in stream.feed(chunk):
                take(item)
        for item in stream.close():
            take(item)
    except NotAListError as error:
        return error
    return None


# What YAML can't hold as it is (YAML 1.2, c-printable): the API server reads an apply as YAML.
_UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of characters, which no UTF-8 can hold


def _json(body: Any) -> bytes:
    """JSON that is YAML, too: without pairs of escapes for one character."""
    text = _SURROGATES.sub("\ufffd", json.dumps(body, ensure_ascii=False))
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _read(content: bytes) -> Any:
    try:
        return decoded(content.decode(errors="replace"))
    except ValueError:
        return None
