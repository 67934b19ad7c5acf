"""The variables that the kubelet gives to pods (pkg/kubelet/envvars, FromServices)."""

from typing import Any

import pytest

from exposer.explained.environment import environment
from tests.support.builders import a_service_port


def test_two_named_ports_in_the_kubelets_order() -> None:
    # Scenario C1: http=8080:80 and https=443, of a Service called my-nginx.
    spec = {
        "clusterIP": "10.0.162.149",
        "ports": [a_service_port(8080, 80, name="http"), a_service_port(443, 443, name="https")],
    }
    assert list(environment("my-nginx", spec).items()) == [
        ("MY_NGINX_SERVICE_HOST", "10.0.162.149"),
        ("MY_NGINX_SERVICE_PORT", "8080"),
        ("MY_NGINX_SERVICE_PORT_HTTP", "8080"),
        ("MY_NGINX_SERVICE_PORT_HTTPS", "443"),
        ("MY_NGINX_PORT", "tcp://10.0.162.149:8080"),
        ("MY_NGINX_PORT_8080_TCP", "tcp://10.0.162.149:8080"),
        ("MY_NGINX_PORT_8080_TCP_PROTO", "tcp"),
        ("MY_NGINX_PORT_8080_TCP_PORT", "8080"),
        ("MY_NGINX_PORT_8080_TCP_ADDR", "10.0.162.149"),
        ("MY_NGINX_PORT_443_TCP", "tcp://10.0.162.149:443"),
        ("MY_NGINX_PORT_443_TCP_PROTO", "tcp"),
        ("MY_NGINX_PORT_443_TCP_PORT", "443"),
        ("MY_NGINX_PORT_443_TCP_ADDR", "10.0.162.149"),
    ]


def test_dashes_become_underscores_and_an_ipv6_address_has_brackets_in_urls_only() -> None:
    spec = {
        "clusterIP": "fd00:10:96::7",
        "ports": [a_service_port(53, 5353, name="53-5353-udp", protocol="UDP")],
    }
    assert environment("dns", spec) == {
        "DNS_SERVICE_HOST": "fd00:10:96::7",
        "DNS_SERVICE_PORT": "53",
        "DNS_SERVICE_PORT_53_5353_UDP": "53",
        "DNS_PORT": "udp://[fd00:10:96::7]:53",
        "DNS_PORT_53_UDP": "udp://[fd00:10:96::7]:53",
        "DNS_PORT_53_UDP_PROTO": "udp",
        "DNS_PORT_53_UDP_PORT": "53",
        "DNS_PORT_53_UDP_ADDR": "fd00:10:96::7",
    }


def test_a_port_without_a_name_is_the_service_port_only() -> None:
    spec = {"clusterIP": "10.0.0.1", "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}]}
    assert [name for name in environment("web", spec) if name.startswith("WEB_SERVICE")] == [
        "WEB_SERVICE_HOST",
        "WEB_SERVICE_PORT",
    ]


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"clusterIP": "None", "ports": [a_service_port()]}, id="headless"),
        pytest.param({"type": "ExternalName", "externalName": "db.example.com"}, id="alias"),
    ],
)
def test_without_a_cluster_ip_there_are_none(spec: dict[str, Any]) -> None:
    assert environment("web", spec) == {}
