"""One namespace can't slow down another: each kind of hostility that is known, beside one request.

Nothing is timed. What is counted is how many reconciles of the hostile namespace begin before the
other's request is Ready, which no number of hostile requests may raise, and how many its doing
costs in all. (What one reconcile costs is counted in tests/observed/test_cost.py.)
"""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from exposer.backoff import Backoff
from exposer.kube.paths import object_path
from exposer.observed import Key, News
from exposer.reconcile import Result
from exposer.workers import StatusDebounce, Workers, WorkQueue, waking
from exposer.workers.work_queue import WORKERS
from tests.reconcile.world import World
from tests.support.builders import a_service_body, a_service_port
from tests.support.fake_client import Body, Call, an_error
from tests.support.node_ports import allocate_node_ports

GOOD = Key("good", "good")
PORT = 30080


class Operator(World):
    """All that runs, but for watches; each call takes a turn of the event loop."""

    def __init__(self) -> None:
        self.queue = WorkQueue(retry_gap=timedelta(hours=1))
        self.debounce = StatusDebounce(lambda: self.clock())
        super().__init__()
        allocate_node_ports(self.client)
        self.client.on("PATCH", "", lambda call: asyncio.sleep(0))
        self.client.on("GET", "", lambda call: asyncio.sleep(0))
        self.begun: list[Key] = []
        self.done: list[Key] = []
        self._reconcile = self.reconciler.reconcile
        self.reconciler.reconcile = self._counted  # type: ignore[method-assign]
        self.workers = Workers(self.reconciler, self.queue, self.debounce, Backoff(lambda: 1.0))

    async def work(self) -> None:
        """Work until nothing is left to do but retries."""
        self.begun.clear()
        self.done.clear()
        leads = asyncio.Event()
        leads.set()
        running = asyncio.create_task(self.workers.run(leads, lambda namespace: True))
        begun, idle = 0, 0
        while idle < 20:
            await asyncio.sleep(0)
            is_idle = begun == len(self.begun) == len(self.done)
            begun, idle = len(self.begun), idle + 1 if is_idle else 0
        running.cancel()
        await asyncio.wait({running})

    async def _counted(self, key: Key, now: datetime) -> Result:
        self.begun.append(key)
        try:
            return await self._reconcile(key, now)
        finally:
            self.done.append(key)

    def _wake(self, keys: AbstractSet[Key], news: News) -> None:
        super()._wake(keys, news)
        waking(self.queue, self.debounce)(keys, news)

    def each(self, count: int, **spec: Any) -> None:
        """So many hostile requests."""
        for number in range(count):
            name, created = f"evil-{number}", f"2026-03-01T{number:05}"
            self.tell(self.request(name, created=created, **{"ports": ["80:80"], **spec}))

    def put(self, kind: str, name: str, **changes: Any) -> None:
        """An object of the hostile namespace, as a user changes it."""
        body = self.client.objects[object_path(kind, "shop", name)]
        self.tell(self.client.put(object_path(kind, "shop", name), {**body, **changes}))


Act = Callable[[Operator, int], None]


class Hostility(NamedTuple):
    """What a tenant does.

    Attributes:
        prepare: With so many requests, before.
        act: With all of them, at once.
        each: How many reconciles that may cost for each request.
        fixed: And how many more.
    """

    prepare: Act
    act: Act
    each: int = 0
    fixed: int = 0


def service(operator: Operator, **changes: Any) -> None:
    """The Service that they all want, wait for or aim at; of nobody we know."""
    path = object_path("Service", "shop", "one")
    defaults: Body = {"name": "one", "uid": "one", "owner": None}
    operator.tell(operator.client.put(path, a_service_body(**defaults | changes)))


def with_port(*others: Body) -> Body:
    return {"ports": [a_service_port(node_port=PORT), *others]}


def one_name(operator: Operator, count: int) -> None:
    operator.each(count, serviceName="one")


def delete_all(operator: Operator, count: int) -> None:
    for number in range(count):
        operator.remove("ExposeRequest", f"evil-{number}")


