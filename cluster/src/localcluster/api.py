"""A small client of the Kubernetes API: JSON documents over verified, mutual TLS.

Starting a cluster takes a handful of requests. The standard library is enough for those, and
spares every process the import of a generated client.
"""

import http.client
import json
import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from localcluster.layout import Layout

__all__ = ["Api", "ApiError", "Object", "tls_context"]

Object = dict[str, Any]
"""A Kubernetes object, or another JSON document of the API."""


TRIES = 10
"""How often a server may say that it has no time yet, as the storage of a new resource is made."""


class ApiError(Exception):
    """The API server answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        """Keep the HTTP status code, by which callers tell errors apart."""
        super().__init__(f"{code}: {message}")
        self.code = code


class Api:
    """One user's access to an API server; not for use by several threads at once."""

    def __init__(self, server: str, context: ssl.SSLContext, timeout: float = 10) -> None:
        """Remember where and as whom; connects with the first request.

        Args:
            server: The API server's URL.
            context: Whom to trust and which certificate to show, see `tls_context`.
            timeout: How many seconds a request may take.
        """
        address = urlsplit(server)
        self._host = address.hostname or ""
        self._port = address.port
        self._context = context
        self._timeout = timeout
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Object:
        """Read a document."""
        return self.request("GET", path)

    def request(
        self,
        method: str,
        path: str,
        body: Object | list[Object] | None = None,
        kind: str = "application/json",
    ) -> Object:
        """Send one request, again if the server asks for that, and return the answer.

        Args:
            method: The HTTP method.
            path: The path and query.
            body: The document to send.
            kind: The document's media type; it selects the kind of a patch.

        Raises:
            ApiError: The server refused.
            OSError: The server cannot be reached, or isn't whom it should be.
        """
        for _ in range(TRIES):
            response = self._send(method, path, body, kind)
            content = response.read()
            seconds = response.getheader("Retry-After", "")
            if response.status != http.HTTPStatus.TOO_MANY_REQUESTS or not seconds.isdigit():
                break
            time.sleep(int(seconds))
        if response.status >= http.HTTPStatus.BAD_REQUEST:
            raise ApiError(response.status, _message(content))
        document: Object = json.loads(content)
        return document

    def healthy(self, path: str) -> bool:
        """Whether a health endpoint answers 200; a server that isn't there isn't healthy."""
        try:
            response = self._send("GET", path, None, "application/json")
            response.read()
        except ssl.SSLCertVerificationError:
            raise  # time won't mend that
        except (OSError, http.client.HTTPException):
            self.close()
            return False
        return response.status == http.HTTPStatus.OK

    def watch(self, path: str) -> Iterator[Object]:
        """The events of a watch, on a connection of its own, until the server ends it."""
        connection = self._connect()
        try:
            connection.request("GET", path)
            # Between two events any time may pass.
            connection.sock.settimeout(None)
            response = connection.getresponse()
            if response.status != http.HTTPStatus.OK:
                raise ApiError(response.status, _message(response.read()))
            # The last line is incomplete if the server ended while writing it.
            while (line := response.readline()).endswith(b"\n"):
                yield json.loads(line)
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(
        self, method: str, path: str, body: Object | list[Object] | None, kind: str
    ) -> http.client.HTTPResponse:
        content = None if body is None else json.dumps(body).encode()
        reused = self._connection is not None
        connection = self._connection = self._connection or self._connect()
        try:
            connection.request(method, path, content, {"Content-Type": kind})
            return connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.close()
            # A kept connection may have been closed by the server in the meantime.
            if not reused:
                raise
            return self._send(method, path, body, kind)

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            self._host, self._port, context=self._context, timeout=self._timeout
        )


def tls_context(layout: Layout, user: str, authority: str = "ca") -> ssl.SSLContext:
    """Trust one of a cluster's authorities and no other, and show a user's client certificate."""
    context = ssl.create_default_context(cafile=str(layout.certificate(authority)))
    context.load_cert_chain(layout.certificate(user), layout.key(user))
    return context


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace").strip()
