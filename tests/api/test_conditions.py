"""The condition types and reasons that users and GitOps tools rely on."""

import re

from exposer.api import ConditionType, Reason


def test_the_types_are_told_in_the_order_in_which_they_are_found_out() -> None:
    assert list(ConditionType) == [
        "Accepted",
        "Programmed",
        "EndpointsAvailable",
        "Ready",
        "Stalled",
    ]


def test_the_reasons_hold_what_the_api_promises() -> None:
    promised = {
        "InvalidPortString",
        "MixedKinds",
        "DuplicatePort",
        "InvalidSpec",
        "ServiceConflict",
        "NodePortTaken",
        "NodePortOutOfRange",
        "ClusterIPTaken",
        "ServiceRejected",
        "Pending",
        "NoPodsMatch",
        "PodsNotReady",
        "TargetPortNotFound",
        "NotApplicable",
    }
    assert promised <= set(Reason)


def test_a_reason_is_a_word_that_metav1_takes() -> None:
    pattern = re.compile(r"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?")
    assert [reason for reason in Reason if not pattern.fullmatch(reason)] == []


def test_each_reason_has_a_sentence_of_its_own() -> None:
    sentences = {reason.meaning for reason in Reason if reason.meaning.endswith(".")}
    assert len(sentences) == len(Reason)
