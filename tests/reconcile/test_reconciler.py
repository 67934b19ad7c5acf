"""What a reconcile writes, and what it does when things come in an order that nobody expects."""

from datetime import timedelta

import pytest

from exposer.kube.paths import object_path
from exposer.observed import Key, trimmed_object
from tests.reconcile.world import WEB, World
from tests.support.builders import a_warning, an_endpoint
from tests.support.clock import run_until_idle
from tests.support.fake_client import Body, Call, an_error

SERVICE = "PATCH /api/v1/namespaces/shop/services/web"
STATUS = "PATCH /apis/exposer.dev/v1alpha1/namespaces/shop/exposerequests/web/status"
FRIEND = Key("shop", "friend")


@pytest.fixture
def world() -> World:
    return World()


async def test_a_new_request_costs_two_calls(world: World) -> None:
    world.tell(world.request())
    first = await world.reconcile()
    assert (first.reported, first.again) == (False, timedelta(seconds=1))
    assert world.tell(world.slice_of()) == [WEB]
    await world.reconcile()
    assert [str(call) for call in world.client.calls] == [SERVICE, STATUS]
    assert world.condition("EndpointsAvailable")[0] == "True"


async def test_a_cluster_that_lists_no_endpoints_is_not_waited_for_long(world: World) -> None:
    world.tell(world.request())
    await world.reconcile()
    world.clock.now += 0.9
    assert (await world.reconcile()).again is not None
    world.clock.now += 0.1
    result = await world.reconcile()
    assert (result.reported, result.again) == (True, None)
    assert world.condition("EndpointsAvailable")[:2] == ("Unknown", "Pending")
    assert world.condition("Ready")[0] == "True"


async def test_a_converged_one_costs_none(world: World) -> None:
    await world.converge()
    result = await world.reconcile()
    assert (result.wrote, result.reported, result.refusal) == (False, False, None)
    assert world.client.calls == []


LARGE = {"metadata": {"annotations": {"example.com/large": "x" * 60_000}}}
LIST = "GET /apis/exposer.dev/v1alpha1/namespaces/shop/exposerequests"


class TestALargeSpec:
    """It is not kept, but read when it is reconciled."""

    @staticmethod
    def _listed(world: World) -> None:
        def answer(_call: Call) -> Body:
            return {"metadata": {}, "items": [world.find("ExposeRequest")]}

        world.client.on("GET", "/exposerequests", answer)

    async def test_is_carried_out_and_once_it_is_costs_no_write(self, world: World) -> None:
        self._listed(world)
        await world.converge(serviceTemplate=LARGE)
        annotations = world.find("Service")["metadata"]["annotations"]
        assert annotations == LARGE["metadata"]["annotations"]
        assert not (await world.reconcile()).wrote
        assert [str(call) for call in world.client.calls] == [LIST]
        assert world.client.calls[0].query == {"fieldSelector": "metadata.name=web"}

    async def test_is_not_read_if_it_is_refused(self, world: World) -> None:
        world.tell(world.request(ports=["x" * 9000]))
        await world.reconcile()
        assert [str(call) for call in world.client.calls if call.method == "GET"] == []
        assert world.condition("Accepted")[:2] == ("False", "InvalidSpec")

    async def test_that_has_just_changed_is_not_taken_for_the_one_before(
        self, world: World
    ) -> None:
        self._listed(world)
        world.tell(world.request(serviceTemplate=LARGE))
        world.request(generation=2, ports=["81"])
        result = await world.reconcile()
        assert result.refusal is not None
        assert (result.refusal.passing, result.refusal.message) == (
            True,
            'ExposeRequest "web" has just changed',
        )
        assert [str(call) for call in world.client.calls] == [LIST]


async def test_its_own_writes_wake_nobody(world: World) -> None:
    world.tell(world.request())
    await world.reconcile()
    assert world.woken == []


async def test_an_edit_that_the_answer_to_our_own_write_tells_first_is_not_lost(
    world: World,
) -> None:
    world.tell(world.request())

    def edit(call: Call) -> None:
        world.request(generation=2, ports=["81:8080"])  # the watch lags behind

    world.client.on("PATCH", "web/status", edit)
    await world.settle()
    assert world.woken == [WEB]
    assert world.tell(world.find("ExposeRequest")) == []  # the watch catches up: no news
    world.client.on("PATCH", "web/status", lambda call: None)
    await world.settle()
    assert [port["port"] for port in world.find("Service")["spec"]["ports"]] == [81]
    assert world.find("ExposeRequest")["status"]["observedGeneration"] == 2


