"""How soon the requests of nine namespaces are Ready, alone and beside a hostile one.

Next to a bare create of a Service at the same time: what the machine and the API server have to do
beside slows both down alike. Each kind of hostility on a cluster and with an operator of its own.

python -m benchmarks.tenants [--requests N] [--seconds N] [MODE ...]
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from localcluster import Cluster
from localcluster.api import ApiError
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator

_TENANTS = 9
_CLIENTS = 3  # threads of the tenants, and as many of the hostile one
_TWICE_A_SECOND = 0.5 * _CLIENTS  # the pause of each hostile client, in seconds
_NODE_PORT = 30999

Act = Callable[[Space, int], object]


class Mode(NamedTuple):
    """A kind of hostility.

    Attributes:
        prepare: What stands before, made once.
        each: What is made so many times before.
        act: What is done during the measurement, for each in turn, again and again.
        pause: After each act, in seconds.
        once: Each act is done once only.
    """

    prepare: Callable[[Space], object]
    each: Act
    act: Act
    pause: float = 0.0
    once: bool = False


class Measured(NamedTuple):
    """What a measurement found.

    Attributes:
        requests: Seconds from applied to Ready, in order.
        services: Seconds that the create of a bare Service took, in order.
        resident: The operator's memory in MiB.
    """

    requests: list[float]
    services: list[float]
    resident: float


def main(arguments: Sequence[str]) -> int:
    """Measure each mode, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tenants")
    parser.add_argument("--requests", type=int, default=400, help="hostile ones (default: 400)")
    parser.add_argument("--seconds", type=int, default=30, help="of measurement (default: 30)")
    parser.add_argument("modes", nargs="*", metavar="MODE", help=f"of {', '.join(_MODES)}")
    options = parser.parse_args(arguments)
    if unknown := set(options.modes) - set(_MODES):
        parser.error(f"no such mode: {', '.join(sorted(unknown))}")
    print(f"{options.requests} requests in a hostile namespace, {_TENANTS} other namespaces")
    print(f"{'seconds':30}{'Service':>15}{'until Ready':>16}{'ratio':>15}{'MiB':>6}")
    print(f"{'':30}" + f"{'median':>8}{'99 %':>8}" * 3)
    for name in options.modes or _MODES:
        with tempfile.TemporaryDirectory() as folder, Cluster.start() as cluster:
            install(cluster)
            operator = OperatorProcess(operator_kubeconfig(cluster), Path(folder) / "log")
            operator.start()
            try:
                _compare(cluster, operator, name, options.requests, options.seconds)
            finally:
                operator.kill()
    return 0


def _compare(
    cluster: Cluster, operator: OperatorProcess, name: str, requests: int, seconds: int
) -> None:
    tenants = [Space(administrator(cluster), cluster, f"{name}-{n}") for n in range(_TENANTS)]
    tenants[0].until_settled()
    alone = _measure(tenants, operator, lambda: time.sleep(seconds))
    _print(f"{name}: alone", alone)
    mode = _MODES[name]
    hostile = [
        Space.known(administrator(cluster), cluster, f"hostile-{name}") for _ in range(_CLIENTS)
    ]
    Space(administrator(cluster), cluster, f"hostile-{name}")
    mode.prepare(hostile[0])
    _spread(hostile, requests, mode.each)
    with suppress(AssertionError):
        hostile[0].until_settled()
    beside = _measure(tenants, operator, lambda: _act(hostile, mode, requests, seconds))
    _print(f"{name}: beside", beside)


def _act(spaces: Sequence[Space], mode: Mode, requests: int, seconds: int) -> None:
    """Do it to all, in turn, until the time is over; some of it fails, as others write, too."""
    end = time.monotonic() + seconds

    def act(space: Space, number: int) -> None:
        if time.monotonic() < end or mode.once:
            with suppress(ApiError, OSError):
                mode.act(space, number)
            time.sleep(mode.pause)

    while time.monotonic() < end:
        if mode.once and requests == 0:
            time.sleep(_TWICE_A_SECOND)
            continue
        _spread(spaces, requests, act)
        requests = 0 if mode.once else requests


def _measure(
    tenants: Sequence[Space], operator: OperatorProcess, meanwhile: Callable[[], None]
) -> Measured:
    """Each tenant's requests one after the other, until something else is over."""
    over = threading.Event()
    names = count()

    requests: list[float] = []
    services: list[float] = []

    def ask(spaces: Sequence[Space]) -> None:
        while not over.is_set():
            for space in spaces:
                name = f"web-{next(names)}"
                started = time.monotonic()
                space.create("Service", f"bare-{name}", spec={"ports": [{"port": 80}]})
                services.append(time.monotonic() - started)
                started = time.monotonic()
                space.expose("80", name=name)
                with suppress(AssertionError):  # not Ready as long as anybody waits: told as that
                    space.until_ready(name)
                requests.append(time.monotonic() - started)
                space.delete("ExposeRequest", name)
                space.delete("Service", f"bare-{name}")

    with ThreadPoolExecutor(_CLIENTS) as threads:
        asked = [threads.submit(ask, tenants[first::_CLIENTS]) for first in range(_CLIENTS)]
        try:
            meanwhile()
        finally:
            over.set()
        for each in asked:
            each.result()
    return Measured(sorted(requests), sorted(services), operator.resident / 2**20)


