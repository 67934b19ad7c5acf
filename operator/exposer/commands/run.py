"""``exposer run``: the operator."""

import argparse
import asyncio
import logging
import os
from copy import copy
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from re import fullmatch
from typing import Any

from exposer.api.destinations import IPNetwork
from exposer.api.domain import cluster_domain_in
from exposer.api.identity import CLUSTER_DOMAIN
from exposer.api.permission import EVERYTHING, Exposure, Permitted
from exposer.commands.arguments import add_kubeconfig_to, cluster_domain
from exposer.commands.printing import tell
from exposer.grammar.errors import quoted
from exposer.observed import Key
from exposer.options import LEASE_DURATION, SILENCE, Address, Options
from exposer.printable import one_line, same_lines


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "run",
        help="run the operator",
        description="Run the operator, with the credentials that are found first: --kubeconfig, "
        "KUBECONFIG, the Pod's ServiceAccount, ~/.kube/config.",
    )
    add_kubeconfig_to(parser)
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        type=namespace,
        help="look for requests there only; may be repeated (default: everywhere)",
    )
    parser.add_argument(
        "--allow-kinds",
        type=kinds,
        default=EVERYTHING,
        metavar="KIND,...",
        help=f"carry out requests of these kinds only: {', '.join(Exposure)} (default: all)",
    )
    parser.add_argument(
        "--allow-addresses",
        type=ranges,
        default=(),
        metavar="CIDR,...",
        help="carry out requests whose spec.addresses are in these ranges only (default: all)",
    )
    parser.add_argument(
        "--forbid-addresses",
        type=ranges,
        default=(),
        metavar="CIDR,...",
        help="carry out no request with one of spec.addresses in these ranges, allowed or not: "
        "those of nodes, pods and Services, for instance (default: none)",
    )
    parser.add_argument(
        "--listen",
        type=address,
        metavar="[HOST:]PORT",
        help="answer /healthz, /readyz and /metrics there (default: don't)",
    )
    parser.add_argument(
        "--lease",
        type=lease,
        metavar="NAMESPACE/NAME",
        help="one of several processes: write only while it holds this Lease (default: alone)",
    )
    parser.add_argument(
        "--lease-duration",
        type=seconds,
        default=LEASE_DURATION,
        metavar="SECONDS",
        help=f"how long a leader that is gone keeps the others waiting "
        f"(default: {LEASE_DURATION.seconds})",
    )
    parser.add_argument(
        "--watch-silence",
        type=seconds,
        default=SILENCE,
        metavar="SECONDS",
        help="make a watch anew when nothing was heard on it for so long; the API server sends "
        f"something about once a minute (default: {SILENCE.seconds})",
    )
    parser.add_argument(
        "--cluster-domain",
        type=cluster_domain,
        metavar="DOMAIN",
        help="what the cluster's DNS names end in (default: as this Pod's /etc/resolv.conf says, "
        f"else {CLUSTER_DOMAIN})",
    )
    parser.set_defaults(command=run)


def namespace(text: str) -> str:
    """A namespace: a pattern, which kopf would take, matches none."""
    if not fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not the name of a namespace")
    return text


def kinds(text: str) -> frozenset[Exposure]:
    """Names of kinds, with commas between them."""
    try:
        return frozenset(map(Exposure, text.split(",")))
    except ValueError:
        message = f"{quoted(text)} is not a list of {', '.join(Exposure)}"
        raise argparse.ArgumentTypeError(message) from None


def ranges(text: str) -> tuple[IPNetwork, ...]:
    """CIDRs, with commas between them."""
    try:
        return tuple(map(ip_network, text.split(",")))
    except ValueError as error:
        message = f'{quoted(text)} is not a list of CIDRs such as "10.0.0.0/8": {error}'
        raise argparse.ArgumentTypeError(message) from None


def lease(text: str) -> Key:
    """``NAMESPACE/NAME``."""
    if not fullmatch("[-a-z0-9]+/[-.a-z0-9]+", text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a lease: write NAMESPACE/NAME")
    place, _slash, name = text.partition("/")
    return Key(place, name)


def address(text: str) -> Address:
    """``8080``, ``127.0.0.1:8080`` or ``[::1]:8080``."""
    host, _colon, port = text.rpartition(":")
    if not fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not an address: write [HOST:]PORT")
    return Address(host.strip("[]") or None, int(port))


def seconds(text: str) -> timedelta:
    """A time that is not zero."""
    if not fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of seconds")
    return timedelta(seconds=float(text))


def run(options: argparse.Namespace) -> int:
    """Run until a signal ends it."""
    # Half a second of imports, which the other commands do without.
    from exposer import manager

    _configure_logs()
    try:
        asyncio.run(
            manager.run(
                Options(
                    kubeconfig=options.kubeconfig,
                    context=options.context,
                    namespaces=options.namespace,
                    permitted=Permitted(
                        options.allow_kinds, options.allow_addresses, options.forbid_addresses
                    ),
                    silence=options.watch_silence,
                    listen=options.listen,
                    lease=options.lease,
                    lease_duration=options.lease_duration,
                    cluster_domain=options.cluster_domain or own_domain(),
                )
            )
        )
    except (
        manager.AccessError,
        manager.KopfError,
        manager.ListenError,
    ) as error:
        tell(f"exposer: {error}")
        return 1
    return 0


def own_domain(resolv_conf: Path = Path("/etc/resolv.conf")) -> str | None:
    """As this Pod's own names end, if it is a Pod that resolves the cluster's names."""
    try:
        return cluster_domain_in(resolv_conf.read_text(errors="replace"))
    except OSError:
        return None


class OneLine(logging.Formatter):
    """Texts from the cluster make no lines of their own, and a traceback's lines are indented."""

    def __init__(self, inner: logging.Formatter) -> None:
        """Format as ``inner`` does."""
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """One line that begins as all do, and those of the traceback."""
        told = copy(record)
        told.msg, told.args = one_line(record.getMessage()), None
        return same_lines(self._inner.format(told)).replace("\n", "\n    ")


def _configure_logs() -> None:
    """JSON lines in a cluster, text elsewhere."""
    import kopf

    in_cluster = "KUBERNETES_SERVICE_HOST" in os.environ
    kopf.configure(log_format=kopf.LogFormat.JSON if in_cluster else kopf.LogFormat.FULL)
    for handler in () if in_cluster else logging.getLogger().handlers:
        handler.setFormatter(OneLine(handler.formatter or logging.Formatter()))
    logging.getLogger("kopf").setLevel(logging.WARNING)  # it tells of each event handled
