"""``exposer run``: the operator."""

import argparse
import asyncio
import logging
import os
import sys
from typing import Any


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "run",
        help="run the operator",
        description="Run the operator: as the Pod's ServiceAccount in a cluster, else as the user "
        "of the kubeconfig (KUBECONFIG, ~/.kube/config).",
    )
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        help="look for requests there only; may be repeated (default: everywhere)",
    )
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run until a signal ends it."""
    # Half a second of imports, which the other commands do without.
    from exposer import engine

    _configure_logs()
    try:
        asyncio.run(engine.run(options.namespace))
    except engine.AccessError as error:
        print(f"exposer: {error}", file=sys.stderr)
        return 1
    return 0


def _configure_logs() -> None:
    """JSON lines in a cluster, text elsewhere."""
    import kopf

    in_cluster = "KUBERNETES_SERVICE_HOST" in os.environ
    kopf.configure(log_format=kopf.LogFormat.JSON if in_cluster else kopf.LogFormat.FULL)
    logging.getLogger("kopf").setLevel(logging.WARNING)  # it tells of each event handled
    logging.getLogger("kubernetes").setLevel(logging.ERROR)  # what it warns of, it raises as well