async def test_who_takes_its_selector_from_a_service_follows_our_own_writes(world: World) -> None:
    await world.converge(selector={"app": "one"})
    await world.converge("friend", targetRef={"kind": "Service", "name": "web"})
    world.tell(world.request(generation=2, selector={"app": "two"}))
    await world.reconcile()
    assert world.woken == [FRIEND]
    assert world.tell(world.find("Service")) == []  # the watch's echo is no news
    await world.reconcile(FRIEND)
    assert world.find("Service", "friend")["spec"]["selector"] == {"app": "two"}


async def test_who_waits_for_a_node_port_is_woken_by_our_own_write_that_gives_it_up(
    world: World,
) -> None:
    await world.converge(ports=["!30080:80:8080"])
    details = {
        "causes": [
            {
                "field": "spec.ports[0].nodePort",
                "message": "Invalid value: 30080: provided port is already allocated",
            }
        ]
    }

    def taken(call: Call) -> object:
        error = an_error(422, "provided port is already allocated")
        object.__setattr__(error, "status", {"details": details})
        return error

    world.client.on("PATCH", "services/friend", taken)
    world.tell(world.request("friend", ports=["!30080:80:8080"]))
    result = await world.reconcile(FRIEND)
    assert result.refusal is not None
    assert (result.refusal.reason, result.refusal.held_by) == ("NodePortTaken", WEB)
    world.tell(world.request(generation=2, ports=["!80:8080"]))
    await world.reconcile()
    assert world.woken == [FRIEND]


@pytest.mark.parametrize("code", [0, 429, 500, 503])
async def test_a_fault_that_passes_is_not_told(world: World, code: int) -> None:
    await world.converge()
    world.tell(world.request(generation=2, ports=["81:8080"]))
    answers = [an_error(code), None]
    world.client.on("PATCH", "services/web", lambda call: answers.pop(0))
    result = await world.reconcile()
    assert (result.refusal is not None, result.reported) == (True, False)
    assert [str(call) for call in world.client.calls] == [SERVICE]
    await world.settle()
    assert world.condition("Programmed")[0] == "True"
    assert not [call for call in world.client.calls if call.path.endswith("/events")]


async def test_a_fault_that_lasts_is_told(world: World) -> None:
    await world.converge()
    world.tell(world.request(generation=2, ports=["81:8080"]))
    world.client.on("PATCH", "services/web", lambda call: an_error(500, "etcd is slow"))
    await world.reconcile()
    world.clock.now += 11
    await world.reconcile()
    assert world.condition("Programmed") == ("False", "Pending", "etcd is slow")


async def test_after_a_fault_was_over_the_next_one_is_given_its_time_again(world: World) -> None:
    await world.converge()
    world.tell(world.request(generation=2, ports=["81:8080"]))
    answers = [an_error(500), None, an_error(500)]
    world.client.on("PATCH", "services/web", lambda call: answers.pop(0))
    for _ in range(2):
        await world.reconcile()
    world.clock.now += 11
    world.tell(world.request(generation=3, ports=["82:8080"]))
    result = await world.reconcile()
    assert (result.refusal is not None, result.reported) == (True, False)


async def test_what_the_api_server_makes_something_else_of_is_told(world: World) -> None:
    def mutate(call: Call) -> object:
        return {
            **world.client.put(
                call.path, {**call.body, "metadata": {**call.body["metadata"], "uid": "u"}}
            ),
            "spec": {**call.body["spec"], "sessionAffinity": "None"},
        }

    world.client.on("PATCH", "services/web", mutate)
    world.tell(world.request(serviceTemplate={"spec": {"sessionAffinity": "ClientIP"}}))
    result = await world.reconcile()
    assert world.client.written() == [SERVICE, STATUS]  # one write a try, and not again at once
    assert result.refusal is not None
    assert result.refusal.retry
    status, reason, message = world.condition("Programmed")
    assert (status, reason) == ("False", "FieldsOverridden")
    assert message == (
        'Service "web" was written, but spec.sessionAffinity did not come out as asked for: an '
        "admission policy or a webhook changes the object"
    )


