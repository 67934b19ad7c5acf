"""Which proxy leads to a server, by the rules that kubectl has from Go.

The rules of the environment are those of net/http's ProxyFromEnvironment, which are told in the
documentation of golang.org/x/net/http/httpproxy. Pure.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from exposer.kube.errors import AccessError

_PORTS = {"http": "80", "https": "443"}


def proxy_for(server: str, proxy_url: str | None, environ: Mapping[str, str]) -> str | None:
    """The URL of the proxy to use; None to connect directly.

    Args:
        server: The URL of the API server.
        proxy_url: What the kubeconfig says. It wins, and NO_PROXY does not apply to it.
        environ: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or small letters.

    Raises:
        AccessError: The proxy is of a kind that is not supported, or is none.
    """
    if proxy_url:
        return _checked(proxy_url, "proxy-url")
    target = urlsplit(server)
    variable = f"{target.scheme}_proxy".upper()
    proxy = _variable(environ, variable)
    port = str(target.port or _PORTS[target.scheme])
    if not proxy or _is_exempt(target.hostname or "", port, _variable(environ, "NO_PROXY")):
        return None
    return _checked(proxy, variable)


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""


def _checked(proxy: str, where: str) -> str:
    """The proxy with its scheme; it may hold a password, so that no message repeats it."""
    url = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0  # asking for the port checks it
    except ValueError:
        usable = False
    if not usable:
        raise AccessError(f"{where} is not the URL of a proxy: write http://HOST:PORT")
    if parts.scheme not in _PORTS:
        raise AccessError(
            f"{where} names a {parts.scheme} proxy, which is not supported: name an http or https "
            "proxy"
        )
    return url


def _is_exempt(host: str, port: str, no_proxy: str) -> bool:
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    entries = (entry.strip().lower() for entry in no_proxy.split(","))
    return any(_covers(entry, host, port, address) for entry in entries if entry)


def _covers(entry: str, host: str, port: str, address: IPv4Address | IPv6Address | None) -> bool:
    """Whether one entry of NO_PROXY means this host."""
    if entry == "*":
        return True
    name, only_port = _split(entry)
    if only_port not in ("", port):
        return False
    if address is not None:
        return _address(name) == address or _contains(entry, address)
    name = name.removeprefix("*") if name.startswith("*.") else name
    if name.startswith("."):
        return host.endswith(name)
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split(entry: str) -> tuple[str, str]:
    """The host and the port, which may be left out; IPv6 addresses have colons, too."""
    host, _colon, port = entry.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1], port
    return (entry, "") if ":" in host or not _colon else (host, port)


def _contains(network: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return "/" in network and address in ip_network(network, strict=False)
    except ValueError:
        return False


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address, if that is what it is; one of IPv4 in the form of IPv6 is one of IPv4."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
