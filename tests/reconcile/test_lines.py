"""Several requests want what only one can have: in what order, what each says, who is woken."""

from typing import Any

import pytest

from exposer.observed import Key
from tests.reconcile.world import World
from tests.support.builders import a_service_body, a_service_port
from tests.support.fake_client import Body, an_error
from tests.support.node_ports import allocate_node_ports

NAMES = ("first", "second", "third")
FIRST, SECOND, THIRD = (Key("shop", name) for name in NAMES)


@pytest.fixture
def world() -> World:
    world = World()
    allocate_node_ports(world.client)
    return world


async def in_line(world: World, **spec: Any) -> None:
    """Three requests of the same spec, each a second older than the next."""
    for number, name in enumerate(NAMES):
        world.tell(world.request(name, created=f"2026-03-01T11:00:0{number}Z", **spec))
        await world.settle(Key("shop", name))


def ready(world: World) -> list[str]:
    """What the three say."""
    return [world.condition("Ready", name)[2] for name in NAMES]


ASKED_BEFORE = (
    'ExposeRequest "{}" asked for Service "one" before; set spec.serviceName to a free name'
)
UP_TO_DATE = "the Service is up to date"
HELD = (
    "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated; it is held "
    "by {}"
)
BEHIND = "node port 30080 is taken, and {}, which is older, waits for it, too"


async def test_each_that_wants_the_name_of_another_is_told_of_the_next_older_one(
    world: World,
) -> None:
    await in_line(world, serviceName="one")
    told = [UP_TO_DATE, ASKED_BEFORE.format("first"), ASKED_BEFORE.format("second")]
    assert ready(world) == told
    world.woken.clear()
    world.remove("ExposeRequest", "second")
    assert world.woken == [SECOND, THIRD]
    await world.reconcile(THIRD)
    assert world.condition("Ready", "third")[2] == ASKED_BEFORE.format("first")


async def test_who_is_next_gets_the_name_once_it_is_free(world: World) -> None:
    await in_line(world, serviceName="one")
    world.remove("ExposeRequest", "first")
    world.woken.clear()
    world.remove("Service", "one")
    assert world.woken == [FIRST, SECOND]
    await world.settle(SECOND)
    assert world.condition("Ready", "second")[2] == UP_TO_DATE


async def test_one_that_can_not_be_carried_out_keeps_the_name_from_nobody(world: World) -> None:
    await in_line(world, serviceName="one", targetRef={"kind": "Service", "name": "target"})
    assert world.condition("Accepted", "first")[1] == "TargetNotFound"
    world.tell(
        world.request("second", created="2026-03-01T11:00:01Z", generation=2, serviceName="one")
    )
    await world.settle(SECOND)
    assert world.condition("Ready", "second")[2] == UP_TO_DATE


async def test_one_that_can_be_carried_out_later_finds_the_name_taken(world: World) -> None:
    await test_one_that_can_not_be_carried_out_keeps_the_name_from_nobody(world)
    world.tell(world.request("first", generation=2, serviceName="one"))
    await world.settle(FIRST)
    assert world.condition("Ready", "first")[2] == (
        'Service "one" belongs to ExposeRequest "second"; set spec.serviceName to a free name'
    )
    result = await world.settle(SECOND)
    assert (result.wrote, result.reported, result.refusal) == (False, False, None)


def holder(version: int, *ports: Body, **metadata: Any) -> Body:
    spec = {"type": "NodePort", "ports": list(ports)}
    return a_service_body(
        name="holder",
        namespace="other",
        uid="holder",
        owner=None,
        version=version,
        spec=spec,
        **metadata,
    )


async def test_who_waits_for_a_node_port_gets_it_in_turn(world: World) -> None:
    world.tell(world.client.put("/holder", holder(1, a_service_port(node_port=30080))))
    await in_line(world, ports=["!30080:80:8080"])
    behind = [BEHIND.format(f'ExposeRequest "{name}"') for name in NAMES[:2]]
    assert ready(world) == [HELD.format("a Service in another namespace"), *behind]
    assert world.tell(world.client.put("/holder", holder(1))) == [FIRST]
    await world.reconcile(FIRST)
    assert world.woken == [SECOND]
    await world.settle(FIRST)
    await world.settle(SECOND)
    assert ready(world) == [UP_TO_DATE, HELD.format('Service "first"'), behind[1]]


async def test_who_waits_behind_a_request_of_another_namespace_is_not_told_of_which(
    world: World,
) -> None:
    world.tell(world.client.put("/holder", holder(1, a_service_port(node_port=30080))))
    spec: Any = {"ports": ["!30080:80:8080"]}
    world.tell(world.request("secret", namespace="other", created="2026-01", **spec))
    await world.settle(Key("other", "secret"))
    await in_line(world, **spec)
    assert ready(world)[0] == BEHIND.format("an ExposeRequest in another namespace")


async def test_who_wants_the_node_port_no_more_lets_the_next_one_try(world: World) -> None:
    world.tell(world.client.put("/holder", holder(1, a_service_port(node_port=30080))))
    await in_line(world, ports=["!30080:80:8080"])
    world.tell(world.request("first", generation=2))
    await world.reconcile(FIRST)
    assert world.woken == [SECOND]
    await world.settle(SECOND)
    assert ready(world)[1] == HELD.format("a Service in another namespace")


async def test_who_may_not_have_a_service_leaves_the_node_port_to_the_next(world: World) -> None:
    world.tell(world.client.put("/holder", holder(1, a_service_port(node_port=30080))))
    await in_line(world, ports=["!30080:80:8080"])
    world.tell(world.client.put("/holder", holder(1)))
    world.tell(
        world.request("first", generation=2, ports=["!30080:80:8080"], selector={"no": "no"})
    )

    world.client.on("PATCH", "services/first", lambda call: an_error(403, "exceeded quota"))
    await world.settle(FIRST)
    assert world.woken == [SECOND]
    await world.settle(SECOND)
    assert ready(world)[1] == UP_TO_DATE
