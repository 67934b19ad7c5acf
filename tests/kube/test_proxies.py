"""Which proxy leads where, as with kubectl."""

import pytest

from exposer.kube import AccessError
from exposer.kube.proxies import proxy_for

HTTPS, HTTP = "https://api.example.com:6443", "http://api.example.com:8080"
PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("server", "environ", "proxy"),
    [
        pytest.param(HTTPS, {}, None, id="none"),
        pytest.param(HTTPS, {"HTTPS_PROXY": PROXY}, PROXY, id="HTTPS_PROXY"),
        pytest.param(HTTPS, {"https_proxy": PROXY}, PROXY, id="https_proxy"),
        pytest.param(
            HTTPS,
            {"HTTPS_PROXY": PROXY, "https_proxy": "http://other"},
            PROXY,
            id="capitals go before",
        ),
        pytest.param(
            HTTPS, {"HTTPS_PROXY": "", "https_proxy": PROXY}, PROXY, id="an empty one is none"
        ),
        pytest.param(HTTPS, {"HTTP_PROXY": PROXY}, None, id="HTTP_PROXY is for http"),
        pytest.param(HTTPS, {"ALL_PROXY": PROXY}, None, id="ALL_PROXY is curl's"),
        pytest.param(HTTP, {"HTTP_PROXY": PROXY}, PROXY, id="http"),
        pytest.param(HTTP, {"HTTPS_PROXY": PROXY}, None, id="HTTPS_PROXY is for https"),
        pytest.param(HTTPS, {"HTTPS_PROXY": "proxy:3128"}, PROXY, id="without a scheme"),
        pytest.param(HTTPS, {"HTTPS_PROXY": "proxy"}, "http://proxy", id="a host alone"),
        pytest.param(
            HTTPS, {"HTTPS_PROXY": "https://u:p@proxy"}, "https://u:p@proxy", id="credentials"
        ),
    ],
)
def test_the_environment_names_one_for_each_scheme(
    server: str, environ: dict[str, str], proxy: str | None
) -> None:
    assert proxy_for(server, None, environ) == proxy