def delete_backwards(operator: Operator, count: int) -> None:
    for number in reversed(range(count)):
        operator.remove("ExposeRequest", f"evil-{number}")


def one_node_port(operator: Operator, count: int) -> None:
    service(operator, spec=with_port())
    operator.each(count, ports=[f"!{PORT}:80:80"])


def annotate(operator: Operator, count: int) -> None:
    metadata = operator.find("Service", "one")["metadata"]
    for number in range(count):
        operator.put("Service", "one", metadata={**metadata, "annotations": {"a": str(number)}})


def give_up_another_port(operator: Operator, count: int) -> None:
    for number in range(count):
        service(operator, spec=with_port(*[a_service_port(81, node_port=30081)] * (number % 2)))


def give_it_up(operator: Operator, count: int) -> None:
    service(operator)


def one_address(operator: Operator, count: int) -> None:
    service(operator, spec={"clusterIPs": ["10.96.0.50"]})
    message = "failed to allocate IP 10.96.0.50: provided IP is already allocated"

    def taken(call: Call) -> object:
        if "/services/evil-" not in call.path:
            return None
        error = an_error(422, message)
        details = {"causes": [{"field": "spec.clusterIPs", "message": message}]}
        object.__setattr__(error, "status", {"details": details})
        return error

    operator.client.on("PATCH", "", taken)
    operator.each(count, serviceTemplate={"spec": {"clusterIP": "10.96.0.50"}})


def one_target(operator: Operator, count: int) -> None:
    service(operator)
    operator.each(count, targetRef={"kind": "Service", "name": "one"})


def turn_target(operator: Operator, count: int) -> None:
    for number in range(count):
        service(operator, spec={"selector": {"app": str(number)}})


def one_deployment(operator: Operator, count: int) -> None:
    replace_deployment(operator, 1)
    operator.each(count, targetRef={"kind": "Deployment", "name": "one"})


def deployment(uid: str) -> Body:
    metadata = {"name": "one", "namespace": "shop", "uid": uid}
    spec = {"selector": {"matchLabels": {"app": uid}}}
    return {"kind": "Deployment", "metadata": metadata, "spec": spec}


def label_deployment(operator: Operator, count: int) -> None:
    metadata = operator.find("Deployment", "one")["metadata"]
    for number in range(count):
        operator.put("Deployment", "one", metadata={**metadata, "labels": {"a": str(number)}})


def replace_deployment(operator: Operator, count: int) -> None:
    path = object_path("Deployment", "shop", "one")
    for number in range(count):
        if path in operator.client.objects:
            operator.remove("Deployment", "one")
        operator.tell(operator.client.put(path, deployment(f"{operator.client.version}-{number}")))


def remove_deployment(operator: Operator, count: int) -> None:
    operator.remove("Deployment", "one")


def plain(operator: Operator, count: int) -> None:
    operator.each(count)


def edit(operator: Operator, count: int) -> None:
    for generation in range(2, 12):
        for number in range(count):
            ports = [f"{generation}:80"]
            operator.tell(operator.request(f"evil-{number}", generation=generation, ports=ports))


def replace(operator: Operator, count: int) -> None:
    for number in range(count):
        operator.remove("ExposeRequest", f"evil-{number}")
        operator.tell(operator.request(f"evil-{number}"))


def fight(operator: Operator, count: int) -> None:
    for number in range(count):
        operator.tell(operator.change("Service", f"evil-{number}", selector={"app": "evil"}))


def flap(operator: Operator, count: int) -> None:
    for turn in range(10):
        for number in range(count):
            body = operator.slice_of(f"evil-{number}")
            ready = {"conditions": {"ready": bool(turn % 2)}, "addresses": ["10.244.1.11"]}
            body = operator.client.put(f"/slices/evil-{number}", {**body, "endpoints": [ready]})
            operator.tell(body)


def edit_statuses(operator: Operator, count: int) -> None:
    for number in range(count):
        operator.put("ExposeRequest", f"evil-{number}", status={"observedGeneration": 99})


