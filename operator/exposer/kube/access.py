"""Where the API server is, and as whom to call it: found where kubectl finds it, in one order."""

import asyncio
import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from aiohttp import ClientError

from exposer.kube.errors import AccessError
from exposer.kube.kubeconfig import Context, read_context
from exposer.kube.plugins import SECONDS, ask_plugin
from exposer.kube.proxies import proxy_for
from exposer.kube.tls import TlsMaterial, ssl_context

__all__ = ["Access", "AccessError", "find_access"]

Section = Mapping[str, Any]

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a Pod has the files of its ServiceAccount."""

_FILE_COUNTS = timedelta(minutes=1)  # as client-go: tokens in files change while they still count
_HEADER_KEY = "!#$&'*+-.^_`|~"  # what may be in a header's name beside letters and digits: RFC 9110


@dataclass(frozen=True, slots=True)
class Access:
    """A way to the API server.

    Attributes:
        server: Its URL, without a slash at the end.
        ssl: As aiohttp takes it; True for a server without TLS.
        server_hostname: Whose certificate the server must show, if not that of its host.
        proxy: The URL of the proxy on the way.
        authorization: The value of the header.
        headers: More headers: whom to act as, where that is somebody else.
        namespace: That of the context, or of the Pod.
        source: Where all that was found, for the log.
        good_for: After how long it is to be found anew, whether or not it still counts.
        tls: Tells whether the content of ``ssl`` has changed.
    """

    server: str
    ssl: SSLContext | bool = field(default=True, compare=False, repr=False)
    server_hostname: str | None = None
    proxy: str | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    namespace: str = "default"
    source: str = ""
    good_for: timedelta | None = None
    tls: str = ""

    @property
    def route(self) -> tuple[object, ...]:
        """What a connection depends on: one that is open serves for all that share it."""
        return self.server, self.server_hostname, self.proxy, self.tls


async def find_access(
    kubeconfig: str | None,
    context: str | None,
    environ: Mapping[str, str] = os.environ,
    service_account: Path = SERVICE_ACCOUNT,
) -> Access:
    """Find the way: ``--kubeconfig``, KUBECONFIG, the Pod's ServiceAccount, ``~/.kube/config``.

    Args:
        kubeconfig: The file that the user names.
        context: Its context that the user names; there is none in a Pod's ServiceAccount.
        environ: The environment.
        service_account: The folder with the files of the Pod's ServiceAccount.

    Raises:
        AccessError: There is none.
    """
    nothing_named = not (kubeconfig or context or environ.get("KUBECONFIG"))
    if nothing_named and _in_a_pod(environ, service_account):
        return _of_the_pod(environ, service_account)
    location, files = _files(kubeconfig, context, environ)
    try:
        chosen = read_context(files, context)
        source = f'the kubeconfig {location} (context "{chosen.name}")'
        return await _of_a_context(chosen, source, environ)
    except AccessError as error:
        raise AccessError(f"the kubeconfig at {location} can't be used: {error}") from error


def _files(
    kubeconfig: str | None, context: str | None, environ: Mapping[str, str]
) -> tuple[str, list[Path]]:
    """The kubeconfig's files, of which at least one is there, and how the user knows them."""
    if kubeconfig:
        location, named = kubeconfig, [kubeconfig]
        problem = f"there is no kubeconfig at {location}"
    elif location := environ.get("KUBECONFIG", ""):
        named = [each for each in location.split(os.pathsep) if each]
        problem = f"there is no kubeconfig at {location}, which KUBECONFIG names"
    else:
        location = os.path.join(environ.get("HOME") or "~", ".kube", "config")
        named = [location]
        problem = (
            f"can't connect to a cluster: there is no kubeconfig at {location}"
            f"{'' if context else _why_not_as_a_pod(environ)}; name one with --kubeconfig or "
            "KUBECONFIG"
        )
    files = [Path(os.path.expanduser(each)) for each in named]
    if not any(file.exists() for file in files):
        raise AccessError(problem)
    return location, files


def _why_not_as_a_pod(environ: Mapping[str, str]) -> str:
    if environ.get("KUBERNETES_SERVICE_HOST"):
        return ", and this Pod has no ServiceAccount token (see automountServiceAccountToken)"
    return ", and this is not a Pod"


def _in_a_pod(environ: Mapping[str, str], folder: Path) -> bool:
    variables = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
    return all(map(environ.get, variables)) and (folder / "token").exists()


def _of_the_pod(environ: Mapping[str, str], folder: Path) -> Access:
    host = environ["KUBERNETES_SERVICE_HOST"]
    host = f"[{host}]" if ":" in host else host
    server = f"https://{host}:{environ['KUBERNETES_SERVICE_PORT']}"
    try:
        token = _content(folder / "token").decode().strip()
        material = TlsMaterial(_content(folder / "ca.crt"))
        namespace = folder / "namespace"
        return Access(
            server,
            ssl_context(material),
            proxy=proxy_for(server, None, environ),
            authorization=f"Bearer {token}",
            namespace=namespace.read_text().strip() if namespace.exists() else "default",
            source="this Pod's ServiceAccount",
            good_for=_FILE_COUNTS,
            tls=material.digest,
        )
    except AccessError as error:
        raise AccessError(f"this Pod's ServiceAccount can't be used: {error}") from error


