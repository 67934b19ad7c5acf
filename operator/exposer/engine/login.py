"""kopf's login: the way of our own calls, in a session that we can listen to."""

from typing import Any

import kopf

from exposer.engine.session import Listener, listening_session
from exposer.kube import Connection


def login_with(connection: Connection, registry: kopf.OperatorRegistry, listener: Listener) -> None:
    """Let kopf log in as we do, and again when the API server says 401."""
    first = True

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        nonlocal first
        if not first:
            await connection.renew()
        first = False
        access = connection.access
        return kopf.AiohttpSession(
            server=access.server, aiohttp_session=listening_session(access, listener)
        )
