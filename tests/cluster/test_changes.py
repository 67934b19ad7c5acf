"""Each change of ports, template, name, target and addresses ends where a new request would be."""

from collections.abc import Sequence

import pytest

from localcluster import Cluster
from localcluster.api import Api, Object
from tests.support.changing import Anew, change, clear, essence, node_ports, stand, until_programmed
from tests.support.operator_process import OperatorProcess
from tests.support.space import Space, condition
from tests.support.transitions import OF_PORTS, OF_TEMPLATE, Case, ports

pytestmark = pytest.mark.cluster

STATUS = ("patch", "exposerequests/web/status")
CLEANUP = "service.kubernetes.io/load-balancer-cleanup"


@pytest.fixture(scope="module")
def anew(api: Api, cluster: Cluster, operator: OperatorProcess) -> Anew:
    return Anew(api, cluster)


@pytest.mark.parametrize("case", [*OF_PORTS, *OF_TEMPLATE], ids=str)
def test_the_service_becomes_what_a_new_one_is(space: Space, anew: Anew, case: Case) -> None:
    row = change(space, case.before, case.after).row
    came_to = essence(space)
    clear(space)
    assert (row, came_to) == (case.row, anew.essence(case.after))


def test_asked_for_node_ports_change_places(space: Space) -> None:
    changed = change(
        space, ports("!31520:80:80", "!31521:81:81"), ports("!31521:80:80", "!31520:81:81")
    )
    assert _node_ports(changed.before) == {80: 31520, 81: 31521}
    assert _node_ports(changed.after) == {80: 31521, 81: 31520}


def test_allocated_node_ports_stay_with_their_ports_when_those_change_names(space: Space) -> None:
    changed = change(space, ports("!a=80", "!b=81"), ports("!b=80", "!a=81"))
    assert _node_ports(changed.after) == _node_ports(changed.before)


@pytest.mark.parametrize(
    ("spec", "order"),
    [
        pytest.param(ports("80", "81"), {"ports": ["81", "80"]}, id="ports"),
        pytest.param(
            ports("80") | {"addresses": ["192.0.2.10", "2001:db8::10", "192.0.2.9"]},
            {"addresses": ["2001:db8::10", "192.0.2.9", "192.0.2.10"]},
            id="addresses",
        ),
    ],
)
def test_another_order_writes_nothing_but_the_status(
    space: Space, spec: Object, order: Object
) -> None:
    assert change(space, spec, spec | order).writes == [STATUS]


@pytest.mark.parametrize(
    ("after", "writes"),
    [
        pytest.param(
            ["192.0.2.20", "2001:db8::20"],
            [
                ("patch", "endpointslices/web-exposer-ipv4"),
                ("patch", "endpointslices/web-exposer-ipv6"),
                ("patch", "endpoints/web"),
                STATUS,
            ],
            id="all new",
        ),
        pytest.param(
            ["192.0.2.10"],
            [
                ("patch", "endpoints/web"),
                ("delete", "endpointslices/web-exposer-ipv6"),
                STATUS,
            ],
            id="one family gone",
        ),
        pytest.param(
            ["192.0.2.10", "2001:db8::10", "2001:db8::11"],
            [
                ("patch", "endpointslices/web-exposer-ipv6"),
                ("patch", "endpoints/web"),
                STATUS,
            ],
            id="one more",
        ),
    ],
)
def test_of_the_addresses_only_what_changes_is_written(
    space: Space, anew: Anew, after: Sequence[str], writes: list[tuple[str, str]]
) -> None:
    spec = ports("80") | {"addresses": ["192.0.2.10", "2001:db8::10"]}
    changed = change(space, spec, spec | {"addresses": after})
    assert (changed.writes, essence(space)) == (writes, anew.essence(spec | {"addresses": after}))


