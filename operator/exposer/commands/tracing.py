"""``exposer trace``: the chain from outside to the pods, and where it breaks."""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from exposer.commands.arguments import add_cluster_to, object_name
from exposer.commands.mermaid import flowchart
from exposer.commands.printing import as_json, show, table
from exposer.explained.breaks import Break
from exposer.explained.chain import Chain, chain_of
from exposer.explained.endpoints import Endpoint
from exposer.explained.places import authority
from exposer.explained.shares import REFUSALS, Spread
from exposer.explained.strands import Strand
from exposer.printable import one_line

Row = tuple[str, str, str, str]


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "trace",
        help="the chain from outside to a request's pods, and where it breaks",
        description="Print the chain from the nodes or the load balancer over the ClusterIP to "
        "the endpoints, each with its share of new connections, and where it breaks.",
        epilog="The exit status is 0 if the chain is whole, 1 if it breaks, and 2 for wrong "
        "arguments.",
    )
    parser.add_argument("name", type=object_name, metavar="NAME", help="the ExposeRequest")
    parser.add_argument(
        "-o",
        "--output",
        choices=tuple(_WRITERS),
        default="text",
        help="text, records, or a picture for Mermaid (default: text)",
    )
    add_cluster_to(parser)
    parser.set_defaults(command=print_chain)


def print_chain(options: argparse.Namespace) -> int:
    """Print it; the exit status tells whether it is whole."""
    # Half a second of imports, which the other commands do without.
    from exposer.commands.reading import read_survey

    chain = chain_of(asyncio.run(read_survey(options)))
    show(_WRITERS[options.output](chain))
    return 0 if chain.whole else 1


def text(chain: Chain) -> str:
    """The chain as people read it: a block for each port and IP family."""
    return "\n".join(_lines(chain)) + "\n"


def _lines(chain: Chain) -> Iterator[str]:
    what = f'{chain.type} Service "{chain.service}"' if chain.type else "no Service"
    yield f'ExposeRequest "{chain.name}" in namespace "{chain.namespace}": {what}'
    for strand in chain.ports:
        yield from ("", _heading(strand), *table(_labelled_once(_rows(strand)), "  "))
    if chain.remarks:
        yield from ("", *map(one_line, chain.remarks))
    yield ""
    if chain.whole:
        yield "The chain is whole, as far as the API server knows. No traffic was sent."
    for found in chain.breaks:
        yield from _broken(found)


def _heading(strand: Strand) -> str:
    if strand.port is None:
        return f"all ports ({strand.family})"
    spoken = f", {strand.app_protocol}" if strand.app_protocol else ""
    target = f"to {strand.target}"
    return f"{strand.name}: port {strand.port}/{strand.protocol}{spoken} {target} ({strand.family})"


def _rows(strand: Strand) -> Iterator[Row]:
    """From outside to inside: what it is, where it is, the share, and whose it is."""
    for entrance in strand.entrances:
        place = authority(entrance.host, entrance.port)
        everywhere = "any node" if entrance.via == "NodePort" else "load balancer"
        yield "outside", place, "", entrance.node or everywhere
    if strand.cluster_ip:
        yield "ClusterIP", authority(strand.cluster_ip, strand.port), "", ""
    for route in strand.routes:
        yield from _shares(strand, route.label or "endpoints", route.spread)
    for endpoint in strand.idle:
        in_dns = strand.cluster_ip is None and endpoint.ready
        yield "in DNS" if in_dns else "no traffic", str(endpoint), "", _whose(endpoint)


def _labelled_once(rows: Iterable[Row]) -> list[Row]:
    """The rows, each label before the first of those that have it."""
    told: list[Row] = []
    last = ""
    for label, place, share, whose in rows:
        told.append(("" if label == last else label, place, share, whose))
        last = label
    return told


def _shares(strand: Strand, label: str, spread: Spread) -> Iterator[Row]:
    by_place = {(each.ip, each.port): each for each in strand.endpoints}
    for share in spread.shares:
        endpoint = by_place[share.ip, share.port]
        yield label, str(endpoint), f"{share.share:.3g}", _whose(endpoint)
    if spread.refused:
        yield label, "none", "", REFUSALS[spread.refused]


def _whose(endpoint: Endpoint) -> str:
    whose = " on ".join(filter(None, (endpoint.pod, endpoint.node)))
    state = "shutting down" if endpoint.terminating else "" if endpoint.ready else "not ready"
    return ", ".join(filter(None, (whose, state)))


def _broken(found: Break) -> Iterator[str]:
    where = f" at {', '.join(found.ports)}" if found.ports else ""
    first, *more = found.message.splitlines()
    yield f"It breaks{where}: {one_line(found.reason)}: {first}"
    yield from (f"  {line}" for line in more)
    if found.remedy:
        yield f"  {found.remedy}"


_WRITERS: Mapping[str, Callable[[Chain], str]] = {
    "text": text,
    "json": as_json,
    "mermaid": flowchart,
}
