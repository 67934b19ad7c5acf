"""Which specs can be carried out, and what is wrong with the others."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from exposer.api import AcceptedRequest, Reason, Refused, accept
from exposer.grammar import Kind, Protocol
from tests.support.builders import a_mapping, an_accepted_request


@pytest.mark.parametrize(
    ("spec", "accepted"),
    [
        pytest.param({"ports": ["80:8080"]}, an_accepted_request(), id="all defaults"),
        pytest.param(
            {"ports": ["80:8080"], "selector": {"tier": "front", "app": "shop"}},
            an_accepted_request(selector={"tier": "front", "app": "shop"}),
            id="selector",
        ),
        pytest.param(
            {"ports": ["80:8080"], "serviceName": "front"},
            an_accepted_request(service_name="front", selector={"app": "web"}),
            id="the default selector is the request's name, not the Service's",
        ),
        pytest.param(
            {"ports": ["!30080:80:http", "!https=443:8443"]},
            an_accepted_request(
                kind=Kind.NODE_PORT,
                ports=[
                    a_mapping(80, "http", node_port=30080),
                    a_mapping(443, 8443, name="https"),
                ],
            ),
            id="node ports",
        ),
        pytest.param(
            {"ports": ["53-54/udp", "80"]},
            an_accepted_request(
                ports=[
                    a_mapping(53, 53, name="53-53-udp", protocol=Protocol.UDP),
                    a_mapping(54, 54, name="54-54-udp", protocol=Protocol.UDP),
                    a_mapping(80, 80),
                ]
            ),
            id="a range is spelled out in its place",
        ),
        pytest.param(
            {"ports": ["!30090:8080/http"]},
            replace(
                an_accepted_request(
                    kind=Kind.NODE_PORT, ports=[a_mapping(30090, app_protocol="http")]
                ),
                hints=(
                    'spec.ports[0]: "!30090:8080/http" leaves the node port to the cluster; did '
                    'you mean "!30090:8080:8080/http"?',
                ),
            ),
            id="what its author may not have meant",
        ),
        pytest.param(
            {"ports": ["^80"]},
            an_accepted_request(kind=Kind.LOAD_BALANCER, ports=[a_mapping(80, 80)]),
            id="load balancer",
        ),
        pytest.param(
            {"ports": ["#"]}, an_accepted_request(kind=Kind.HEADLESS, ports=[]), id="headless"
        ),
        pytest.param(
            {"ports": ["@db.example.com"]},
            an_accepted_request(kind=Kind.EXTERNAL_NAME, ports=[], external_name="db.example.com"),
            id="external name has no selector",
        ),
        pytest.param(
            {"ports": ["80:8080"], "addresses": ["192.0.2.10", "2001:DB8:0::10"]},
            an_accepted_request(addresses=["192.0.2.10", "2001:db8::10"]),
            id="addresses have no selector",
        ),
        pytest.param(
            {"ports": ["#"], "addresses": ["192.0.2.10"]},
            an_accepted_request(kind=Kind.HEADLESS, ports=[], addresses=["192.0.2.10"]),
            id="headless without ports, to addresses",
        ),
    ],
)
def test_a_spec_is_accepted_with_its_defaults(
    spec: dict[str, Any], accepted: AcceptedRequest
) -> None:
    assert accept("web", spec) == accepted


@pytest.mark.parametrize(
    ("ports", "refused"),
    [
        pytest.param(
            ["80", "0"],
            Refused(
                Reason.INVALID_PORT_STRING,
                "spec.ports[1]: port 0 is too small\n  0\n  ^\na port is 1 to 65535",
            ),
            id="unreadable",
        ),
        pytest.param(
            ["80", "!81"],
            Refused(
                Reason.MIXED_KINDS,
                'spec.ports[1]: "!81" is NodePort, but spec.ports[0] "80" is ClusterIP\n'
                "  !81\n  ^^^\n"
                "all strings of a request are of one kind: make a request for each kind",
            ),
            id="two kinds",
        ),
        pytest.param(
            ["80", "80:8080"],
            Refused(
                Reason.DUPLICATE_PORT,
                'spec.ports[1]: port 80/TCP is in spec.ports[0] "80" already\n'
                "  80:8080\n  ^^^^^^^\n"
                "a port can be there only once for each protocol: change the port or leave one "
                "string out",
            ),
            id="one port twice",
        ),
        pytest.param(
            ["#", "#80"],
            Refused(
                Reason.INVALID_PORT_STRING,
                'spec.ports[0]: "#" has no ports, but spec.ports[1] is "#80"\n'
                '  #\n  ^\n"#" stands alone in its request',
            ),
            id="not alone",
        ),
    ],
)
def test_wrong_port_strings_are_refused_in_the_grammars_words(
    ports: list[str], refused: Refused
) -> None:
    assert accept("web", {"ports": ports}) == refused


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        pytest.param({}, "spec.ports", id="no ports"),
        pytest.param({"ports": []}, "spec.ports", id="empty ports"),
        pytest.param({"ports": "80"}, "spec.ports", id="a string for a list"),
        pytest.param({"ports": ["80", 81]}, "spec.ports[1]", id="number for a string"),
        pytest.param({"ports": ["80", None]}, "spec.ports[1]", id="null for a string"),
        pytest.param({"ports": ["8" * 428]}, "spec.ports[0]", id="string too long"),
        pytest.param({"ports": [str(n) for n in range(1, 102)]}, "spec.ports", id="101 strings"),
        pytest.param({"ports": ["80"], "selector": {}}, "spec.selector", id="empty selector"),
        pytest.param(
            {"ports": ["80"], "selector": {"app": 1}}, "spec.selector.app", id="number as label"
        ),
        pytest.param({"ports": ["80"], "addresses": []}, "spec.addresses", id="no address"),
        pytest.param(
            {"ports": ["80"], "serviceName": ""}, "spec.serviceName", id="empty service name"
        ),
        pytest.param({"ports": ["80"], "port": 80}, "spec.port", id="unknown field"),
    ],
)
def test_a_field_of_the_wrong_shape_is_refused_and_named(spec: dict[str, Any], field: str) -> None:
    verdict = accept("web", spec)
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.message.partition(": ")[0]) == (Reason.INVALID_SPEC, field)


@pytest.mark.parametrize("name", ["my.web", "1st", "w" * 64])
def test_a_request_whose_name_no_service_can_have_needs_a_service_name(name: str) -> None:
    refused = accept(name, {"ports": ["80"]})
    assert refused == Refused(
        Reason.INVALID_SPEC,
        f"a Service can't bear the request's name \"{name}\": write a spec.serviceName of at most "
        '63 characters of a-z, 0-9 and "-", with a letter at its beginning and no "-" at its end',
    )
    assert isinstance(accept(name, {"ports": ["80"], "serviceName": "web"}), AcceptedRequest)


@pytest.mark.parametrize("name", ["", "a/b", "../x", "A", "1st", "web-", "web\n", "w" * 64])
def test_a_service_name_that_is_none_is_refused(name: str) -> None:
    refused = accept("web", {"ports": ["80"], "serviceName": name})
    assert isinstance(refused, Refused)
    assert refused.message.startswith("spec.serviceName: ")


def test_a_spec_is_not_changed_by_reading_it() -> None:
    spec = {"ports": ["80-81"], "addresses": ["2001:DB8::1"], "serviceName": "front"}
    before = deepcopy(spec)
    assert (accept("web", spec), spec) == (accept("web", before), before)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "client/log",
        "x:https/proxy/version",
        "Web",
        "-a",
        "a-",
        "a..b",
        "a.",
        "a\n",
    ],
)
def test_a_target_whose_name_no_object_has_is_refused(name: str) -> None:
    verdict = accept("web", {"ports": ["80"], "targetRef": {"kind": "Pod", "name": name}})
    assert isinstance(verdict, Refused)
    assert verdict.reason == Reason.INVALID_SPEC
    assert verdict.message.startswith("spec.targetRef.name: ")


@pytest.mark.parametrize("name", ["web", "0", "a.b", "a-b.c-d.0", "a" * 253])
def test_a_target_may_have_any_name_that_an_object_may_have(name: str) -> None:
    verdict = accept("web", {"ports": ["80"], "targetRef": {"kind": "Pod", "name": name}})
    assert isinstance(verdict, AcceptedRequest)
