"""How long a request takes to be Ready, next to a bare create of a Service in the same run.

python -m benchmarks.latency [--requests N]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from localcluster import Cluster
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator

_PORTS = [{"port": 80}]


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency")
    parser.add_argument("--requests", type=int, default=200, help="how many of each (default: 200)")
    count = parser.parse_args(arguments).requests
    with tempfile.TemporaryDirectory() as folder, Cluster.start() as cluster:
        install(cluster)
        log = Path(folder) / "operator.log"
        with OperatorProcess(operator_kubeconfig(cluster), log):
            space = Space(administrator(cluster), cluster, "bench")
            space.until_settled()
            services, requests = _measure(space, count)
    print(f"milliseconds, {count} of each, in turns")
    print(f"{'':30}{'median':>8}{'99 %':>8}")
    _print("create of a Service", services)
    _print("create of a request until Ready", requests)
    ratio = statistics.median(requests) / statistics.median(services)
    print(f"ratio of the medians: {ratio:.1f}")
    return 0


def _measure(space: Space, count: int) -> tuple[list[float], list[float]]:
    """In turns, so that what else the machine does slows both down alike."""
    services, requests = [], []
    for number in range(count):
        bare, exposed = f"bare-{number}", f"exposed-{number}"
        services.append(_timed(partial(_create_service, space, bare)))
        requests.append(_timed(partial(_create_request, space, exposed)))
    return services, requests


def _create_service(space: Space, name: str) -> None:
    space.create("Service", name, spec={"ports": _PORTS})


def _create_request(space: Space, name: str) -> None:
    space.expose("80", name=name)
    space.until_ready(name)


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def _print(what: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    last = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    print(f"{what:32}{statistics.median(ordered):6.1f}{last:8.1f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
