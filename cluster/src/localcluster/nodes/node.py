"""The process that stands in for the nodes: registers them and says that their pods run.

Run by the supervisor, one thread per node. Towards the API server each thread is what a kubelet is:
it has the node's certificate, and sees and changes what the Node authorizer lets that node see and
change. So real kubelets can take its place without anybody noticing.

    python -m localcluster.nodes.node --state DIR --server URL --nodes N
"""

import argparse
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from pathlib import Path
from typing import Protocol

from localcluster.api import Api, tls_context
from localcluster.layout import Layout
from localcluster.node_specs import node_specs
from localcluster.nodes.stand_in import StandIn

__all__ = ["Node", "main"]


class Node(Protocol):
    """What makes the pods of one node run."""

    def run(self) -> None:
        """Register the node, then look after its pods for as long as the process lives."""


def main(arguments: Sequence[str]) -> int:
    """Run all nodes; returns only when one of them fails."""
    parser = argparse.ArgumentParser(prog="python -m localcluster.nodes.node")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--nodes", type=int, required=True)
    options = parser.parse_args(arguments)
    layout = Layout(options.state)
    running = [
        _run_in_thread(StandIn(spec, Api(options.server, tls_context(layout, spec.name))))
        for spec in node_specs(options.nodes)
    ]
    for ended in wait(running, return_when=FIRST_EXCEPTION).done:
        ended.result()  # raises what the thread raised
    return 1


def _run_in_thread(node: Node) -> Future[None]:
    result: Future[None] = Future()

    def run() -> None:
        try:
            node.run()
        except BaseException as error:
            result.set_exception(error)
        else:
            result.set_result(None)

    # Daemons, so that the process doesn't wait for the others when one of them fails.
    threading.Thread(target=run, daemon=True).start()
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