@pytest.mark.parametrize(
    ("version", "server"),
    [
        pytest.param({"gitVersion": "v1.31.13"}, "the API server (v1.31.13)", id="known"),
        pytest.param(an_error(403), "the API server", id="unknown"),
    ],
)
async def test_a_field_that_the_api_server_drops_is_told(
    world: World, version: object, server: str
) -> None:
    def drop(call: Call) -> object:
        spec = {**call.body["spec"]}
        del spec["trafficDistribution"]
        metadata = {**call.body["metadata"], "uid": "u"}
        return world.client.put(call.path, {**call.body, "metadata": metadata, "spec": spec})

    world.client.on("PATCH", "services/web", drop)
    world.client.on("GET", "/version", lambda _: version)
    world.tell(world.request(serviceTemplate={"spec": {"trafficDistribution": "PreferSameZone"}}))
    result = await world.reconcile()
    assert world.condition("Programmed") == (
        "False",
        "FieldsOverridden",
        'Service "web" was written, but spec.trafficDistribution did not come out at all: '
        f"{server} does not know the field or has its feature switched off, or an admission "
        "policy or a webhook takes it away",
    )
    assert result.refusal is not None
    assert (result.refusal.retry, result.refusal.seldom) == (True, True)
    world.client.calls.clear()
    await world.reconcile()
    assert world.client.written() == [SERVICE]


async def test_what_is_dropped_and_what_is_changed_are_told_apart(world: World) -> None:
    def mutate(call: Call) -> object:
        spec = {**call.body["spec"], "sessionAffinity": "None"}
        del spec["internalTrafficPolicy"]
        metadata = {**call.body["metadata"], "uid": "u"}
        return world.client.put(call.path, {**call.body, "metadata": metadata, "spec": spec})

    world.client.on("PATCH", "services/web", mutate)
    template = {"sessionAffinity": "ClientIP", "internalTrafficPolicy": "Local"}
    world.tell(world.request(serviceTemplate={"spec": template}))
    result = await world.reconcile()
    assert world.condition("Programmed")[2] == (
        'Service "web" was written, but spec.internalTrafficPolicy did not come out at all: the '
        "API server does not know the field or has its feature switched off, or an admission "
        "policy or a webhook takes it away; and spec.sessionAffinity did not come out as asked "
        "for: an admission policy or a webhook changes the object"
    )
    assert result.refusal is not None
    assert not result.refusal.seldom


async def test_what_others_change_is_put_back_at_once_then_ever_more_slowly(world: World) -> None:
    await world.converge()
    writes = []
    for _ in range(300):  # ten changes a second, for half a minute
        world.tell(world.change("Service", selector={"app": "other"}))
        await world.reconcile()
        writes.append(world.find("Service")["spec"]["selector"] == {"app": "web"})
        world.clock.now += 0.1
    assert writes[0]
    assert world.client.written().count(SERVICE) == 5  # after 0, 1, 3, 7 and 15 seconds
    assert world.client.written().count(STATUS) == 1
    assert world.condition("Programmed") == (
        "False",
        "FieldsOverridden",
        '"kubectl" changed spec.selector of Service "web"; this happens again and again, and is '
        "put back ever less often",
    )


async def test_the_status_follows_a_storm_of_changes_slowly(world: World) -> None:
    await world.converge()
    for number in range(300):  # ten changes a second, each to something else
        world.tell(world.change("Service", selector={"app": f"evil-{number}"}))
        endpoints = [an_endpoint(f"10.244.1.{each}") for each in range(1, number % 3 + 1)]
        slice_body = world.client.objects["/slices/web"]
        world.tell(world.client.put("/slices/web", {**slice_body, "endpoints": endpoints}))
        await world.reconcile()
        world.clock.now += 0.1
    # Of the first seven seconds each one, until it is clear that somebody goes on; then few.
    assert world.client.written().count(STATUS) <= 12


async def test_once_nobody_changes_it_any_more_all_is_well_again(world: World) -> None:
    await world.converge()
    for _ in range(4):
        world.tell(world.change("Service", selector={"app": "other"}))
        await world.reconcile()
        world.clock.now += world.repairs.pause(WEB).total_seconds()
    before = world.condition("Programmed")
    result = await world.reconcile()
    assert world.condition("Programmed") == before
    assert before[2].startswith('"kubectl" changed spec.selector of Service "web"; ')
    assert result.refusal is not None
    assert result.refusal.retry_after is not None
    world.clock.now += result.refusal.retry_after.total_seconds() + 0.1
    result = await world.reconcile()
    assert (world.condition("Programmed")[0], result.refusal) == ("True", None)


async def test_one_change_by_hand_is_put_back_without_a_word(world: World) -> None:
    await world.converge()
    world.tell(world.change("Service", selector={"app": "other"}))
    result = await world.reconcile()
    assert (world.client.written(), result.refusal) == ([SERVICE], None)


async def test_what_the_user_changes_is_nobodys_meddling(world: World) -> None:
    await world.converge()
    for generation in range(2, 10):
        world.tell(world.request(generation=generation, selector={"app": str(generation)}))
        result = await world.reconcile()
        assert (result.wrote, result.refusal) == (True, None)


