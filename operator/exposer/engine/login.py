"""kopf's login: the configuration of our writes, in a session that we can listen to."""

from typing import Any

import kopf
from kubernetes.aio.client import Configuration

from exposer.engine.access import load_configuration
from exposer.engine.session import Listener, listening_session


def login_with(
    configuration: Configuration, registry: kopf.OperatorRegistry, listener: Listener
) -> None:
    """Let kopf log in with the configuration, and read it anew when the API server says 401."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        await load_configuration(configuration)
        connection = _connection(configuration)
        return kopf.AiohttpSession(
            server=connection.server, aiohttp_session=listening_session(connection, listener)
        )


def _connection(configuration: Configuration) -> kopf.ConnectionInfo:
    scheme, _space, token = configuration.api_key.get("BearerToken", "").rpartition(" ")
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        scheme=scheme or None,
        token=token.strip() or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
        proxy_url=configuration.proxy,
    )