@pytest.mark.parametrize(
    "addresses", [[], ["192.0.2.10", "2001:db8::10"]], ids=["selector", "addresses"]
)
def test_under_a_new_name_nothing_of_the_old_one_is_left(
    space: Space, addresses: list[str]
) -> None:
    spec = {"ports": ["80"], "serviceName": "old"} | ({"addresses": addresses} if addresses else {})
    space.create("ExposeRequest", "web", spec=spec)
    until_programmed(space)
    space.until("Endpoints", "old", lambda seen: True)
    space.until_any("EndpointSlice", "kubernetes.io/service-name=old")
    left = [("EndpointSlice", name) for name in space.names("EndpointSlice")]
    space.ask("web", serviceName="new")
    until_programmed(space)
    for kind, name in [("Service", "old"), ("Endpoints", "old"), *left]:
        space.until_gone(kind, name)
    space.until("Endpoints", "new", lambda seen: True)
    assert (space.names("Service"), space.names("Endpoints")) == (["new"], ["new"])


@pytest.mark.parametrize(
    ("string", "template", "applies"),
    [
        pytest.param("!31522:80:80", {}, 1, id="node port"),
        pytest.param("80", {"clusterIP": "10.96.0.161"}, 1, id="cluster IP"),
        pytest.param(
            "^80",
            {"externalTrafficPolicy": "Local", "healthCheckNodePort": 31523},
            2,  # the first one asks for the node port that the cluster had picked
            id="health check node port",
        ),
    ],
)
def test_what_only_one_service_can_have_comes_along_to_the_new_name(
    space: Space, string: str, template: Object, applies: int
) -> None:
    space.create("ExposeRequest", "web", spec={**ports(string, **template), "serviceName": "old"})
    until_programmed(space)
    before = space.get("Service", "old")
    space.ask("web", serviceName="new")
    until_programmed(space)
    space.until_settled()
    services = [write for write in space.writes() if write[1].startswith("services/")]
    assert services == [
        ("patch", "services/old"),
        ("delete", "services/old"),
        *[("patch", "services/new")] * applies,
    ]
    assert node_ports(space.get("Service", "new")) == node_ports(before)


def test_the_old_service_stays_while_the_new_name_is_somebody_elses(space: Space) -> None:
    space.create("Service", "taken", spec={"ports": [{"port": 80}]})
    stand(space, ports("80"))
    before, written = space.get("Service", "web"), space.writes()
    space.ask("web", serviceName="taken")
    status = space.until_refused("web", "ServiceConflict")
    assert (status["serviceName"], status["clusterIP"]) == ("web", before["spec"]["clusterIP"])
    space.ask("web", serviceName=None)
    space.until_ready()
    space.until_settled()
    assert space.get("Service", "web") == before
    assert space.writes() == [*written, STATUS, STATUS]


def test_the_target_can_be_another_workload_and_then_a_selector(space: Space) -> None:
    for name in ("one", "two"):
        space.create_deployment(name, replicas=0, ports=())
    space.expose("80", targetRef={"kind": "Deployment", "name": "one"})
    space.until_ready()
    before = space.get("Service", "web")
    for spec, selector in (
        ({"targetRef": {"kind": "Deployment", "name": "two"}}, {"app": "two"}),
        ({"targetRef": None, "selector": {"tier": "front"}}, {"tier": "front"}),
        ({"selector": None}, {"app": "web"}),
    ):
        space.ask("web", **spec)
        space.until_ready()
        after = space.get("Service", "web")
        assert after["spec"] == before["spec"] | {"selector": selector}
        assert after["metadata"]["uid"] == before["metadata"]["uid"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(ports("80"), ports("#80"), "Headless", id="kind"),
        pytest.param(
            ports("^80"), ports("^80", loadBalancerClass="x/y"), "LoadBalancer", id="class"
        ),
    ],
)
def test_a_replacement_waits_for_a_finalizer_and_says_so(
    space: Space, before: Object, after: Object, kind: str
) -> None:
    stand(space, before)
    old = space.patch("Service", "web", {"metadata": {"finalizers": [CLEANUP]}})
    space.until_settled()
    space.ask("web", **after)
    message = 'Service "web" is being deleted; a new one takes its place then'
    space.until(
        "ExposeRequest",
        "web",
        lambda seen: condition(seen, "Ready")["message"] == message,
    )
    waiting = condition(space.get("ExposeRequest", "web"), "Ready")
    assert (waiting["status"], waiting["reason"]) == ("False", "Pending")
    space.patch("Service", "web", {"metadata": {"finalizers": None}})
    until_programmed(space)
    assert space.get("ExposeRequest", "web")["status"]["type"] == kind
    assert space.get("Service", "web")["metadata"]["uid"] != old["metadata"]["uid"]


