"""What a call that got no answer is told as: who did not do what, in the words of the field."""

import os
import ssl

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientHttpProxyError,
    ClientProxyConnectionError,
    ConnectionTimeoutError,
    ServerDisconnectedError,
)
from yarl import URL

from exposer.kube.access import Access
from exposer.kube.guard import REFUSAL


def failure(error: Exception, access: Access, patience: float, connect: float) -> str:
    """What to tell people.

    Args:
        error: What aiohttp raised.
        access: How the API server was to be reached.
        patience: For how many seconds an answer was waited for.
        connect: For how many seconds a connection was waited for.
    """
    server = f"the API server at {_place(access.server)}"
    through = f" through the proxy at {_place(access.proxy)}" if access.proxy else ""
    match error:
        case ClientHttpProxyError(status=status, message=message):
            return proxy_refusal(access, f"{status} {message}")
        case ClientProxyConnectionError():
            return f"the proxy at {_place(access.proxy or '')} can't be reached: {_why(error)}"
        case ClientConnectorCertificateError(certificate_error=problem):
            return f"{server} shows a certificate that is not trusted: {_verdict(problem)}"
        case ClientConnectorSSLError():
            verdict = _verdict(error.os_error)
            return f"{server} can't be reached{through}: the TLS handshake failed: {verdict}"
        case ClientConnectorDNSError():
            return f"{server} can't be reached{through}: no address is known for its host"
        case ClientConnectorError():
            return f"{server} can't be reached{through}: {_why(error)}"
        case ConnectionTimeoutError():
            return f"{server} can't be reached{through}: no connection within {connect:g} s"
        case TimeoutError():
            return f"{server} did not answer within {patience:g} s"
        case ServerDisconnectedError():
            return f"{server} closed the connection without an answer"
        case ClientConnectionError(args=(str(words),)) if words == REFUSAL:
            return REFUSAL
    return f"{server} can't be reached{through}: {str(error) or type(error).__name__}"


def proxy_refusal(access: Access, answer: str) -> str:
    """What to tell when a proxy answered in the API server's place."""
    advice = ""
    if answer.startswith("407"):
        advice = "; put user and password into its URL: http://USER:PASSWORD@HOST:PORT"
    return f"the proxy at {_place(access.proxy or '')} refused: {answer}{advice}"


def _place(url: str) -> str:
    """Host and port; a URL may hold a password, too."""
    parts = URL(url)
    return f"{parts.host_subcomponent}:{parts.port}"


def _why(error: ClientConnectorError) -> str:
    """The system's words without the capital; asyncio's own are about its functions."""
    number = error.os_error.errno
    words = os.strerror(number) if number else str(error.os_error)
    return words[:1].lower() + words[1:]


def _verdict(problem: Exception) -> str:
    """OpenSSL's words without the place in its source."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return problem.verify_message.rstrip(".")
    if isinstance(problem, ssl.SSLError) and problem.reason:
        return problem.reason.replace("_", " ").lower()
    return str(problem)
