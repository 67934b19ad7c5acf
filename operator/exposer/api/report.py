"""The status of an ExposeRequest as users read it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from exposer.api.conditions import ConditionType, Reason
from exposer.api.model import Model
from exposer.grammar import Kind, Protocol

MAX_ENDPOINTS = 100

IntOrString = Annotated[
    int | str,
    WithJsonSchema({"x-kubernetes-int-or-string": True}),
]
Time = Annotated[
    datetime,
    # Not strftime, whose years have fewer than four digits before 1000.
    PlainSerializer(lambda time: time.isoformat(timespec="seconds").replace("+00:00", "Z")),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
# Open sets in the schema: a newer operator may know more of them than an older CRD does.
_OPEN = WithJsonSchema({"type": "string"})


class PortStatus(Model):
    """One port of the Service."""

    name: str
    """The port's name."""
    port: int
    """The port of the Service."""
    target_port: IntOrString
    """The port of the pods, or the name of their container port."""
    node_port: int | None = None
    """The port on every node, where there is one."""
    protocol: Protocol
    """TCP, UDP or SCTP."""
    app_protocol: str | None = None
    """What is spoken on the port, where the Service says it."""


class TargetReference(Model):
    """What an endpoint belongs to."""

    kind: str
    """The kind of the object, such as Pod."""
    name: str
    """The name of the object."""


class EndpointStatus(Model):
    """One address of a pod, or of something else that the traffic goes to."""

    ip: str
    """The IPv4 or IPv6 address."""
    ports: list[int] | None = None
    """The ports on that address; left out where endpointPorts has those of all."""
    ready: bool
    """It takes new connections, as its EndpointSlice says."""
    serving: bool
    """It answers, though it may be terminating."""
    terminating: bool
    """It is shutting down."""
    node_name: str | None = None
    """The node that it is on."""
    zone: str | None = None
    """The zone that it is in."""
    target_ref: TargetReference | None = None
    """The pod behind it."""


class EndpointSummary(Model):
    """How many endpoints there are. The addresses of one pod count once."""

    ready: int
    """How many get new connections: they are ready, at a port of the Service, and of one of its
    IP families."""
    total: int
    """How many there are in all."""
    truncated: bool
    """The list leaves some out; the counts are exact all the same."""


class LoadBalancerIngress(Model):
    """One way in through the load balancer."""

    ip: str | None = None
    """Its address."""
    hostname: str | None = None
    """Its DNS name."""


class LoadBalancerStatus(Model):
    """What the load balancer's controller said."""

    ingress: list[LoadBalancerIngress]
    """The ways in."""


MAX_MESSAGE = 32768
"""Characters of a condition's message (metav1.Condition)."""


class Condition(Model):
    """One fact about the request, a metav1.Condition."""

    type: Annotated[ConditionType, _OPEN]
    """Which fact."""
    status: Literal["True", "False", "Unknown"]
    """Whether it holds."""
    observed_generation: int
    """The generation of the spec that it was found out for."""
    last_transition_time: Time
    """When the status last changed."""
    reason: Annotated[Reason, _OPEN]
    """Why, in one word."""
    message: str
    """Why, in a sentence."""


NOTHING = "<none>"
"""What kubectl shows for a value that isn't there; a column can't by itself."""


class Display(Model):
    """What the columns of `kubectl get` show."""

    type: str = NOTHING
    """How the Service is reached."""
    cluster_ip: str = Field(default=NOTHING, alias="clusterIP")
    """The Service's address inside the cluster."""
    ports: str = NOTHING
    """As in `kubectl get service`: 80:30080/TCP."""
    endpoints: str = NOTHING
    """Ready of all, as 2/3."""
    external: str = NOTHING
    """The external name, or the load balancer's addresses."""
    service: str = NOTHING
    """The Service that the request owns."""
    reason: str = NOTHING
    """Why it isn't Ready; if it is, why EndpointsAvailable isn't True; Ready if all is well."""


class ExposeRequestStatus(Model):
    """What came of the request. All of it is for the generation in observedGeneration."""

    observed_generation: int
    """The generation of the spec that this status is about."""
    service_name: str | None = None
    """The Service that the request owns."""
    type: Kind | None = None
    """How the Service is reached."""
    cluster_ip: str | None = Field(default=None, alias="clusterIP")
    """The Service's address inside the cluster; "None" for a headless one."""
    cluster_ips: list[str] | None = Field(default=None, alias="clusterIPs")
    """All of them, one for each IP family."""
    external_name: str | None = None
    """The DNS name that an ExternalName Service stands for."""
    dns_name: str | None = None
    """The Service's DNS name inside the cluster."""
    ports: list[PortStatus] = Field(json_schema_extra={"x-kubernetes-list-type": "atomic"})
    """The Service's ports, with the node ports that the cluster allocated."""
    load_balancer: LoadBalancerStatus | None = None
    """What the load balancer's controller said."""
    endpoints: list[EndpointStatus] = Field(
        max_length=MAX_ENDPOINTS, json_schema_extra={"x-kubernetes-list-type": "atomic"}
    )
    """The addresses that the traffic goes to, sorted: the first 100, or as many as fit into 60 kB.
    A pod has a row for each of its addresses."""
    endpoint_ports: list[int] | None = Field(
        default=None, json_schema_extra={"x-kubernetes-list-type": "atomic"}
    )
    """The ports on every address, where all rows have the same more than 16."""
    endpoint_summary: EndpointSummary
    """How many endpoints there are."""
    display: Display
    """What `kubectl get` shows."""
    conditions: list[Condition] = Field(
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    )
    """Accepted, Programmed, EndpointsAvailable, Ready; Stalled only while it holds."""
