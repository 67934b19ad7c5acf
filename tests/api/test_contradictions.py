"""What is wrong between the fields of a spec, in whole sentences."""

from typing import Any

import pytest

from exposer.api import AcceptedRequest, Reason, Refused, accept

TARGET = {"kind": "Deployment", "name": "web"}
TEMPLATE = "spec.serviceTemplate.spec"


def template(**fields: Any) -> dict[str, Any]:
    return {"serviceTemplate": {"spec": fields}}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"ports": ["@db"], "selector": {"app": "web"}},
            'spec.selector does not go with "@db": an ExternalName is a DNS name and nothing else; '
            "leave out spec.selector",
            id="external name and selector",
        ),
        pytest.param(
            {"ports": ["@db"], "addresses": ["192.0.2.10"]},
            'spec.addresses does not go with "@db": an ExternalName is a DNS name and nothing '
            "else; leave out spec.addresses",
            id="external name and addresses",
        ),
        pytest.param(
            {"selector": {"app": "web"}, "addresses": ["192.0.2.10"]},
            "spec.addresses does not go with spec.selector: the traffic goes one way; leave "
            "one out",
            id="selector and addresses",
        ),
        pytest.param(
            {"ports": ["80", "81:http"], "addresses": ["192.0.2.10"]},
            'spec.ports[1]: the target "http" is the name of a container port, but behind '
            "spec.addresses there are no containers; write a number",
            id="named target and addresses",
        ),
        pytest.param(
            {"addresses": ["192.0.2.10", "db.example.com"]},
            'spec.addresses[1]: "db.example.com" is not an IP address; write one such as '
            '"192.0.2.10" or "2001:db8::10"',
            id="host as address",
        ),
        pytest.param(
            {"addresses": ["192.0.2.010"]},
            'spec.addresses[0]: "192.0.2.010" is not an IP address; write one such as '
            '"192.0.2.10" or "2001:db8::10"',
            id="leading zero in an address",
        ),
        pytest.param(
            {"addresses": ["2001:db8::1", "2001:DB8::0:1"]},
            'spec.addresses[1]: "2001:DB8::0:1" is in spec.addresses[0] already; leave one out',
            id="one address in two spellings",
        ),
        pytest.param(
            {"addresses": ["127.0.0.1"]},
            'spec.addresses[0]: "127.0.0.1" is not a possible endpoint: the address is loopback',
            id="loopback",
        ),
        pytest.param(
            {"addresses": ["fe80::1"]},
            'spec.addresses[0]: "fe80::1" is not a possible endpoint: the address is link-local',
            id="link-local",
        ),
        pytest.param(
            {"addresses": ["224.0.0.1"]},
            'spec.addresses[0]: "224.0.0.1" is not a possible endpoint: the address is multicast',
            id="multicast",
        ),
        pytest.param(
            {"addresses": ["::ffff:192.0.2.1"]},
            'spec.addresses[0]: "::ffff:192.0.2.1" is an IPv4-mapped or scoped address; write the '
            "plain address",
            id="IPv4-mapped",
        ),
        pytest.param(
            {"ports": ["@db"], "targetRef": TARGET},
            'spec.targetRef does not go with "@db": an ExternalName is a DNS name and nothing '
            "else; leave out spec.targetRef",
            id="external name and target",
        ),
        pytest.param(
            {"ports": ["@db"], **template(sessionAffinity="None")},
            'spec.serviceTemplate.spec does not go with "@db": an ExternalName is a DNS name and '
            "nothing else; leave out spec.serviceTemplate.spec",
            id="external name and template",
        ),
        pytest.param(
            {"selector": {"app": "web"}, "targetRef": TARGET},
            "spec.targetRef does not go with spec.selector: the traffic goes one way; leave "
            "one out",
            id="selector and target",
        ),
        pytest.param(
            {"targetRef": TARGET, "addresses": ["192.0.2.10"]},
            "spec.addresses does not go with spec.targetRef: the traffic goes one way; leave one "
            "out",
            id="target and addresses",
        ),
        pytest.param(
            {"serviceTemplate": {"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}},
            "spec.serviceTemplate.metadata.labels: app.kubernetes.io/managed-by is the operator's "
            "own, by which it knows what it made; leave it out",
            id="the operator's label",
        ),
        pytest.param(
            {"ports": ["#80"], **template(sessionAffinity="ClientIP")},
            f'{TEMPLATE}.sessionAffinity: "ClientIP" does not go with a headless Service, whose '
            "clients choose a pod by themselves; leave it out",
            id="affinity of a headless service",
        ),
        pytest.param(
            template(sessionAffinityConfig={"clientIP": {"timeoutSeconds": 5}}),
            f'{TEMPLATE}.sessionAffinityConfig: goes with sessionAffinity "ClientIP" only; write '
            "that, too, or leave it out",
            id="timeout without affinity",
        ),
        pytest.param(
            template(externalTrafficPolicy="Local"),
            f'{TEMPLATE}.externalTrafficPolicy: goes with "!" (NodePort) and "^" (LoadBalancer) '
            "only, and the port strings say ClusterIP; leave it out",
            id="external policy inside",
        ),
        *(
            pytest.param(
                {"ports": ["!80"], **template(**{field: value})},
                f'{TEMPLATE}.{field}: goes with "^" (LoadBalancer) only, and the port strings say '
                "NodePort; leave it out",
                id=f"{field} of a node port",
            )
            for field, value in (
                ("loadBalancerClass", "x/y"),
                ("loadBalancerSourceRanges", ["192.0.2.0/24"]),
                ("allocateLoadBalancerNodePorts", False),
                ("healthCheckNodePort", 30200),
            )
        ),
        pytest.param(
            {"ports": ["^80"], **template(healthCheckNodePort=30200)},
            f'{TEMPLATE}.healthCheckNodePort: goes with externalTrafficPolicy "Local" only; write '
            "that, too, or leave it out",
            id="health check port without the policy",
        ),
        pytest.param(
            template(clusterIP="None"),
            f'{TEMPLATE}.clusterIP: a headless Service is "#" before its ports, as in "#80"; leave '
            "it out",
            id="None as cluster IP",
        ),
        pytest.param(
            {"ports": ["#80"], **template(clusterIP="10.96.0.50")},
            f"{TEMPLATE}.clusterIP: does not go with a headless Service, which has none; leave it "
            "out",
            id="cluster IP of a headless service",
        ),
        pytest.param(
            template(clusterIP="10.96.0.256"),
            f'{TEMPLATE}.clusterIP: "10.96.0.256" is not an IP address; write one such as '
            '"10.96.0.50"',
            id="no cluster IP",
        ),
        pytest.param(
            {"ports": ["^80"], **template(loadBalancerSourceRanges=["192.0.2.0/24", "192.0.2.1"])},
            f'{TEMPLATE}.loadBalancerSourceRanges[1]: "192.0.2.1" is not a CIDR; write one such as '
            '"192.0.2.0/24"',
            id="no CIDR",
        ),
        *(
            pytest.param(
                template(clusterIP=address),
                f'{TEMPLATE}.clusterIP: "{address}" is not an IP address; write one such as '
                '"10.96.0.50"',
                id=f"{address} as cluster IP",
            )
            for address in ("fe80::1%eth0", "::ffff:192.0.2.1")
        ),
        *(
            pytest.param(
                {"ports": ["^80"], **template(loadBalancerSourceRanges=[source])},
                f'{TEMPLATE}.loadBalancerSourceRanges[0]: "{source}" is not a CIDR; write one such '
                'as "192.0.2.0/24"',
                id=f"{source} as source range",
            )
            for source in ("10.0.0.0/08", "10.0.0.0/255.0.0.0", "10.0.0.1/8", "::ffff:0:0/96")
        ),
        *(
            pytest.param(
                {
                    "ports": [port],
                    "addresses": ["192.0.2.10", "fd00::1"],
                    **template(ipFamilies=[family], **policy),
                },
                f'spec.addresses[{index}]: "{address}" is an {other} address, and {TEMPLATE}'
                f".ipFamilies asks for {family} only; leave it out, or set ipFamilyPolicy to "
                '"RequireDualStack"',
                id=f"an {other} address of an {family} Service, {port} {policy}",
            )
            for port, policy in (
                ("80", {}),
                ("!80", {"ipFamilyPolicy": "SingleStack"}),
                ("#80", {"ipFamilyPolicy": "SingleStack"}),
            )
            for family, other, index, address in (
                ("IPv4", "IPv6", 1, "fd00::1"),
                ("IPv6", "IPv4", 0, "192.0.2.10"),
            )
        ),
        pytest.param(
            template(ipFamilies=["IPv4", "IPv4"]),
            f"{TEMPLATE}.ipFamilies: IPv4 is there twice; leave one out",
            id="a family twice",
        ),
    ],
)
def test_fields_that_contradict_each_other_are_refused(
    fields: dict[str, Any], message: str
) -> None:
    assert accept("web", {"ports": ["80"], **fields}) == Refused(Reason.INVALID_SPEC, message)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            {"ports": ["@db"], "serviceTemplate": {"metadata": {"labels": {"a": "b"}}}},
            id="@ and labels",
        ),
        pytest.param(
            {"ports": ["!80"], **template(externalTrafficPolicy="Local")}, id="! and policy"
        ),
        pytest.param(
            {"ports": ["^80"], **template(healthCheckNodePort=0)}, id="no health check port"
        ),
        pytest.param(
            {
                "ports": ["^80"],
                **template(externalTrafficPolicy="Local", healthCheckNodePort=30200),
            },
            id="health check port",
        ),
        pytest.param(template(clusterIP="fd00:10:96::50"), id="cluster IP"),
        *(
            pytest.param(
                {"ports": [port], "addresses": ["192.0.2.10", "fd00::1"], **template(**fields)},
                id=f"{port} and addresses of both families, {fields}",
            )
            for port, fields in (
                ("80", {}),
                ("80", {"ipFamilyPolicy": "SingleStack"}),
                ("80", {"ipFamilies": ["IPv4", "IPv6"]}),
                ("80", {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "PreferDualStack"}),
                ("80", {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "RequireDualStack"}),
                ("#80", {"ipFamilies": ["IPv4"]}),
            )
        ),
        pytest.param(
            {"addresses": ["fd00::1"], **template(ipFamilies=["IPv6"])},
            id="an address of it",
        ),
        pytest.param(
            {"ports": ["#80"], **template(sessionAffinity="None")}, id="# and no affinity"
        ),
    ],
)
def test_fields_that_go_together_are_accepted(fields: dict[str, Any]) -> None:
    assert isinstance(accept("web", {"ports": ["80:8080"], **fields}), AcceptedRequest)
