"""Strings that are right, but may mean something else than their author thought."""

import pytest

from exposer.grammar import hints, parse_all


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("!30090:8080", "!30090:8080:8080", id="as in Docker"),
        pytest.param("^30090:8080", "^30090:8080:8080", id="load balancer"),
        pytest.param("!30000:1", "!30000:1:1", id="the first node port"),
        pytest.param("!32767:1", "!32767:1:1", id="the last node port"),
        pytest.param("!web=30090:8080/udp", "!web=30090:8080:8080/udp", id="name and protocol"),
        pytest.param("!30090:8080/h2c", "!30090:8080:8080/h2c", id="appProtocol"),
        pytest.param("!30090:http", "!30090:80:http", id="a target with a name"),
        pytest.param("!30000-30001:80-81", "!30000-30001:80-81:80-81", id="range"),
    ],
)
def test_a_port_that_looks_like_a_node_port_is_told(text: str, meant: str) -> None:
    assert hints(parse_all([text])) == (
        f'spec.ports[0]: "{text}" leaves the node port to the cluster; did you mean "{meant}"?',
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("!80:8080", id="no node port"),
        pytest.param("!29999:8080", id="below the node ports"),
        pytest.param("!32768:8080", id="above the node ports"),
        pytest.param("!32767-32768:1-2", id="half of it above the node ports"),
        pytest.param("!30090:80:8080", id="with its node port"),
        pytest.param("!30090", id="one part"),
        pytest.param("!30090:30090", id="the pods' port is the same"),
        pytest.param("30090:8080", id="cluster IP"),
        pytest.param("#30090:8080", id="headless"),
        pytest.param("#", id="no ports"),
        pytest.param("@db.example.com", id="external name"),
    ],
)
def test_of_other_strings_nothing_is_told(text: str) -> None:
    assert hints(parse_all([text])) == ()


def test_three_are_told_at_most_by_their_indices() -> None:
    strings = parse_all(["!80:8080", *(f"!{port}:80" for port in range(30001, 30006))])
    assert [hint.partition(":")[0] for hint in hints(strings)] == [
        "spec.ports[1]",
        "spec.ports[2]",
        "spec.ports[3]",
    ]