async def _of_a_context(context: Context, source: str, environ: Mapping[str, str]) -> Access:
    cluster, user = context.cluster, context.user
    credentials = await _credentials(context, environ)
    material = TlsMaterial(
        _file_or_data(cluster, "certificate-authority"),
        credentials.certificate,
        credentials.key,
        verify=not cluster.get("insecure-skip-tls-verify"),
    )
    server = _server(cluster, material)
    secure = server.startswith("https:")
    return Access(
        server,
        ssl_context(material) if secure else True,
        server_hostname=(cluster.get("tls-server-name") or None) if secure else None,
        proxy=proxy_for(server, cluster.get("proxy-url"), environ),
        authorization=credentials.authorization,
        headers=tuple(_impersonation(user)),
        namespace=context.namespace,
        source=source,
        good_for=credentials.good_for,
        tls=material.digest if secure else "",
    )


def _server(cluster: Section, material: TlsMaterial) -> str:
    """The URL; without a scheme it is what client-go would take it for."""
    server = str(cluster.get("server") or "").rstrip("/")
    if server and "://" not in server:
        secure = material.authorities or material.certificate or not material.verify
        server = f"http{'s' if secure else ''}://{server}"
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise AccessError(f'the server of its cluster is "{server}": write https://HOST:PORT')
    return server


class _Credentials(NamedTuple):
    authorization: str | None = None
    certificate: bytes | None = None
    key: bytes | None = None
    good_for: timedelta | None = None


async def _credentials(context: Context, environ: Mapping[str, str]) -> _Credentials:
    """A user's certificate, and what goes into the header: a token goes before all else."""
    user = context.user
    certificate = _file_or_data(user, "client-certificate")
    key = _file_or_data(user, "client-key")
    if certificate and not key:
        raise AccessError("its user has a client-certificate without client-key")
    shown = _Credentials(certificate=certificate, key=key)
    if user.get("token") or user.get("tokenFile"):
        token, good_for = _token(user)
        return shown._replace(authorization=f"Bearer {token}", good_for=good_for)
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password') or ''}".encode()
        return shown._replace(authorization=f"Basic {base64.b64encode(pair).decode()}")
    if user.get("auth-provider"):
        return shown._replace(authorization=await _of_auth_provider(user["auth-provider"]))
    if plugin := user.get("exec"):
        given = await ask_plugin(plugin, context.cluster, environ)
        return _Credentials(
            authorization=f"Bearer {given.token}" if given.token else None,
            certificate=given.certificate or certificate,
            key=given.key or key,
            good_for=given.expires - datetime.now(UTC) if given.expires else None,
        )
    return shown


def _token(user: Section) -> tuple[str, timedelta | None]:
    """The token; of two the one in a file counts, as long as it can be read (core/v1 Config)."""
    token, file = str(user.get("token") or ""), user.get("tokenFile")
    if not file:
        return token, None
    try:
        return _content(Path(file)).decode().strip(), _FILE_COUNTS
    except AccessError:
        if not token:
            raise
        return token, _FILE_COUNTS


async def _of_auth_provider(provider: Section) -> str:
    """OpenID Connect, as the client library does it; nothing else is left of these in kubectl."""
    # Half a second of imports, which hardly anybody needs.
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.config import ConfigException, load_kube_config_from_dict

    configuration = Configuration()
    name = provider.get("name") if isinstance(provider, dict) else None
    document = {
        "current-context": "it",
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "clusters": [{"name": "it", "cluster": {"server": "http://unused"}}],
        "users": [{"name": "it", "user": {"auth-provider": provider}}],
    }
    try:
        async with asyncio.timeout(SECONDS):
            await load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                document, client_configuration=configuration
            )
    except (ConfigException, ClientError, OSError, ValueError, LookupError, TypeError) as error:
        raise AccessError(f'its auth-provider "{name}" gives no token: {error}') from error
    token = configuration.api_key.get("BearerToken")
    if not token:
        raise AccessError(f'its auth-provider "{name}" is not supported: use an exec plugin')
    return token


def _impersonation(user: Section) -> list[tuple[str, str]]:
    """The headers that client-go sends for ``as`` and what belongs to it."""
    headers = []
    if user.get("as"):
        headers.append(("Impersonate-User", str(user["as"])))
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    headers += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or ()]
    for key, values in (user.get("as-user-extra") or {}).items():
        name = f"Impersonate-Extra-{quote(str(key).lower(), safe=_HEADER_KEY)}"
        headers += [(name, str(value)) for value in values]
    return headers


def _file_or_data(section: Section, name: str) -> bytes | None:
    """The content that is given as base64 or as a file's name; the former goes before."""
    if data := section.get(f"{name}-data"):
        try:
            return base64.b64decode("".join(str(data).split()), validate=True)
        except ValueError as error:
            raise AccessError(f"its {name}-data is not base64") from error
    file = section.get(name)
    return _content(Path(file)) if file else None


def _content(file: Path) -> bytes:
    """The content of a file that must have some."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise AccessError(f"{file} can't be read: {error.strerror}") from error
    if not content.strip():
        raise AccessError(f"{file} is empty")
    return content