def _spread(spaces: Sequence[Space], requests: int, act: Act) -> None:
    """Do it so often, by all clients at once."""

    def work(space: Space, share: range) -> None:
        for number in share:
            act(space, number)

    with ThreadPoolExecutor(len(spaces)) as threads:
        shares = [range(first, requests, len(spaces)) for first in range(len(spaces))]
        list(threads.map(work, spaces, shares))


def _print(what: str, measured: Measured) -> None:
    services, requests = _median_and_last(measured.services), _median_and_last(measured.requests)
    ratios = [request / service for request, service in zip(requests, services, strict=True)]
    figures = "".join(f"{each:8.3f}" for each in (*services, *requests))
    told = "".join(f"{each:8.1f}" for each in ratios)
    print(f"{what:30}{figures}{told}{measured.resident:6.0f}", flush=True)


def _median_and_last(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), times[min(len(times) - 1, round(len(times) * 0.99))]


def _nothing(_space: Space) -> None:
    pass


def _name(number: int) -> str:
    return f"evil-{number}"


def _ask_for_one_name(space: Space, number: int) -> None:
    space.expose("80", name=_name(number), serviceName="one")


def _delete_all(space: Space, number: int) -> None:
    if number == 0:
        space.delete_all("ExposeRequest")


def _hold_node_port(space: Space) -> None:
    ports = [{"port": 80, "nodePort": _NODE_PORT}]
    space.create("Service", "one", spec={"type": "NodePort", "ports": ports})


def _ask_for_node_port(space: Space, number: int) -> None:
    space.expose(f"!{_NODE_PORT}:80:80", name=_name(number))


def _annotate_service(space: Space, number: int) -> None:
    annotations = {"at": str(time.monotonic())}
    space.patch("Service", "one", {"metadata": {"annotations": annotations}})


def _change_other_port(space: Space, number: int) -> None:
    ports = [{"name": "one", "port": 80, "nodePort": _NODE_PORT}]
    other = [{"name": "other", "port": 81}] if number % 2 else []
    space.patch("Service", "one", {"spec": {"ports": [*ports, *other]}})


def _make_target(space: Space) -> None:
    space.create("Service", "one", spec={"ports": [{"port": 80}], "selector": {"app": "one"}})


def _aim_at_service(space: Space, number: int) -> None:
    space.expose("80", name=_name(number), targetRef={"kind": "Service", "name": "one"})


def _make_deployment(space: Space) -> None:
    space.create_deployment("one", 0, [])


def _aim_at_deployment(space: Space, number: int) -> None:
    space.expose("80", name=_name(number), targetRef={"kind": "Deployment", "name": "one"})


def _replace_deployment(space: Space, number: int) -> None:
    space.delete("Deployment", "one")
    space.create_deployment("one", 0, [])


def _expose(space: Space, number: int) -> None:
    space.expose("80", name=_name(number))


def _edit(space: Space, number: int) -> None:
    space.ask(_name(number), ports=[str(time.monotonic_ns() % 60000 + 1)])


def _replace(space: Space, number: int) -> None:
    space.delete("ExposeRequest", _name(number))
    space.expose("80", name=_name(number))


def _fight(space: Space, number: int) -> None:
    selector = {"app": str(time.monotonic_ns())}
    space.patch("Service", _name(number), {"spec": {"selector": selector}})


def _set_quota(space: Space) -> None:
    space.create("ResourceQuota", "none", spec={"hard": {"services": "0"}})


def _pass(_space: Space, _number: int) -> None:
    time.sleep(_TWICE_A_SECOND)


_MODES = {
    "one-name-deleted": Mode(_nothing, _ask_for_one_name, _delete_all, once=True),
    "node-port-annotated": Mode(
        _hold_node_port, _ask_for_node_port, _annotate_service, _TWICE_A_SECOND
    ),
    "other-port-changed": Mode(
        _hold_node_port, _ask_for_node_port, _change_other_port, _TWICE_A_SECOND
    ),
    "target-annotated": Mode(_make_target, _aim_at_service, _annotate_service, _TWICE_A_SECOND),
    "deployment-replaced": Mode(
        _make_deployment, _aim_at_deployment, _replace_deployment, _TWICE_A_SECOND
    ),
    "specs-edited": Mode(_nothing, _expose, _edit),
    "requests-replaced": Mode(_nothing, _expose, _replace),
    "services-fought-over": Mode(_nothing, _expose, _fight),
    "all-over-quota": Mode(_set_quota, _expose, _pass),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
