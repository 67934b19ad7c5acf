"""How long it takes to make the status of a request with thousands of endpoints.

Measured in CPU time: what else the machine does counts for nothing.

python -m benchmarks.status [--endpoints N]
"""

import argparse
import sys
from collections.abc import Sequence
from time import process_time

from exposer.observed import Snapshot
from exposer.plan import Outcome
from exposer.status import status_of
from tests.support.builders import (
    NOW,
    a_request,
    a_service,
    a_slice,
    an_accepted_request,
    an_endpoint,
)

_IN_A_SLICE = (
    100  # what the cluster puts into one (kube-controller-manager --max-endpoints-per-slice)
)
_TIMES = 50


def main(arguments: Sequence[str]) -> int:
    """Print the shortest of some times, in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.status")
    parser.add_argument("--endpoints", type=int, default=5000, help="(default: 5000)")
    options = parser.parse_args(arguments)
    snapshot = _snapshot(options.endpoints)
    request, accepted = a_request(), an_accepted_request()
    times = []
    for _ in range(_TIMES):
        began = process_time()
        status_of(request, accepted, snapshot, Outcome(), NOW)
        times.append(process_time() - began)
    print(f"a status of {options.endpoints} endpoints: {min(times) * 1000:.1f} ms")
    return 0


def _snapshot(count: int) -> Snapshot:
    endpoints = [
        an_endpoint(
            f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
            nodeName=f"node{number % 100}",
            targetRef={"kind": "Pod", "name": f"web-{number}"},
        )
        for number in range(count)
    ]
    slices = (
        a_slice(name=f"web-{at}", endpoints=endpoints[at : at + _IN_A_SLICE])
        for at in range(0, count, _IN_A_SLICE)
    )
    return Snapshot((a_service(spec={"ipFamilies": ["IPv4"]}), *slices))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
