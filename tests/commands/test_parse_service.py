"""``exposer parse -o yaml`` and ``-o json``: the Service that the strings make."""

import json
from typing import Any

import pytest
import yaml

from exposer.commands import main

INSIDE = {"sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}
OUTSIDE = INSIDE | {"externalTrafficPolicy": "Cluster"}
SELECTOR = {"app": "web"}


def service(spec: dict[str, Any], **metadata: str) -> dict[str, Any]:
    """The Service ``web``, with more metadata."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", **metadata},
        "spec": spec,
    }


def port(name: str, number: int, target: int | str, **more: Any) -> dict[str, Any]:
    return {"name": name, "port": number, "protocol": "TCP", "targetPort": target} | more


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["80:http", "https=443:8443"],
            service(
                {
                    "type": "ClusterIP",
                    "selector": SELECTOR,
                    "ports": [port("80-http", 80, "http"), port("https", 443, 8443)],
                    **INSIDE,
                }
            ),
            id="cluster IP",
        ),
        pytest.param(
            ["!30080:80:8080", "!53/udp"],
            service(
                {
                    "type": "NodePort",
                    "selector": SELECTOR,
                    "ports": [
                        port("80-8080", 80, 8080, nodePort=30080),
                        port("53-53-udp", 53, 53, protocol="UDP"),
                    ],
                    **OUTSIDE,
                }
            ),
            id="node port",
        ),
        pytest.param(
            ["^80"],
            service(
                {
                    "type": "LoadBalancer",
                    "selector": SELECTOR,
                    "ports": [port("80-80", 80, 80)],
                    **OUTSIDE,
                }
            ),
            id="load balancer",
        ),
        pytest.param(
            ["#"],
            service({"type": "ClusterIP", "clusterIP": "None", "selector": SELECTOR, **INSIDE}),
            id="headless without ports",
        ),
        pytest.param(
            ["@db.example.com"],
            service({"type": "ExternalName", "externalName": "db.example.com"}),
            id="external name",
        ),
        pytest.param(
            ["rtp=5004-5005"],
            service(
                {
                    "type": "ClusterIP",
                    "selector": SELECTOR,
                    "ports": [port("rtp-5004", 5004, 5004), port("rtp-5005", 5005, 5005)],
                    **INSIDE,
                }
            ),
            id="a range is spelled out",
        ),
        pytest.param(
            ["#", "--namespace", "shop", "--selector", "app=shop,example.com/tier=,on=yes"],
            service(
                {
                    "type": "ClusterIP",
                    "clusterIP": "None",
                    "selector": {"app": "shop", "example.com/tier": "", "on": "yes"},
                    **INSIDE,
                },
                namespace="shop",
            ),
            id="namespace and selector",
        ),
        pytest.param(
            ["#", "--name", "shop"],
            service(
                {
                    "type": "ClusterIP",
                    "clusterIP": "None",
                    "selector": {"app": "shop"},
                    **INSIDE,
                },
                name="shop",
            ),
            id="the default selector is the name's",
        ),
    ],
)
def test_yaml_and_json_are_the_service(
    arguments: list[str], expected: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", *arguments, "--output", "yaml"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == expected
    assert main(["parse", *arguments, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == expected


def test_yaml_is_written_as_people_write_it(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["parse", "!30080:80:http", "-o", "yaml", "--namespace", "shop"])
    assert (status, *capsys.readouterr()) == (
        0,
        """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  sessionAffinity: None
  internalTrafficPolicy: Cluster
  externalTrafficPolicy: Cluster
  selector:
    app: web
  ports:
  - name: 80-http
    port: 80
    protocol: TCP
    targetPort: http
    nodePort: 30080
""",
        "",
    )


@pytest.mark.parametrize(
    ("word", "written"),
    [
        pytest.param("1e3", "'1e3'", id="number with an exponent"),
        pytest.param("1e-3", "'1e-3'", id="number with a negative exponent"),
        pytest.param("0o17", "'0o17'", id="octal number"),
        pytest.param("0b1", "'0b1'", id="binary number"),
        pytest.param("0x1f", "'0x1f'", id="hexadecimal number"),
        pytest.param("80", "'80'", id="number"),
        pytest.param("y", "'y'", id="yes in short"),
        pytest.param("n", "'n'", id="no in short"),
        pytest.param("on", "'on'", id="on"),
        pytest.param("null", "'null'", id="null"),
        pytest.param("web", "web", id="a plain word stays plain"),
    ],
)
def test_words_that_kubectl_would_read_as_something_else_are_quoted(
    word: str, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["parse", f"{word}=80", "-o", "yaml"])
    assert f"  - name: {written}\n" in capsys.readouterr().out