@pytest.mark.parametrize(
    ("server", "no_proxy", "direct"),
    [
        pytest.param(HTTPS, "", False, id="nothing"),
        pytest.param(HTTPS, "*", True, id="everything"),
        pytest.param(HTTPS, "other.com, *", True, id="everything, among others"),
        pytest.param(HTTPS, "api.example.com", True, id="the name"),
        pytest.param(HTTPS, "API.Example.COM", True, id="the name in capitals"),
        pytest.param(HTTPS, "example.com", True, id="a domain"),
        pytest.param("https://example.com", "example.com", True, id="the domain itself"),
        pytest.param(HTTPS, ".example.com", True, id="subdomains"),
        pytest.param("https://example.com", ".example.com", False, id="subdomains only"),
        pytest.param(HTTPS, "*.example.com", True, id="subdomains with a star"),
        pytest.param("https://example.com", "*.example.com", False, id="with a star only those"),
        pytest.param(HTTPS, "ample.com", False, id="part of a label"),
        pytest.param(HTTPS, "other.com,example.com", True, id="one of several"),
        pytest.param(HTTPS, " other.com , example.com ", True, id="with spaces"),
        pytest.param(HTTPS, "other.com example.com", False, id="spaces separate nothing"),
        pytest.param(HTTPS, "example.com:6443", True, id="the port"),
        pytest.param(HTTPS, "example.com:443", False, id="another port"),
        pytest.param("https://api.example.com", "example.com:443", True, id="the scheme's port"),
        pytest.param(HTTPS, ":6443", False, id="a port alone"),
        pytest.param("https://10.1.2.3:6443", "10.1.2.3", True, id="an address"),
        pytest.param("https://10.1.2.3:6443", "10.1.2.3:6443", True, id="an address and a port"),
        pytest.param("https://10.1.2.3:6443", "10.1.2.3:443", False, id="and another port"),
        pytest.param("https://10.1.2.3", "0.0.0.0/0", True, id="all of IPv4"),
        pytest.param("https://10.1.2.3", "10.0.0.0/8", True, id="a network"),
        pytest.param("https://10.1.2.3", "10.9.9.9/8", True, id="a network by any of its hosts"),
        pytest.param("https://11.1.2.3", "10.0.0.0/8", False, id="another network"),
        pytest.param("https://10.1.2.3", "10.0.0.0/99", False, id="no network"),
        pytest.param("https://110.1.2.3", "10.1.2.3", False, id="the end of an address"),
        pytest.param("https://10.1.2.3", "2.3", False, id="an address is no domain"),
        pytest.param(HTTPS, "10.0.0.0/8", False, id="a name is in no network"),
        pytest.param("https://[2001:db8::1]:6443", "2001:db8::1", True, id="IPv6"),
        pytest.param("https://[2001:db8::1]:6443", "2001:db8:0::1", True, id="IPv6 at length"),
        pytest.param("https://[2001:db8::1]:6443", "[2001:db8::1]:6443", True, id="IPv6, port"),
        pytest.param("https://[2001:db8::1]:6443", "[2001:db8::1]:1", False, id="IPv6, other port"),
        pytest.param("https://[2001:db8::1]", "2001:db8::/32", True, id="an IPv6 network"),
        pytest.param("https://[2001:db9::1]", "2001:db8::/32", False, id="another one"),
        pytest.param("https://[::ffff:10.1.2.3]", "10.0.0.0/8", True, id="IPv4 within IPv6"),
        pytest.param("https://localhost:6443", "", True, id="localhost"),
        pytest.param("https://127.0.0.1:6443", "", True, id="loopback"),
        pytest.param("https://127.9.9.9:6443", "", True, id="all of loopback"),
        pytest.param("https://[::1]:6443", "", True, id="IPv6 loopback"),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_no_proxy_exempts(server: str, no_proxy: str, direct: bool, variable: str) -> None:
    environ = {"HTTPS_PROXY": PROXY, variable: no_proxy}
    assert proxy_for(server, None, environ) == (None if direct else PROXY)


@pytest.mark.parametrize("server", [HTTPS, HTTP, "https://127.0.0.1:6443"])
def test_the_kubeconfigs_own_goes_before_the_environment(server: str) -> None:
    environ = {"HTTPS_PROXY": "http://other", "HTTP_PROXY": "http://other", "NO_PROXY": "*"}
    assert proxy_for(server, PROXY, environ) == PROXY


@pytest.mark.parametrize(
    ("proxy_url", "environ", "told"),
    [
        pytest.param(
            "socks5://proxy:1080",
            {},
            "proxy-url names a socks5 proxy, which is not supported: name an http or https proxy",
            id="socks5",
        ),
        pytest.param(
            None,
            {"HTTPS_PROXY": "socks5h://user:secret@proxy:1080"},
            "HTTPS_PROXY names a socks5h proxy, which is not supported: name an http or https "
            "proxy",
            id="socks5h by the environment",
        ),
        pytest.param(
            "http://:3128",
            {},
            "proxy-url is not the URL of a proxy: write http://HOST:PORT",
            id="no host",
        ),
        pytest.param(
            None,
            {"https_proxy": "http://user:secret@proxy:port"},
            "HTTPS_PROXY is not the URL of a proxy: write http://HOST:PORT",
            id="no port",
        ),
    ],
)
def test_what_cannot_be_used_is_told_without_its_password(
    proxy_url: str | None, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(AccessError) as refused:
        proxy_for(HTTPS, proxy_url, environ)
    assert str(refused.value) == told


def test_a_proxy_that_is_not_on_the_way_is_not_looked_at() -> None:
    assert proxy_for(HTTPS, None, {"HTTPS_PROXY": "socks5://proxy", "NO_PROXY": "*"}) is None
