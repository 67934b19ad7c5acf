"""Start and stop a cluster that stays, and remove old builds.

python -m localcluster up|down --state DIR
python -m localcluster clean-cache
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from localcluster.build import cleaning
from localcluster.build.versions import supported
from localcluster.cluster import Cluster
from localcluster.errors import ClusterError

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "up":
            cluster = Cluster.up(
                options.state,
                nodes=options.nodes,
                containers=options.containers,
                kubernetes=options.kubernetes,
            )
            print(f"The cluster is up. kubectl: {cluster.kubectl}")
            print(f"export KUBECONFIG={shlex.quote(str(cluster.kubeconfig))}")
        elif options.command == "down":
            Cluster.down(options.state)
            print(f"No cluster is running in {options.state}.")
        else:
            print(*cleaning.clean(), sep="\n")
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m localcluster", description="A local Kubernetes control plane."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it, unless it runs already")
    up.add_argument("--nodes", type=int, default=2, help="how many nodes to have (default: 2)")
    up.add_argument(
        "--containers", action="store_true", help="run containers, instead of only saying so"
    )
    up.add_argument(
        "--kubernetes",
        metavar="VERSION",
        help=f"one of {', '.join(each.minor for each in supported())} (default: the newest)",
    )
    down = commands.add_parser("down", help="stop it")
    commands.add_parser("clean-cache", help="remove what was built from sources that have changed")
    for command in (up, down):
        command.add_argument("--state", type=Path, required=True, help="the cluster's folder")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
