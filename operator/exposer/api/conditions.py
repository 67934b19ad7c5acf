"""The conditions of a request and their reasons, each with its one sentence, and what to do."""

from enum import StrEnum


class ConditionType(StrEnum):
    """What a request tells about itself, in the order in which it is found out."""

    ACCEPTED = "Accepted"
    PROGRAMMED = "Programmed"
    ENDPOINTS_AVAILABLE = "EndpointsAvailable"
    READY = "Ready"
    STALLED = "Stalled"


class Reason(StrEnum):
    """Why a condition is as it is.

    ``meaning`` is the sentence that the documentation shows, and ``remedy`` the one that says what
    to do, there and in ``exposer trace``; ``{namespace}`` and ``{labels}`` in it are the request's.
    """

    meaning: str
    remedy: str

    def __new__(cls, value: str, meaning: str, remedy: str = "") -> "Reason":
        """Make the member equal to ``value`` and keep its sentences."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.remedy = remedy
        return member

    ACCEPTED = "Accepted", "The spec is valid.", "nothing to do"
    INVALID_PORT_STRING = (
        "InvalidPortString",
        "A port string does not follow the grammar.",
        "correct the string that the message marks; 'exposer parse' explains strings",
    )
    MIXED_KINDS = (
        "MixedKinds",
        "The port strings are of more than one kind.",
        "write one request for each kind",
    )
    DUPLICATE_PORT = (
        "DuplicatePort",
        "Two port strings claim one name, port or node port.",
        "change one of the two strings that the message names",
    )
    INVALID_SPEC = (
        "InvalidSpec",
        "Fields of the spec contradict each other or have wrong values.",
        "change the field that the message names",
    )
    TARGET_NOT_FOUND = (
        "TargetNotFound",
        "The object that targetRef names does not exist.",
        "create it, or change spec.targetRef",
    )
    TARGET_HAS_NO_SELECTOR = (
        "TargetHasNoSelector",
        "The object that targetRef names has no labels that a Service could select by.",
        "give it labels or a selector, or write spec.selector instead of spec.targetRef",
    )
    NOT_PERMITTED = (
        "NotPermitted",
        "The operator may not read the target, or its administrator allows no such request.",
        "ask the administrator of the operator for what the message names",
    )

    PROGRAMMED = (
        "Programmed",
        "The Service and its owned endpoints are as the spec says.",
        "nothing to do",
    )
    SERVICE_CONFLICT = (
        "ServiceConflict",
        "An object of the needed name belongs to somebody else.",
        "hand the Service over to the request ('exposer convert' tells how), or set "
        "spec.serviceName to a free name",
    )
    NODE_PORT_TAKEN = (
        "NodePortTaken",
        "Another Service holds the node port.",
        "write no node port, and the cluster picks one; or give that one up there, and the request "
        "takes it at once",
    )
    NODE_PORT_OUT_OF_RANGE = (
        "NodePortOutOfRange",
        "The node port is outside the cluster's node port range.",
        "write a node port of that range, or none",
    )
    CLUSTER_IP_TAKEN = (
        "ClusterIPTaken",
        "Another Service holds the ClusterIP.",
        "leave out serviceTemplate.spec.clusterIP, and the cluster picks one",
    )
    SERVICE_REJECTED = (
        "ServiceRejected",
        "The API server refused an object, in the words given.",
        "change what the message names: the request, the quota or the policy",
    )
    PENDING = (
        "Pending",
        "The cluster has not finished its part yet.",
        "wait; if it stays, 'exposer trace' and the operator's log tell more",
    )
    LOAD_BALANCER_ERROR = (
        "LoadBalancerError",
        "The load balancer's controller reports an error in the Service's status.",
        "see what that controller says: kubectl describe service -n {namespace}",
    )
    FIELDS_OVERRIDDEN = (
        "FieldsOverridden",
        "Somebody keeps changing the Service, or the API server made something else of it.",
        "ask whoever the message names to leave these fields alone, or write what they want into "
        "the request; leave out a field that this version of Kubernetes does not know",
    )

    ENDPOINTS_READY = "EndpointsReady", "Every port has a ready endpoint.", "nothing to do"
    NO_PODS_MATCH = (
        "NoPodsMatch",
        "No pod with an IP address has the labels of the selector.",
        "run pods with these labels, or change spec.selector; what there is: "
        "kubectl get pods -n {namespace} --show-labels",
    )
    PODS_NOT_READY = (
        "PodsNotReady",
        "Pods match, but none of them is ready.",
        "see why: kubectl describe pods -n {namespace} -l {labels}",
    )
    TARGET_PORT_NOT_FOUND = (
        "TargetPortNotFound",
        "Pods are ready, but none has a container port of the target's name.",
        "write one of their names, or a number, as the target in spec.ports; or name the "
        "container's port so",
    )
    IP_FAMILY_MISMATCH = (
        "IPFamilyMismatch",
        "Endpoints are of an IP family that the Service does not have, or the reverse.",
        "set ipFamilyPolicy or ipFamilies in serviceTemplate.spec, or use addresses of the "
        "Service's families",
    )
    NOT_APPLICABLE = (
        "NotApplicable",
        "A Service of this kind has no endpoints.",
        "nothing to do",
    )

    READY = (
        "Ready",
        "Accepted and Programmed are True, and the addresses are allocated.",
        "nothing to do",
    )
