"""``exposer run``: the operator."""

import argparse
import asyncio
import logging
import os
import sys
from datetime import timedelta
from re import fullmatch
from typing import Any

from exposer.grammar.errors import quoted


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
        type=namespace,
        help="look for requests there only; may be repeated (default: everywhere)",
    )
    parser.add_argument(
        "--liveness",
        type=address,
        metavar="[HOST:]PORT",
        help="answer /healthz there: with status 503 when a watch is dead (default: don't)",
    )
    parser.add_argument(
        "--watch-silence",
        type=seconds,
        default=70,
        metavar="SECONDS",
        help="make a watch anew when nothing was heard on it for so long; the API server sends "
        "something about once a minute (default: %(default)s)",
    )
    parser.set_defaults(command=run)


def namespace(text: str) -> str:
    """A namespace: a pattern, which kopf would take, matches none."""
    if not fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not the name of a namespace")
    return text


def address(text: str) -> tuple[str | None, int]:
    """``8080``, ``127.0.0.1:8080`` or ``[::1]:8080``."""
    host, _colon, port = text.rpartition(":")
    if not fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not an address: write [HOST:]PORT")
    return host.strip("[]") or None, int(port)


def seconds(text: str) -> float:
    """A time that is not zero."""
    if not fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of seconds")
    return float(text)


def run(options: argparse.Namespace) -> int:
    """Run until a signal ends it."""
    # Half a second of imports, which the other commands do without.
    from exposer import engine

    _configure_logs()
    try:
        asyncio.run(
            engine.run(
                options.namespace,
                timedelta(seconds=options.watch_silence),
                engine.Address(*options.liveness) if options.liveness else None,
            )
        )
    except (engine.AccessError, engine.ListenError) as error:
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
