"""The serviceTemplate of an ExposeRequest: names, shapes and meaning of core/v1 Service."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exposer.api.labels import MAX_KEY, QUALIFIED_NAME, LabelValue
from exposer.api.model import Model
from exposer.grammar import Kind
from exposer.grammar.nodes import WITH_NODE_PORTS

_MAX_LABELS = 100
_MAX_SOURCE_RANGES = 100
_MAX_TIMEOUT = 86400  # seconds, core/v1 MaxClientIPServiceAffinitySeconds
MAX_ANNOTATIONS = 256 * 1024  # bytes of all keys and values, core/v1 TotalAnnotationSizeLimitB
_MAX_CIDR = 49  # INET6_ADDRSTRLEN without its final zero (RFC 3493), and "/128"

CIDRText = Annotated[str, StringConstraints(max_length=_MAX_CIDR)]
AnnotationText = Annotated[str, StringConstraints(max_length=65536)]
TrafficPolicy = Literal["Cluster", "Local"]
IPFamily = Literal["IPv4", "IPv6"]


class TemplateMetadata(Model):
    """What the Service's metadata gets beside what the operator puts there."""

    labels: Annotated[dict[str, LabelValue], Field(max_length=_MAX_LABELS)] | None = None
    """Labels of the Service. app.kubernetes.io/managed-by is the operator's own."""
    annotations: Annotated[dict[str, AnnotationText], Field(max_length=_MAX_LABELS)] | None = None
    """Annotations of the Service; 256 KiB in all."""


class ClientIPConfig(Model):
    """How ClientIP affinity works."""

    timeout_seconds: Annotated[int, Field(ge=1, le=_MAX_TIMEOUT)]
    """For how many seconds after its last connection a client stays with its pod, 1 to 86400."""


class SessionAffinityConfig(Model):
    """The settings of the session affinity."""

    client_ip: ClientIPConfig = Field(alias="clientIP")
    """The settings of ClientIP affinity."""


class TemplateSpec(Model):
    """Fields of core/v1 ServiceSpec that the port strings don't say."""

    session_affinity: Literal["None", "ClientIP"] | None = None
    """"ClientIP" keeps the connections of one client on one pod."""
    session_affinity_config: SessionAffinityConfig | None = None
    """The settings of ClientIP affinity; 10800 seconds if left out."""
    external_traffic_policy: TrafficPolicy | None = None
    """"Local" keeps traffic from outside on the node where it arrives, and the client's address.
    For "!" and "^"."""
    internal_traffic_policy: TrafficPolicy | None = None
    """"Local" keeps traffic from inside on its node."""
    traffic_distribution: Literal["PreferClose", "PreferSameZone", "PreferSameNode"] | None = None
    """Which endpoints are preferred."""
    publish_not_ready_addresses: bool | None = None
    """Endpoints count as ready whether their pods are or not."""
    ip_family_policy: Literal["SingleStack", "PreferDualStack", "RequireDualStack"] | None = None
    """Whether the Service has an address of one IP family or of both."""
    ip_families: (
        Annotated[
            list[IPFamily],
            Field(min_length=1, max_length=2, json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """Which IP families, the first one first."""
    load_balancer_class: (
        Annotated[
            str, StringConstraints(max_length=MAX_KEY, pattern=rf"^{QUALIFIED_NAME.pattern}$")
        ]
        | None
    ) = None
    """Which load balancer controller is meant. For "^"."""
    load_balancer_source_ranges: (
        Annotated[list[CIDRText], Field(max_length=_MAX_SOURCE_RANGES)] | None
    ) = None
    """The client addresses that are let in, as CIDRs. For "^"."""
    allocate_load_balancer_node_ports: bool | None = None
    """Whether a load balancer's Service has node ports, too. For "^"."""
    health_check_node_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Where nodes tell a load balancer whether they have endpoints. For "^" with
    externalTrafficPolicy Local."""
    cluster_ip: Annotated[str, StringConstraints(min_length=1, max_length=45)] | None = Field(
        default=None, alias="clusterIP"
    )
    """The address to ask for, instead of one that the cluster picks. Headless is "#"."""


class ServiceTemplate(Model):
    """What the Service is to have beside what the port strings say."""

    metadata: TemplateMetadata | None = None
    """Labels and annotations of the Service."""
    spec: TemplateSpec | None = None
    """Fields of core/v1 ServiceSpec."""


KINDS_OF_FIELDS = {
    "externalTrafficPolicy": WITH_NODE_PORTS,
    "loadBalancerClass": (Kind.LOAD_BALANCER,),
    "loadBalancerSourceRanges": (Kind.LOAD_BALANCER,),
    "allocateLoadBalancerNodePorts": (Kind.LOAD_BALANCER,),
    "healthCheckNodePort": (Kind.LOAD_BALANCER,),
}
"""The fields of the template's spec that core/v1 ValidateService allows for some types only."""
