"""With addresses, the endpoints are the operator's."""

from typing import Any

import pytest

from localcluster.api import Object
from tests.support.space import Space

pytestmark = pytest.mark.cluster


BOTH = {"spec": {"ipFamilyPolicy": "RequireDualStack"}}


def test_both_ip_families_have_a_slice_and_the_endpoints_name_the_services_family(
    space: Space,
) -> None:
    addresses = ["192.0.2.11", "2001:db8::10", "192.0.2.10"]
    space.expose("pg=5432:15432", addresses=addresses, serviceTemplate=BOTH)
    status = space.until_endpoints("web", 3, 3)
    assert "selector" not in space.get("Service", "web")["spec"]
    ports = [{"name": "pg", "port": 15432, "protocol": "TCP"}]
    four, six = (space.get("EndpointSlice", name) for name in sorted(space.names("EndpointSlice")))
    assert _slice(four) == ("IPv4", ports, ["192.0.2.10", "192.0.2.11"])
    assert _slice(six) == ("IPv6", ports, ["2001:db8::10"])
    (subset,) = space.get("Endpoints", "web")["subsets"]
    assert subset["ports"] == ports
    assert {"ip": "192.0.2.10"} in subset["addresses"]
    assert [row["ip"] for row in status["endpoints"]] == [
        "192.0.2.10",
        "192.0.2.11",
        "2001:db8::10",
    ]


def test_the_mirroring_controller_makes_no_slice_of_its_own(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10"])
    space.until_endpoints("web", 1, 1)
    # Another pair of Service and Endpoints is mirrored: the controller has been at work since.
    space.create("Service", "other", spec={"ports": [{"port": 80}]})
    space.create("Endpoints", "other", subsets=[{"addresses": [{"ip": "192.0.2.99"}]}])
    space.until_any("EndpointSlice", "kubernetes.io/service-name=other")
    slices = [name for name in space.names("EndpointSlice") if not name.startswith("other-")]
    assert slices == ["web-exposer-ipv4"]


def test_changed_addresses_reach_the_endpoints_and_an_empty_family_goes(space: Space) -> None:
    space.expose("80", addresses=["192.0.2.10", "2001:db8::10"], serviceTemplate=BOTH)
    space.until_endpoints("web", 2, 2)
    space.ask("web", addresses=["192.0.2.12"])
    status = space.until_endpoints("web", 1, 1)
    assert [row["ip"] for row in status["endpoints"]] == ["192.0.2.12"]
    space.until_gone("EndpointSlice", "web-exposer-ipv6")


def test_from_a_selector_to_addresses_and_back(space: Space) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.expose("80")
    space.until_endpoints("web", 1, 1)
    before = space.get("Service", "web")["spec"]["clusterIP"]
    space.ask("web", addresses=["192.0.2.10"])
    space.until("ExposeRequest", "web", lambda seen: _addresses(seen) == ["192.0.2.10"])
    space.ask("web", addresses=None)
    space.until("ExposeRequest", "web", lambda seen: _targets(seen) == ["pod"])
    assert space.until_ready()["clusterIP"] == before
    space.until_gone("EndpointSlice", "web-exposer-ipv4")


def test_foreign_endpoints_are_left_alone(space: Space) -> None:
    foreign = space.create("Endpoints", "web", subsets=[{"addresses": [{"ip": "192.0.2.99"}]}])
    space.expose("80", addresses=["192.0.2.10"])
    status = space.until_refused("web", "ServiceConflict")
    assert 'Endpoints "web"' in _messages(status)["Programmed"]
    space.until_settled()
    assert space.get("Endpoints", "web") == foreign


def test_an_address_of_another_family_than_the_services_is_told(space: Space) -> None:
    space.expose("80", addresses=["fd00::1"])
    status = space.until_refused("web", "IPFamilyMismatch", "EndpointsAvailable")
    assert (status["display"]["endpoints"], status["display"]["reason"]) == (
        "0/1",
        "IPFamilyMismatch",
    )
    space.ask("web", addresses=["fd00::1", "192.0.2.10"])
    status = space.until_endpoints("web", 1, 2)
    assert _messages(status)["EndpointsAvailable"] == (
        "1 of 2 endpoints are ready; nothing reaches the others: fd00::1 is an address of another "
        "IP family than the Service's IPv4"
    )
    space.ask("web", addresses=["fd00::1"], serviceTemplate={"spec": {"ipFamilies": ["IPv6"]}})
    space.until_endpoints("web", 1, 1)


def _slice(endpoint_slice: Object) -> tuple[str, Any, list[str]]:
    addresses = [each["addresses"][0] for each in endpoint_slice["endpoints"]]
    return endpoint_slice["addressType"], endpoint_slice["ports"], sorted(addresses)


def _addresses(request: Object) -> list[str]:
    return [row["ip"] for row in request["status"]["endpoints"]]


def _targets(request: Object) -> list[str]:
    return [row.get("targetRef", {}).get("name", "") for row in request["status"]["endpoints"]]


def _messages(status: Object) -> dict[str, str]:
    return {each["type"]: each["message"] for each in status["conditions"]}