async def test_a_missing_target_that_is_watched_is_read_once(world: World) -> None:
    world.tell(world.request(targetRef={"kind": "Deployment", "name": "shop"}))
    result = await world.reconcile()
    await world.reconcile()
    assert result.refusal is not None
    assert (result.refusal.reason, result.refusal.retry) == ("TargetNotFound", False)
    assert world.condition("Accepted")[:2] == ("False", "TargetNotFound")
    assert world.watched == {"Deployment"}


async def test_one_that_may_not_be_watched_is_tried_again(world: World) -> None:
    world.is_watched = False
    world.tell(world.request(targetRef={"kind": "Deployment", "name": "shop"}))
    result = await world.reconcile()
    assert result.refusal is not None
    assert (result.refusal.reason, result.refusal.retry) == ("TargetNotFound", True)


async def test_a_workload_is_read_once_for_each_uid(world: World) -> None:
    path = "/apis/apps/v1/namespaces/shop/deployments/shop"
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": "shop", "uid": "1"},
        "spec": {"selector": {"matchLabels": {"app": "shop"}}},
    }
    world.client.put(path, deployment)
    await world.converge(targetRef={"kind": "Deployment", "name": "shop"})
    metadata = {**deployment["metadata"], "resourceVersion": "900"}  # type: ignore[dict-item]
    world.tell({"kind": "Deployment", "metadata": metadata})
    await world.reconcile()
    assert [call for call in world.client.calls if call.method == "GET"] == []
    deployment["metadata"] = {**deployment["metadata"], "uid": "2"}  # type: ignore[dict-item]
    deployment["spec"] = {"selector": {"matchLabels": {"app": "new"}}}
    metadata = {**deployment["metadata"], "resourceVersion": "901"}  # type: ignore[dict-item]
    assert world.tell({"kind": "Deployment", "metadata": metadata}) == [WEB]
    world.client.put(path, deployment)
    await world.reconcile()
    assert world.find("Service")["spec"]["selector"] == {"app": "new"}


async def test_a_service_as_target_is_never_read(world: World) -> None:
    await world.converge("friend", selector={"app": "x"})
    await world.converge(targetRef={"kind": "Service", "name": "friend"})
    assert world.find("Service")["spec"]["selector"] == {"app": "x"}
    assert not [call for call in world.client.calls if call.method == "GET"]


async def look(world: World) -> None:
    """Let so much time go by that the operator looks at what it doesn't watch."""
    world.woken.clear()
    world.clock.now += 10
    await run_until_idle(world.warnings.run())


async def test_while_a_load_balancer_has_no_address_it_is_told_what_its_controller_says(
    world: World,
) -> None:
    waiting = "waiting for a load balancer controller to give the Service an address"
    world.client.on("GET", "/events", lambda call: {"items": [a_warning()]})
    await world.converge(ports=["^80:8080"])
    assert world.condition("Ready") == ("False", "Pending", waiting)
    await look(world)
    assert world.woken == [WEB]
    await world.reconcile()
    said = f"{waiting}; service-controller says: SyncLoadBalancerFailed: quota exceeded"
    assert world.condition("Ready") == ("False", "Pending", said)
    assert (await world.reconcile()).reported is False
    service = world.find("Service")
    address = {"status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.7"}]}}}
    world.tell(world.client.put(object_path("Service", *WEB), service | address))
    await world.reconcile()
    assert world.condition("Ready") == ("True", "Ready", "the Service is up to date")
    world.client.calls.clear()
    await look(world)
    assert world.client.calls == []


async def test_who_waits_for_no_address_costs_no_look_at_events(world: World) -> None:
    await world.converge(ports=["!80:8080"])
    await look(world)
    assert world.client.calls == []


async def test_a_request_that_is_deleted_is_not_looked_for(world: World) -> None:
    await world.converge(ports=["^80:8080"])
    request = world.store.request(WEB)
    assert request is not None
    world.store.drop_request(request)
    await world.reconcile()
    await look(world)
    assert world.client.calls == []


async def test_target_refs_in_a_ring_are_refused_and_write_nothing(world: World) -> None:
    names = ("web", "friend", "third")
    for name in names:
        await world.converge(name, selector={"app": name})
    for name, target in zip(names, ("friend", "third", "web"), strict=True):
        target_ref = {"kind": "Service", "name": target}
        world.tell(world.request(name, generation=2, targetRef=target_ref))
    for _ in range(3):
        results = [await world.reconcile(Key("shop", name)) for name in names]
        wrote = [result.wrote for result in results]
    assert wrote == [False] * 3
    assert world.condition("Accepted") == (
        "False",
        "TargetHasNoSelector",
        'spec.targetRef: Service "friend" takes its selector from this request itself: write a '
        "spec.selector",
    )


