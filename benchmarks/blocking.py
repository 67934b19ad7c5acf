"""The longest that anything held the operator's event loop, in a run that asks much of it.

Measured in CPU time: what else the machine does counts for nothing.

python -m benchmarks.blocking [--services N] [--requests N] [--pods N]
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
from asyncio.events import Handle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import thread_time

from exposer import manager
from exposer.options import Options
from localcluster import Cluster
from tests.support.operator_process import install, operator_kubeconfig
from tests.support.space import Space, administrator

_THREADS = 8  # clients at once


def main(arguments: Sequence[str]) -> int:
    """Measure each phase, and print a table in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.blocking")
    parser.add_argument("--services", type=int, default=2000, help="foreign ones (default: 2000)")
    parser.add_argument("--requests", type=int, default=500, help="(default: 500)")
    parser.add_argument("--pods", type=int, default=200, help="of one workload (default: 200)")
    options = parser.parse_args(arguments)
    with Cluster.start() as cluster:
        install(cluster)
        spaces = [Space(administrator(cluster), cluster, f"bench-{n}") for n in range(_THREADS)]
        _spread(spaces, options.services, _create_service)
        print(f"{'milliseconds on the event loop':42}{'longest':>8}")
        with _Measured(operator_kubeconfig(cluster)) as operator:
            spaces[0].until_settled()
            operator.tell(f"start, with {options.services} Services in the cluster")
            _spread(spaces, options.requests, _create_request)
            _settle(spaces)
            operator.tell(f"{options.requests} new requests")
            _spread(spaces, options.requests, _change_request)
            _settle(spaces)
            operator.tell(f"{options.requests} changed requests")
            spaces[0].create_deployment("shop", options.pods, [{"containerPort": 8080}])
            spaces[0].expose("80:8080", name="shop")
            spaces[0].until_endpoints("shop", options.pods, options.pods)
            operator.tell(f"a workload of {options.pods} pods comes up")
        with _Measured(operator_kubeconfig(cluster)) as operator:
            spaces[0].until_settled()
            operator.tell("start, with all that")
    return 0


class _Measured:
    """The operator in a process of its own, measured."""

    def __init__(self, kubeconfig: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.blocking", "--inside"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "KUBECONFIG": str(kubeconfig)},
        )

    def __enter__(self) -> "_Measured":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def tell(self, phase: str) -> None:
        """Print the longest since the last time."""
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGUSR1)
        longest, callback = self._process.stdout.readline().split(" ", 1)
        print(f"{phase:42}{float(longest) * 1000:8.1f}   {callback.strip()[:60]}", flush=True)


def _spread(spaces: Sequence[Space], count: int, action: Callable[[Space, str], object]) -> None:
    """Do it so often, in all spaces at once; a space's client is one thread's."""

    def work(space: Space, share: range) -> None:
        for number in share:
            action(space, f"web-{number}")

    with ThreadPoolExecutor(len(spaces)) as threads:
        shares = [range(first, count, len(spaces)) for first in range(len(spaces))]
        list(threads.map(work, spaces, shares))


def _settle(spaces: Sequence[Space]) -> None:
    for space in spaces:
        space.until_settled()


def _create_service(space: Space, name: str) -> None:
    space.create("Service", f"bare-{name}", spec={"ports": [{"port": 80}], "selector": {"a": name}})


def _create_request(space: Space, name: str) -> None:
    space.expose("!http=80", "!https=443:8443", "!8000-8009", name=name)


def _change_request(space: Space, name: str) -> None:
    space.ask(name, ports=["!http=80", "!8000-8019"])


class _Longest:
    """The longest callback of the event loop since the last time it was asked for."""

    def __init__(self) -> None:
        self._longest, self._callback = 0.0, "none"

    def run(self, handle: Handle) -> None:
        """Run a callback as the event loop does."""
        started = thread_time()
        _run(handle)
        took = thread_time() - started
        if took > self._longest:
            self._longest, self._callback = took, repr(handle).replace("\n", " ")

    def tell(self) -> None:
        print(self._longest, self._callback, flush=True)
        self._longest, self._callback = 0.0, "none"


_run = Handle._run


async def _inside() -> None:
    """Run the operator; with each SIGUSR1 print the longest callback."""
    longest = _Longest()
    Handle._run = lambda handle: longest.run(handle)  # type: ignore[method-assign, assignment]
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, longest.tell)
    await manager.run(Options())


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        asyncio.run(_inside())
    else:
        sys.exit(main(sys.argv[1:]))