def over_quota(operator: Operator, count: int) -> None:
    def refuse(call: Call) -> object:
        return an_error(403, "exceeded quota") if "/services/evil-" in call.path else None

    operator.client.on("PATCH", "", refuse)
    operator.each(count)


def retry(operator: Operator, count: int) -> None:
    for number in range(count):
        operator.queue.add([Key("shop", f"evil-{number}")])


HOSTILITIES = {
    "requests for one Service, deleted together": Hostility(one_name, delete_all, 2),
    "the same, the youngest first": Hostility(one_name, delete_backwards, 2),
    "requests for one node port, whose Service is annotated": Hostility(one_node_port, annotate),
    "the same, and it gives up another": Hostility(one_node_port, give_up_another_port, 0, 1),
    "the same, and it gives it up": Hostility(one_node_port, give_it_up, 0, 3),
    "the same, and all are deleted": Hostility(one_node_port, delete_all, 2),
    "requests for one ClusterIP, whose Service is annotated": Hostility(one_address, annotate),
    "the same, and they are deleted": Hostility(one_address, delete_all, 2),
    "requests for one target, a Service that is annotated": Hostility(one_target, annotate),
    "the same, and its selector changes": Hostility(one_target, turn_target, 1),
    "requests for one target, a Deployment whose labels change": Hostility(
        one_deployment, label_deployment
    ),
    "the same, and it is replaced": Hostility(one_deployment, replace_deployment, 1),
    "the same, and it goes": Hostility(one_deployment, remove_deployment, 1),
    "requests that are edited": Hostility(plain, edit, 1),
    "requests that are deleted and made anew": Hostility(plain, replace, 2),
    "requests whose Services others change": Hostility(plain, fight, 1),
    "requests whose endpoints come and go": Hostility(plain, flap, 1),
    "requests whose statuses others write": Hostility(plain, edit_statuses, 1),
    "requests that are refused": Hostility(over_quota, retry, 1, 1),  # one is retried
}
of_each_kind = pytest.mark.parametrize(
    "hostility", [pytest.param(each, id=name) for name, each in HOSTILITIES.items()]
)


async def prepared(hostility: Hostility, count: int) -> Operator:
    """What stands before the tenant does anything."""
    operator = Operator()
    hostility.prepare(operator, count)
    for _ in range(2):
        await operator.work()
        operator.clock.now += 20  # what waits for endpoints, or for a fault to pass, waits no more
        operator.queue.add(request.key for request in operator.store.requests)
    await operator.work()
    return operator


@of_each_kind
@pytest.mark.parametrize("count", [5, 50])
async def test_what_a_tenant_does_costs_what_it_touches_only(
    hostility: Hostility, count: int
) -> None:
    operator = await prepared(hostility, count)
    hostility.act(operator, count)
    await operator.work()
    assert len(operator.begun) <= hostility.each * count + hostility.fixed


@of_each_kind
@pytest.mark.parametrize("count", [5, 100])
async def test_a_request_beside_it_waits_for_a_few_reconciles_however_many_there_are(
    hostility: Hostility, count: int
) -> None:
    operator = await prepared(hostility, count)
    hostility.act(operator, count)
    operator.tell(operator.request(GOOD.name, namespace="good", ports=["@db.example.com"]))
    await operator.work()
    assert operator.client.objects[object_path("ExposeRequest", *GOOD)]["status"]
    assert operator.begun.index(GOOD) <= 1  # the namespaces take turns
    assert operator.done.index(GOOD) <= 3 * WORKERS  # it waits for three answers, as others do


async def test_a_target_that_is_gone_is_looked_for_once_at_most() -> None:
    operator = await prepared(HOSTILITIES["the same, and it goes"], 100)
    operator.client.calls.clear()
    remove_deployment(operator, 100)
    await operator.work()
    reads = [call for call in operator.client.calls if call.method == "GET"]
    assert (len(reads), len(operator.begun)) == (0, 100)