async def test_a_request_that_names_its_own_service_is_refused(world: World) -> None:
    world.tell(world.request(targetRef={"kind": "Service", "name": "web"}))
    await world.reconcile()
    assert world.condition("Accepted")[:2] == ("False", "TargetHasNoSelector")


async def test_a_workload_that_its_watch_told_of_first_is_read_once(world: World) -> None:
    path = "/apis/apps/v1/namespaces/shop/deployments/shop"
    deployment = world.client.put(
        path,
        {
            "kind": "Deployment",
            "metadata": {"name": "shop", "namespace": "shop", "uid": "1"},
            "spec": {"selector": {"matchLabels": {"app": "shop"}}},
        },
    )
    world.tell(world.request(targetRef={"kind": "Deployment", "name": "shop"}))
    world.tell({"kind": "Deployment", "metadata": deployment["metadata"]})
    for _ in range(3):
        await world.reconcile()
    reads = [call for call in world.client.calls if call.path == path]
    assert len(reads) == 1


async def test_a_service_that_was_away_gets_its_node_port_again(world: World) -> None:
    await world.converge(ports=["!80:8080"])
    service = world.find("Service")
    port = {**service["spec"]["ports"][0], "nodePort": 30123}
    world.tell(world.change("Service", manager="kube-apiserver", ports=[port]))
    await world.settle()
    world.client.objects.pop("/api/v1/namespaces/shop/services/web")
    world.store.drop(trimmed_object("Service", {**service, "metadata": _later(service)}))
    denials = [an_error(403, "exceeded quota")]
    world.client.on("PATCH", "services/web", lambda call: denials.pop(0) if denials else None)
    await world.settle()
    assert world.find("ExposeRequest")["status"]["ports"] == []
    await world.settle()
    ports = [
        port
        for call in world.client.calls
        if call.path.endswith("services/web") and isinstance(call.body, dict)
        for port in call.body["spec"]["ports"]
    ]
    assert ports[-1].get("nodePort") == 30123


def _later(body: Body) -> Body:
    return {**body["metadata"], "resourceVersion": "99999"}


async def test_what_others_put_into_the_status_is_taken_out(world: World) -> None:
    await world.converge()
    request = world.find("ExposeRequest")
    foreign = {"type": "Foo", "status": "True", "reason": "Bar", "message": "by hand"}
    status = {**request["status"], "externalName": "evil.example.com"}
    status["conditions"] = [*status["conditions"], foreign]
    path = "/apis/exposer.dev/v1alpha1/namespaces/shop/exposerequests/web"
    world.tell(world.client.put(path, {**request, "status": status}))

    patches: list[Call] = []

    def answer(call: Call) -> object:
        if isinstance(call.body, list):
            patches.append(call)
            return world.client.put(path, request)
        return world.client.put(path, {**request, "status": status})

    world.client.on("PATCH", "web/status", answer)
    await world.reconcile()
    (patch,) = patches
    assert patch.body == [
        {"op": "test", "path": "/metadata/uid", "value": "uid-of-web"},
        {"op": "test", "path": "/status/conditions/4/type", "value": "Foo"},
        {"op": "remove", "path": "/status/conditions/4"},
        {"op": "remove", "path": "/status/externalName"},
    ]
    world.client.calls.clear()
    await world.reconcile()
    assert world.client.calls == []


async def test_a_restart_does_not_forget_what_was_told_of_pods(world: World) -> None:
    await world.converge()
    request = world.find("ExposeRequest")
    told = {
        "status": "False",
        "reason": "PodsNotReady",
        "message": 'the only endpoint is not ready: "np" is Running, but not ready',
    }
    conditions = [
        {**each, **told} if each["type"] == "EndpointsAvailable" else each
        for each in request["status"]["conditions"]
    ]
    slice_body = world.client.objects["/slices/web"]
    endpoint = {"addresses": ["10.244.1.11"], "conditions": {"ready": False}}
    world.tell(world.client.put("/slices/web", {**slice_body, "endpoints": [endpoint]}))
    await world.reconcile()
    status = {**world.find("ExposeRequest")["status"], "conditions": conditions}
    path = "/apis/exposer.dev/v1alpha1/namespaces/shop/exposerequests/web"
    world.tell(world.client.put(path, {**request, "status": status}))
    world.client.calls.clear()
    await world.reconcile()
    assert world.client.written() == []