def test_a_service_that_a_finalizer_kept_is_made_anew_with_its_node_ports(space: Space) -> None:
    stand(space, ports("!80", "!81"))
    before = space.patch("Service", "web", {"metadata": {"finalizers": [CLEANUP]}})
    space.until_settled()
    # Another ClusterIP is another Service.
    space.ask("web", serviceTemplate={"spec": {"clusterIP": "10.96.0.171"}})
    space.until("Service", "web", lambda seen: "deletionTimestamp" in seen["metadata"])
    space.until_refused("web", "Pending")
    space.patch("Service", "web", {"metadata": {"finalizers": None}})
    assert space.until_ready()["clusterIP"] == "10.96.0.171"
    assert _node_ports(space.get("Service", "web")) == _node_ports(before)


def test_a_service_that_somebody_deletes_comes_back_with_its_node_ports(space: Space) -> None:
    stand(space, ports("!80", "!81"))
    before = space.get("Service", "web")
    space.delete("Service", "web")
    uid = before["metadata"]["uid"]
    after = space.until("Service", "web", lambda seen: seen["metadata"]["uid"] != uid)
    assert _node_ports(after) == _node_ports(before)


def test_a_node_port_that_somebody_took_meanwhile_is_not_waited_for(space: Space) -> None:
    stand(space, ports("!80"))
    space.patch("Service", "web", {"metadata": {"finalizers": [CLEANUP]}})
    space.until_settled()
    (node_port,) = _node_ports(space.get("Service", "web")).values()
    space.delete("Service", "web")
    space.until_refused("web", "Pending")
    # While it is being deleted it gives up its node port, and another one gets it.
    space.change("Service", "web", [{"op": "replace", "path": "/spec/type", "value": "ClusterIP"}])
    holder = {"type": "NodePort", "ports": [{"port": 80, "nodePort": node_port}]}
    space.create("Service", "holder", spec=holder)
    space.patch("Service", "web", {"metadata": {"finalizers": None}})
    assert space.until_ready()["ports"][0]["nodePort"] != node_port


def test_a_new_name_waits_for_a_node_port_that_a_finalizer_keeps(space: Space) -> None:
    space.expose("!31524:80:80", serviceName="old")
    space.until_ready()
    space.patch("Service", "old", {"metadata": {"finalizers": [CLEANUP]}})
    space.until_settled()
    space.ask("web", serviceName="new")
    message = 'Service "old" is being deleted; a new one takes its place then'
    space.until("ExposeRequest", "web", lambda seen: condition(seen, "Ready")["message"] == message)
    space.patch("Service", "old", {"metadata": {"finalizers": None}})
    assert space.until_ready()["ports"][0]["nodePort"] == 31524


def _node_ports(service: Object) -> dict[int, int]:
    return {port["port"]: port["nodePort"] for port in service["spec"]["ports"]}


def test_a_replacement_that_would_be_refused_leaves_the_service_that_stands(space: Space) -> None:
    holder = {"type": "NodePort", "ports": [{"port": 80, "nodePort": 31950}]}
    space.create("Service", "holder", spec=holder)
    space.expose("#80")
    space.until_ready()
    before = space.get("Service", "web")
    space.ask("web", ports=["!31950:80:80"])
    space.until_refused("web", "NodePortTaken")
    assert space.get("Service", "web") == before
    space.delete("Service", "holder")
    assert space.until_ready()["ports"][0]["nodePort"] == 31950


def test_a_replacement_that_wants_a_taken_cluster_ip_leaves_the_service_that_stands(
    space: Space,
) -> None:
    space.create("Service", "holder", spec={"ports": [{"port": 80}]})
    address = space.get("Service", "holder")["spec"]["clusterIP"]
    space.expose("80")
    space.until_ready()
    before = space.get("Service", "web")
    space.ask("web", serviceTemplate={"spec": {"clusterIP": address}})
    space.until_refused("web", "ClusterIPTaken")
    assert space.get("Service", "web") == before
    space.delete("Service", "holder")
    assert space.until_ready()["clusterIP"] == address
