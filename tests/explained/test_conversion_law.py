"""The law of conversion: the request makes the Service that it was made of."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from exposer.api import AcceptedRequest, accept
from exposer.commands.printing import as_yaml
from exposer.desired import Owner
from exposer.desired.service import desired_service
from exposer.explained.conversion import conversion_of
from exposer.grammar import PortStringErrors, parse_all
from tests.property.strategies import labels, port_strings, service_names

Body = dict[str, Any]
OWNER = Owner("shop", "web", "0d3c5a0e-0000-4000-8000-000000000000")

SELECTORS = st.dictionaries(labels(), labels(), min_size=1, max_size=3)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "internalTrafficPolicy": st.sampled_from(["Cluster", "Local"]),
    "trafficDistribution": st.sampled_from(["PreferClose", "PreferSameNode"]),
    "publishNotReadyAddresses": st.booleans(),
    "ipFamilyPolicy": st.sampled_from(["SingleStack", "PreferDualStack", "RequireDualStack"]),
    "ipFamilies": st.sampled_from([["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv6", "IPv4"]]),
}
WITH_ADDRESS: dict[str, st.SearchStrategy[Any]] = {
    "clusterIP": st.sampled_from(["10.96.0.50", "fd00:10:96::50"]),
    "sessionAffinity": st.sampled_from(["None", "ClientIP"]),
}
OUTSIDE: dict[str, st.SearchStrategy[Any]] = {
    "externalTrafficPolicy": st.sampled_from(["Cluster", "Local"]),
}
LOAD_BALANCER: dict[str, st.SearchStrategy[Any]] = {
    "loadBalancerClass": st.just("example.com/lb"),
    "loadBalancerSourceRanges": st.just(["192.0.2.0/24"]),
    "allocateLoadBalancerNodePorts": st.booleans(),
}


@st.composite
def requests(draw: st.DrawFn) -> Body:
    """A spec that is accepted: strings that go together, and fields of the template."""
    strings: list[str] = []
    for text in draw(st.lists(port_strings, min_size=1, max_size=8)):
        try:
            parse_all([*strings, text])
        except PortStringErrors:
            continue
        strings.append(text)
    if strings[0].startswith("@"):
        return {"ports": strings}
    fields = dict(FIELDS)
    if not strings[0].startswith("#"):
        fields |= WITH_ADDRESS
    if strings[0][0] in "!^":
        fields |= OUTSIDE
    if strings[0].startswith("^"):
        fields |= LOAD_BALANCER
    spec = draw(st.fixed_dictionaries({}, optional=fields))
    if spec.get("sessionAffinity") == "ClientIP":
        seconds = draw(st.sampled_from([5, 10800]))
        spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": seconds}}
    request: Body = {"ports": strings, "serviceTemplate": {"spec": spec}}
    if draw(st.booleans()):
        request["selector"] = draw(SELECTORS)
    return request


def made(spec: Body) -> Body:
    """The Service that the operator makes of a request called web."""
    verdict = accept("web", spec)
    assert isinstance(verdict, AcceptedRequest), verdict
    return desired_service(OWNER, verdict)


def without_defaults(service: Body) -> Body:
    """The Service's spec, without what the API server would fill in just the same.

    An IP family policy and families are left out where they are those of a cluster whose first
    family is IPv4, as they are there whether they are asked for or not.
    """
    spec = dict(service["spec"])
    single = spec.get("ipFamilyPolicy", "SingleStack") == "SingleStack"
    if spec.get("ipFamilies") == (["IPv4"] if single else ["IPv4", "IPv6"]):
        del spec["ipFamilies"]
    if single:
        spec.pop("ipFamilyPolicy", None)
    for field, default in (
        ("publishNotReadyAddresses", False),
        ("allocateLoadBalancerNodePorts", True),
    ):
        if spec.get(field) == default:
            del spec[field]
    return spec


@given(requests())
def test_a_service_that_a_request_made_becomes_a_request_that_makes_it(spec: Body) -> None:
    service = made(spec)
    conversion = conversion_of({**service, "metadata": {"name": "web"}})
    again = made(conversion.request["spec"])
    assert (without_defaults(again), conversion.losses) == (without_defaults(service), ())


@given(requests())
def test_the_request_is_no_longer_than_the_one_that_made_the_service(spec: Body) -> None:
    conversion = conversion_of({**made(spec), "metadata": {"name": "web"}})
    written = conversion.request["spec"]
    before = spec.get("serviceTemplate", {}).get("spec", {})
    after = written.get("serviceTemplate", {}).get("spec", {})
    assert set(after) <= set(before)
    assert len(written["ports"]) <= len(spec["ports"])
    assert sum(map(len, written["ports"])) <= sum(map(len, spec["ports"]))


@given(requests())
def test_the_yaml_says_the_same(spec: Body) -> None:
    request = conversion_of({**made(spec), "metadata": {"name": "web"}}).request
    assert yaml.safe_load(as_yaml(request)) == request


@st.composite
def services(draw: st.DrawFn) -> Body:
    """A Service's spec that no request made: ports with and without names, of any order."""
    numbers = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True))
    ports = []
    for number in numbers:
        target = draw(st.one_of(st.integers(1, 9), service_names()))
        name = draw(st.sampled_from([f"a-{number}", f"{number}-{target}", f"x{number}"]))
        port = {"port": number, "targetPort": target, "protocol": "TCP", "name": name}
        if draw(st.booleans()):
            port["nodePort"] = 30000 + number
        ports.append(port)
    return {"type": "NodePort", "selector": draw(SELECTORS), "ports": ports}


@given(services())
def test_any_ports_become_strings_that_make_them(spec: Body) -> None:
    conversion = conversion_of({"metadata": {"name": "web"}, "spec": spec})
    service = made(conversion.request["spec"])["spec"]
    assert conversion.losses == ()
    assert (service["ports"], service["selector"]) == (spec["ports"], spec["selector"])
