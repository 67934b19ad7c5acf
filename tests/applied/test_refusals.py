"""What an answer of the API server means for the request."""

from datetime import timedelta
from typing import Any

import pytest

from exposer.api import Reason
from exposer.applied.refusals import is_denied, refusal_of
from exposer.kube import ApiError
from exposer.observed import Key
from exposer.plan import Refusal

TAKEN = "Invalid value: 30080: provided port is already allocated"
OUT_OF_RANGE = (
    "Invalid value: 80: provided port is not in the valid range. "
    "The range of valid ports is 30000-32767"
)
NO_IP = (
    'Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: '
    "provided IP is already allocated"
)


NO_HEALTH_CHECK = "failed to allocate requested HealthCheck NodePort 30080: provided port is"
HELD = 'no; it is held by Service "web"'


def an_answer(
    code: int = 422,
    *causes: tuple[str, str],
    message: str = "no",
    reason: str = "FieldValueInvalid",
    retry_after: timedelta | None = None,
) -> ApiError:
    """A metav1.Status with its causes, each a field and a message; the reason is that of all."""
    status: dict[str, Any] = {
        "kind": "Status",
        "status": "Failure",
        "code": code,
        "message": message,
        "details": {
            "causes": [
                {"reason": reason, "field": field, "message": text} for field, text in causes
            ]
        },
    }
    return ApiError(code, status, message, retry_after)


NODE_PORT_HELD = Refusal(
    Reason.NODE_PORT_TAKEN, HELD, claim=30080, held_by=Key("shop", "web"), woken=True
)
ADDRESS_HELD = Refusal(
    Reason.CLUSTER_IP_TAKEN, HELD, claim="10.96.0.50", held_by=Key("shop", "web"), woken=True
)


def nobody(_: int | str) -> Key | None:
    return None


def shop_web(claim: int | str) -> Key | None:
    """Who holds node port 30080 and 10.96.0.50."""
    return Key("shop", "web") if claim in (30080, "10.96.0.50") else None


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        pytest.param(
            ("spec.ports[0].nodePort", TAKEN),
            NODE_PORT_HELD,
            id="node port taken",
        ),
        pytest.param(
            ("spec.ports[0].nodePort", TAKEN.replace("30080", "30081")),
            Refusal(Reason.NODE_PORT_TAKEN, "no", claim=30081),
            id="node port taken by an unknown one",
        ),
        pytest.param(
            ("spec.ports[3].nodePort", OUT_OF_RANGE),
            Refusal(Reason.NODE_PORT_OUT_OF_RANGE, "no", retry=False),
            id="node port out of range",
        ),
        pytest.param(
            ("spec.clusterIPs", NO_IP),
            ADDRESS_HELD,
            id="cluster IP taken",
        ),
        pytest.param(
            ("spec.clusterIP", NO_IP.replace("0.50", "0.51")),
            Refusal(Reason.CLUSTER_IP_TAKEN, "no", claim="10.96.0.51"),
            id="cluster IP taken by an unknown one, told of the older field",
        ),
        pytest.param(
            ("metadata.uid", "Invalid value: field is immutable"),
            Refusal(Reason.PENDING, "no"),
            id="a successor under the same name",
        ),
        pytest.param(
            ("spec.ports[0].nodePort", "Invalid value: 30080: besetzt"),
            NODE_PORT_HELD,
            id="node port that somebody is known to have, in other words",
        ),
        pytest.param(
            ("spec.clusterIPs", 'Invalid value: ["x"]: failed to allocate IP 10.96.0.50: besetzt'),
            ADDRESS_HELD,
            id="cluster IP that somebody is known to have, in other words",
        ),
        pytest.param(
            ("spec.externalName", TAKEN),
            Refusal(Reason.SERVICE_REJECTED, "no", retry=False),
            id="the words of a node port at another field",
        ),
    ],
)
def test_an_invalid_object_is_refused_for_its_cause(
    cause: tuple[str, str], expected: Refusal
) -> None:
    assert refusal_of(an_answer(422, cause), "shop", shop_web) == expected


@pytest.mark.parametrize("cause", [("spec.ports[0].nodePort", TAKEN), ("spec.clusterIPs", NO_IP)])
def test_the_names_of_other_namespaces_are_not_told(cause: tuple[str, str]) -> None:
    refusal = refusal_of(an_answer(422, cause), "elsewhere", shop_web)
    told = "no; it is held by a Service in another namespace"
    assert (refusal.message, refusal.held_by) == (told, Key("shop", "web"))


def test_the_first_cause_that_is_known_decides() -> None:
    answer = an_answer(422, ("spec.sessionAffinity", "odd"), ("spec.ports[0].nodePort", TAKEN))
    assert refusal_of(answer, "shop", nobody) == Refusal(Reason.NODE_PORT_TAKEN, "no", claim=30080)


USERS_FIELDS = [
    "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]",
    "metadata.name",
    "metadata.labels",
    "metadata.annotations",
    "spec.selector",
    "spec.externalName",
    "spec.ports[0].name",
    "spec.ports[12].port",
    "spec.ports[0].targetPort",
    "spec.ports[0].protocol",
    "spec.ports[0].appProtocol",
    "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
    "spec.loadBalancerSourceRanges",
    "spec.loadBalancerSourceRanges[1]",
    "subsets[0].addresses[3].ip",
    "endpoints[0].addresses[0]",
]


