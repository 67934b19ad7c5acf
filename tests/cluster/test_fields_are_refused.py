"""Fields that do not go together are refused as a request is applied, and the field is named."""

import re
from typing import Any

import pytest

from exposer.api import Refused, accept
from localcluster import Cluster
from localcluster.api import Api
from tests.support.dry_run import comparable, refusal, stored, validated

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def requests(cluster: Cluster, api: Api) -> Api:
    """An API server that knows of ExposeRequests."""
    return validated(cluster, api)


def template(**fields: Any) -> dict[str, Any]:
    return {"serviceTemplate": {"spec": fields}}


def metadata(**fields: Any) -> dict[str, Any]:
    return {"serviceTemplate": {"metadata": fields}}


WANTED = "spec.serviceTemplate.spec"
EXTERNAL = 'does not go with "@": an ExternalName is a DNS name and nothing else; leave it out'
ONE_WAY = (
    "the traffic goes one way: write one of selector, targetRef, addresses, and leave out the "
    "others"
)
ONLY_LOAD_BALANCER = 'goes with "^" (LoadBalancer) port strings only: leave it out'
NOT_AN_ADDRESS = 'not an IP address: write one such as "192.0.2.10" or "2001:db8::10"'
SPECIAL = (
    "an endpoint's address is not loopback, link-local, multicast or unspecified: write the "
    "address that it has in the network"
)
NO_KEY = (
    'not a name as Kubernetes has it: write 1 to 63 characters of a-z, A-Z, 0-9, "-", "_" and ".", '
    "with a letter or digit at both ends, and before them a DNS name if need be, as in "
    '"example.com/name"'
)
METADATA = "spec.serviceTemplate.metadata"
TARGET_REF = {"kind": "Pod", "name": "web"}
TIMEOUT = {"clientIP": {"timeoutSeconds": 5}}


