"""A server that stands in for the API server, where a test needs its connections: over TLS."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from localcluster.controlplane.pki import Authority

AUTHORITY = Authority.create("kubernetes")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Taken:
    """A request that came in whole."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    authorization: str | None = None


class ApiServer:
    """Takes every request of who has a token that counts; within an ``async with`` block.

    Attributes:
        taken: The requests that were let in, in order; those that end before their body does are
            not among them.
        refused: How many were answered with 401.
        tokens: Those that count; None if anybody may come.
        hosts: For which names the certificate is; without any there is no TLS.
        answer: Answers in place of an empty document.
    """

    def __init__(self, folder: Path, *hosts: str, authority: Authority = AUTHORITY) -> None:
        self.taken: list[Taken] = []
        self.refused = 0
        self.tokens: set[str] | None = None
        self.headers: list[Any] = []
        self.answer: Answer | None = None
        self._tls = _server_context(folder, hosts, authority) if hosts else None

    @property
    def url(self) -> str:
        """As clients on this machine reach it."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(
            web.Server(self._take, access_log=None), shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        authorization = request.headers.get("Authorization")
        scheme, _space, token = (authorization or "").partition(" ")
        if self.tokens is not None and (scheme != "Bearer" or token not in self.tokens):
            self.refused += 1
            return web.json_response({"kind": "Status", "message": "Unauthorized"}, status=401)
        self.headers.append(request.headers.copy())
        self.taken.append(Taken(request.method, request.path_qs, body, authorization))
        if self.answer is not None:
            return await self.answer(request)  # type: ignore[arg-type]
        return web.json_response({})


def _server_context(folder: Path, hosts: tuple[str, ...], authority: Authority) -> ssl.SSLContext:
    certificate, key = folder / "server.crt", folder / "server.key"
    authority.server("kube-apiserver", hosts).write(certificate, key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(cadata=authority.credential.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
