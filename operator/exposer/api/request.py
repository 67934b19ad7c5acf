"""The spec of an ExposeRequest as users write it."""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exposer.api.labels import LabelValue
from exposer.api.model import Model
from exposer.api.template import ServiceTemplate
from exposer.grammar.hosts import MAX_NAME
from exposer.grammar.parse import MAX_LENGTH

MAX_STRINGS = 100
MAX_ADDRESSES = 100
MAX_SELECTOR = 100

SERVICE_NAME = re.compile(r"^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$", re.ASCII)
"""A DNS label that begins with a letter (RFC 1035; core/v1 ValidateServiceName)."""

OBJECT_NAME = re.compile(
    r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$", re.ASCII
)
"""A DNS subdomain (RFC 1123), as the names of workloads, Pods and Services are."""

PortText = Annotated[str, StringConstraints(max_length=MAX_LENGTH)]
AddressText = Annotated[str, StringConstraints(max_length=45)]  # INET6_ADDRSTRLEN, RFC 3493


class TargetRef(Model):
    """A workload, or a Service, whose selector is to be taken."""

    kind: Literal["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Service"]
    """The kind of the object."""
    name: Annotated[str, StringConstraints(max_length=253, pattern=OBJECT_NAME.pattern)]
    """The name of the object, in the request's namespace."""


class ExposeRequestSpec(Model):
    """What to expose, and how."""

    ports: list[PortText] = Field(min_length=1, max_length=MAX_STRINGS)
    """Port strings, all of one kind. "80:8080" is a ClusterIP Service's port 80 to the pods' port
    8080, "!80:8080" a NodePort, "^80:8080" a LoadBalancer, "#80" headless, "@db.example.com" an
    ExternalName. A number before the port asks for that node port ("!30080:80:8080"), a word
    before "=" names the port ("https=443"), "/udp" or "/sctp" sets the protocol, "/http",
    "/https", "/grpc", "/h2c", "/ws", "/wss" or "/tcp+example.com/custom" the appProtocol, and
    "8000-8003" is a range. Quote them: "!", "#" and "@" mean something in YAML."""

    selector: (
        Annotated[dict[str, LabelValue], Field(min_length=1, max_length=MAX_SELECTOR)] | None
    ) = None
    """Labels of the pods that the traffic goes to. Without selector, targetRef and addresses it
    is {"app": the request's name}."""

    target_ref: TargetRef | None = None
    """An object whose pods the traffic goes to: its selector is taken, of a Pod its labels."""

    addresses: (
        Annotated[list[AddressText], Field(min_length=1, max_length=MAX_ADDRESSES)] | None
    ) = None
    """IPv4 or IPv6 addresses that the traffic goes to, instead of pods. The operator then owns
    the Endpoints and EndpointSlices of the Service."""

    service_name: (
        Annotated[str, StringConstraints(max_length=MAX_NAME, pattern=SERVICE_NAME.pattern)] | None
    ) = None
    """The name of the Service; the request's own name if left out."""

    service_template: ServiceTemplate | None = None
    """What the Service is to have beside what the port strings say, as core/v1 Service has it."""