@pytest.mark.parametrize(
    ("port", "fields", "said"),
    [
        (
            "80",
            {"selector": {"a": "b"}, "targetRef": TARGET_REF},
            f"spec: Invalid value: {ONE_WAY}",
        ),
        (
            "80",
            {"addresses": ["192.0.2.1"], "targetRef": TARGET_REF},
            f"spec: Invalid value: {ONE_WAY}",
        ),
        ("@a", {"selector": {"a": "b"}}, f"spec.selector: Invalid value: {EXTERNAL}"),
        ("@a", {"targetRef": TARGET_REF}, f"spec.targetRef: Invalid value: {EXTERNAL}"),
        ("@a", {"addresses": ["192.0.2.1"]}, f"spec.addresses: Invalid value: {EXTERNAL}"),
        ("@a", template(), f"{WANTED}: Invalid value: {EXTERNAL}"),
        (
            "80:http",
            {"addresses": ["192.0.2.1"]},
            "spec.ports: Invalid value: behind spec.addresses there are no containers whose ports "
            "have names: write a number",
        ),
        (
            "#80",
            template(sessionAffinity="ClientIP"),
            f'{WANTED}.sessionAffinity: Invalid value: "ClientIP" does not go with "#", where '
            "clients choose a pod by themselves: leave it out",
        ),
        (
            "80",
            template(sessionAffinityConfig=TIMEOUT),
            f'{WANTED}.sessionAffinityConfig: Invalid value: goes with sessionAffinity "ClientIP" '
            "only: write that, too, or leave it out",
        ),
        (
            "80",
            template(externalTrafficPolicy="Local"),
            f'{WANTED}.externalTrafficPolicy: Invalid value: goes with "!" (NodePort) and "^" '
            "(LoadBalancer) port strings only: leave it out",
        ),
        (
            "!80",
            template(loadBalancerClass="example.com/a"),
            f"{WANTED}.loadBalancerClass: Invalid value: {ONLY_LOAD_BALANCER}",
        ),
        (
            "80",
            template(loadBalancerSourceRanges=["192.0.2.0/24"]),
            f"{WANTED}.loadBalancerSourceRanges: Invalid value: {ONLY_LOAD_BALANCER}",
        ),
        (
            "!80",
            template(allocateLoadBalancerNodePorts=True),
            f"{WANTED}.allocateLoadBalancerNodePorts: Invalid value: {ONLY_LOAD_BALANCER}",
        ),
        (
            "!80",
            template(healthCheckNodePort=0),
            f"{WANTED}.healthCheckNodePort: Invalid value: {ONLY_LOAD_BALANCER}",
        ),
        (
            "^80",
            template(healthCheckNodePort=30000),
            f"{WANTED}.healthCheckNodePort: Invalid value: goes with externalTrafficPolicy "
            '"Local" only: write that, too, or leave it out',
        ),
        (
            "#80",
            template(clusterIP="10.96.0.50"),
            f'{WANTED}.clusterIP: Invalid value: does not go with "#": a headless Service has no '
            "address; leave it out",
        ),
        (
            "80",
            template(clusterIP="None"),
            f'{WANTED}.clusterIP: Invalid value: "None": a headless Service is "#" before its '
            'ports, as in "#80": leave it out',
        ),
        (
            "80",
            template(clusterIP="10.96.0"),
            f'{WANTED}.clusterIP: Invalid value: "10.96.0": not an IP address: write one such as '
            '"10.96.0.50"',
        ),
        (
            "^80",
            template(loadBalancerSourceRanges=["::/0", "192.0.2.1"]),
            f'{WANTED}.loadBalancerSourceRanges[1]: Invalid value: "192.0.2.1": not a CIDR: write '
            'one such as "192.0.2.0/24"',
        ),
        (
            "^80",
            template(loadBalancerSourceRanges=["192.0.2.1/24"]),
            f'{WANTED}.loadBalancerSourceRanges: "192.0.2.1/24": there are bits set beyond the '
            'prefix: write a network, such as "192.0.2.0/24"',
        ),
        (
            "80",
            {"addresses": ["192.0.2.1", "db.example.com"]},
            f'spec.addresses[1]: Invalid value: "db.example.com": {NOT_AN_ADDRESS}',
        ),
        *(
            ("80", {"addresses": [text]}, f'spec.addresses[0]: Invalid value: "{text}": {said}')
            for text, said in [
                ("::ffff:192.0.2.1", NOT_AN_ADDRESS),
                ("fe80::1%eth0", NOT_AN_ADDRESS),
                ("127.0.0.1", SPECIAL),
                ("169.254.0.1", SPECIAL),
                ("fe80::1", SPECIAL),
                ("224.0.0.1", SPECIAL),
                ("239.0.0.1", SPECIAL),
                ("::", SPECIAL),
            ]
        ),
        (
            "80",
            {"addresses": ["192.0.2.1", "2001:db8::1", "2001:DB8:0::1"]},
            'spec.addresses: "2001:db8::1" and "2001:DB8:0::1": one address: leave one of the two '
            "out",
        ),
        (
            "80",
            {"addresses": ["192.0.2.1", "2001:db8::1"]} | template(ipFamilies=["IPv4"]),
            "spec.addresses: Invalid value: an address is of another IP family than "
            "serviceTemplate.spec.ipFamilies asks for: leave it out, or set ipFamilyPolicy to "
            '"RequireDualStack"',
        ),
        (
            "80",
            {"serviceTemplate": {"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}}},
            "spec.serviceTemplate.metadata.labels: Invalid value: app.kubernetes.io/managed-by is "
            "the operator's own, by which it knows what it made: leave it out",
        ),
        *(
            ("80", fields, f'{field}: "{key}": {NO_KEY}')
            for key in ("not a label", "a/b/c", "-a", "A.com/b", "\u00e4")
            for field, fields in [
                ("spec.selector", {"selector": {key: "a"}}),
                (f"{METADATA}.labels", metadata(labels={key: "a"})),
                (f"{METADATA}.annotations", metadata(annotations={key: "a"})),
            ]
            if (key, field) != ("A.com/b", f"{METADATA}.annotations")
        ),
        (
            "80",
            {"selector": {"a" * 64: "a"}},
            f'spec.selector: "{"a" * 64}": {NO_KEY}',
        ),
        (
            "80",
            {"selector": {"a" * 318: "a"}},
            "spec.selector: Invalid value: a key has at most 317 characters",
        ),
        (
            "80",
            metadata(annotations={"a": "a" * 65536, "b": "a" * 65536, "c": "\u20ac" * 43690}),
            f"{METADATA}.annotations: Invalid value: all keys and values have at most 262144 "
            "bytes: write less",
        ),
        (
            "^80",
            template(loadBalancerClass=f"a/{'a' * 64}"),
            f'{WANTED}.loadBalancerClass: Invalid value: "a/{"a" * 64}": a name has at most 63 '
            "characters, and the DNS name before it at most 253",
        ),
    ],
    ids=str,
)
def test_fields_that_do_not_go_together_are_refused_by_name(
    requests: Api, port: str, fields: dict[str, Any], said: str
) -> None:
    found = refusal(requests, {"ports": [port]} | fields)
    assert comparable(requests, found) == comparable(requests, said)


@pytest.mark.parametrize("name", ["1web", "a.b", "a" * 64])
def test_a_name_that_a_service_can_not_have_is_refused(requests: Api, name: str) -> None:
    assert comparable(requests, refusal(requests, {"ports": ["80"]}, name)) == (
        "spec.serviceName: Invalid value: a Service can't bear the request's name: write a "
        'spec.serviceName of at most 63 characters of a-z, 0-9 and "-", with a letter at its '
        'beginning and no "-" at its end'
    )


def test_a_name_that_a_service_can_not_have_does_with_a_service_name(requests: Api) -> None:
    spec = {"ports": ["80"], "serviceName": "web"}
    assert stored(requests, spec, "1web") == spec


@pytest.mark.parametrize("name", ["", ".", "a/b", "client/log", "x:https/proxy/version", "Web"])
def test_a_target_has_the_name_of_an_object(requests: Api, name: str) -> None:
    spec = {"ports": ["80"], "targetRef": {"kind": "Pod", "name": name}}
    assert refusal(requests, spec).startswith(f'spec.targetRef.name: Invalid value: "{name}": ')


def test_as_many_annotations_as_a_service_may_have_are_taken(requests: Api) -> None:
    values = {"a": "a" * 65535, "b": "a" * 65535, "c": "a" * 65535, "d": "\u20ac" * 21845}
    spec = {"ports": ["80"]} | metadata(annotations=values)
    assert stored(requests, spec) == spec


@pytest.mark.parametrize(
    "fields",
    [
        {"selector": {"a": "a" * 1_300_000}},
        {"selector": {"a" * 1_300_000: "a"}},
        {"serviceName": "a" * 1_300_000},
        {"addresses": ["1" * 1_300_000]},
        {"targetRef": {"kind": "Pod", "name": "a" * 1_300_000}},
        metadata(annotations={"a": "\U0001f600" * 65_536}),
        metadata(annotations={str(i): "\U0001f600" * 1_300 for i in range(100)}),
        metadata(annotations={"a" * 1_300_000: "a"}),
        metadata(labels={"a": "a" * 1_300_000}),
        metadata(labels={"a" * 1_300_000: "a"}),
        template(clusterIP="1" * 1_300_000),
        template(loadBalancerClass="a" * 1_300_000),
        template(loadBalancerSourceRanges=["1" * 1_300_000]),
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_nothing_that_is_large_is_taken(requests: Api, fields: dict[str, Any]) -> None:
    spec = {"ports": ["^80"]} | fields
    said = refusal(requests, spec)
    assert re.search("(at most|[Tt]oo long|may not be more than) ?", said)
    verdict = accept("web", spec)
    assert isinstance(verdict, Refused)
    assert max(len(said), len(verdict.message)) < 3000