@pytest.mark.parametrize("reason", ["FieldValueInvalid", "FieldValueTooLong"])
@pytest.mark.parametrize("field", USERS_FIELDS)
def test_a_wrong_value_of_a_field_that_the_request_decides_on_is_final(
    field: str, reason: str
) -> None:
    answer = an_answer(422, ("", ""), (field, "in whatever words"), reason=reason)
    assert refusal_of(answer, "shop", nobody) == Refusal(Reason.SERVICE_REJECTED, "no", retry=False)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        pytest.param("spec.ports[0].name", "FieldValueDuplicate", id="depends on another port"),
        pytest.param("spec.ports", "FieldValueRequired", id="depends on what stands"),
        pytest.param("spec.ports[0].name", "FieldValueForbidden", id="depends on other fields"),
        pytest.param("spec.trafficDistribution", "FieldValueNotSupported", id="version"),
        pytest.param("spec.ipFamilyPolicy", "FieldValueInvalid", id="the cluster's IP families"),
        pytest.param("spec.clusterIPs", "FieldValueInvalid", id="the cluster's ranges"),
        pytest.param("spec.loadBalancerClass", "FieldValueInvalid", id="immutable"),
        pytest.param("spec.fieldOfTomorrow", "FieldValueInvalid", id="a field not known here"),
        pytest.param("spec.selectors", "FieldValueInvalid", id="a longer name"),
        pytest.param("spec.selector", "ReasonOfTomorrow", id="a reason not known here"),
    ],
)
def test_what_may_be_right_tomorrow_is_tried_again(field: str, reason: str) -> None:
    answer = an_answer(422, (field, "in whatever words"), reason=reason)
    assert refusal_of(answer, "shop", nobody) == Refusal(Reason.SERVICE_REJECTED, "no")


WEBHOOK = 'admission webhook "no.example.com" denied the request'
POLICY = "ValidatingAdmissionPolicy 'x' with binding 'y' denied request: no"


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500])
@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"{WEBHOOK}: no", id="webhook"),
        pytest.param(f"{WEBHOOK} without explanation", id="webhook without explanation"),
        pytest.param(f'services "web" is forbidden: {POLICY}', id="policy"),
        pytest.param("ValidatingAdmissionPolicy 'x' denied request: no", id="policy alone"),
    ],
)
@pytest.mark.parametrize(
    "causes",
    [pytest.param((), id="no cause"), pytest.param((("spec.selector", "no"),), id="cause")],
)
def test_a_denial_is_tried_again_whatever_its_code(
    code: int, message: str, causes: tuple[tuple[str, str], ...]
) -> None:
    answer = an_answer(code, *causes, message=message)
    assert is_denied(answer)
    assert refusal_of(answer, "shop", nobody) == Refusal(Reason.SERVICE_REJECTED, message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(
            f"{NO_HEALTH_CHECK} already allocated",
            NODE_PORT_HELD,
            id="taken",
        ),
        pytest.param(
            f"{NO_HEALTH_CHECK.replace('80:', '81:')} already allocated",
            Refusal(Reason.NODE_PORT_TAKEN, "no", claim=30081),
            id="taken by an unknown one",
        ),
        pytest.param(
            f"{NO_HEALTH_CHECK} not in the valid range. The range of valid ports is 30000-32767",
            Refusal(Reason.NODE_PORT_OUT_OF_RANGE, "no", retry=False),
            id="out of range",
        ),
        pytest.param(
            "failed to allocate a nodePort: range is full",
            Refusal(Reason.PENDING, "no", passing=True),
            id="another internal error",
        ),
    ],
)
def test_a_health_check_node_port_is_refused_as_an_internal_error(
    message: str, expected: Refusal
) -> None:
    assert refusal_of(an_answer(500, ("", message), reason=""), "shop", shop_web) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(an_answer(400), Refusal(Reason.SERVICE_REJECTED, "no"), id="bad request"),
        pytest.param(an_answer(422), Refusal(Reason.SERVICE_REJECTED, "no"), id="no cause"),
        pytest.param(
            ApiError(422, {}, "no"), Refusal(Reason.SERVICE_REJECTED, "no"), id="no status"
        ),
        pytest.param(
            ApiError(422, {"details": {"causes": None}}, "no"),
            Refusal(Reason.SERVICE_REJECTED, "no"),
            id="causes are null",
        ),
        pytest.param(
            an_answer(403, message="exceeded quota"),
            Refusal(Reason.SERVICE_REJECTED, "exceeded quota"),
            id="quota, which may be raised",
        ),
        pytest.param(
            an_answer(401), Refusal(Reason.PENDING, "no", passing=True), id="token expired"
        ),
        pytest.param(an_answer(404), Refusal(Reason.PENDING, "no"), id="not found"),
        pytest.param(an_answer(409), Refusal(Reason.PENDING, "no", passing=True), id="conflict"),
        pytest.param(
            an_answer(429, retry_after=timedelta(seconds=7)),
            Refusal(Reason.PENDING, "no", retry_after=timedelta(seconds=7), passing=True),
            id="too many requests",
        ),
        pytest.param(
            an_answer(500), Refusal(Reason.PENDING, "no", passing=True), id="internal error"
        ),
        pytest.param(
            an_answer(503, retry_after=timedelta(seconds=1)),
            Refusal(Reason.PENDING, "no", retry_after=timedelta(seconds=1), passing=True),
            id="unavailable",
        ),
        pytest.param(
            ApiError(0, {}, "no"), Refusal(Reason.PENDING, "no", passing=True), id="no answer"
        ),
    ],
)
def test_an_answer_tells_whether_trying_again_can_help(answer: ApiError, expected: Refusal) -> None:
    assert refusal_of(answer, "shop", nobody) == expected
