"""The conditions of a request and their reasons, each with its one sentence."""

from enum import StrEnum


class ConditionType(StrEnum):
    """What a request tells about itself, in the order in which it is found out."""

    ACCEPTED = "Accepted"
    PROGRAMMED = "Programmed"
    ENDPOINTS_AVAILABLE = "EndpointsAvailable"
    READY = "Ready"
    STALLED = "Stalled"


class Reason(StrEnum):
    """Why a condition is as it is; ``meaning`` is the sentence the documentation shows."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Reason":
        """Make the member equal to ``value`` and keep its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    ACCEPTED = "Accepted", "The spec can be carried out."
    INVALID_PORT_STRING = "InvalidPortString", "A port string does not follow the grammar."
    MIXED_KINDS = "MixedKinds", "The port strings are of more than one kind."
    DUPLICATE_PORT = "DuplicatePort", "Two port strings claim one name, port or node port."
    INVALID_SPEC = "InvalidSpec", "Fields of the spec contradict each other or have wrong values."
    TARGET_NOT_FOUND = "TargetNotFound", "The object that targetRef names is not there."
    TARGET_HAS_NO_SELECTOR = (
        "TargetHasNoSelector",
        "The object that targetRef names has no labels that a Service could select by.",
    )
    NOT_PERMITTED = (
        "NotPermitted",
        "The operator may not read the target, or its administrator allows no such request.",
    )

    PROGRAMMED = "Programmed", "The Service and its owned endpoints stand as the spec says."
    SERVICE_CONFLICT = "ServiceConflict", "An object of the needed name belongs to somebody else."
    NODE_PORT_TAKEN = "NodePortTaken", "Another Service holds the node port."
    NODE_PORT_OUT_OF_RANGE = (
        "NodePortOutOfRange",
        "The node port is outside the cluster's node port range.",
    )
    CLUSTER_IP_TAKEN = "ClusterIPTaken", "Another Service holds the ClusterIP."
    FIELDS_OVERRIDDEN = (
        "FieldsOverridden",
        "Somebody keeps changing the Service, or the API server made something else of it.",
    )
    SERVICE_REJECTED = "ServiceRejected", "The API server refused an object, in the words given."
    PENDING = "Pending", "The cluster has not finished its part yet."

    ENDPOINTS_READY = "EndpointsReady", "At least one endpoint is ready."
    NO_PODS_MATCH = "NoPodsMatch", "No pod has the labels of the selector."
    PODS_NOT_READY = "PodsNotReady", "Pods match, but none of them is ready."
    TARGET_PORT_NOT_FOUND = (
        "TargetPortNotFound",
        "Pods are ready, but none has a container port of the target's name.",
    )
    NOT_APPLICABLE = "NotApplicable", "A Service of this kind has no endpoints."

    READY = "Ready", "Accepted and programmed, and its addresses are allocated."
