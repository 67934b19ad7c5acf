"""``exposer url``: every way to reach the Service of a request."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from exposer.commands.arguments import add_cluster_to, cluster_domain, object_name
from exposer.commands.failures import CommandError
from exposer.commands.printing import as_json, show, table
from exposer.explained.breaks import breaks_in
from exposer.explained.survey import Survey
from exposer.explained.ways import Door, Ways, ways_to
from exposer.printable import one_line


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "url",
        help="every way to reach a request's Service",
        description="Print every way to reach the Service of a request: its DNS names, the "
        "environment variables of pods, the nodes' addresses with its node ports, and the load "
        "balancer.",
    )
    parser.add_argument("name", type=object_name, metavar="NAME", help="the ExposeRequest")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    parser.add_argument(
        "--cluster-domain",
        type=cluster_domain,
        metavar="DOMAIN",
        help="what the cluster's DNS names end in (default: as the request's status says)",
    )
    add_cluster_to(parser)
    parser.set_defaults(command=print_ways)


def print_ways(options: argparse.Namespace) -> int:
    """Print them."""
    # Half a second of imports, which the other commands do without.
    from exposer.commands.reading import read_survey

    survey = asyncio.run(read_survey(options))
    if survey.kind is None:
        raise CommandError(_no_service(survey))
    ways = ways_to(survey, survey.kind, options.cluster_domain)
    show(as_json(ways) if options.output == "json" else "\n".join(lines(ways)))
    return 0


def _no_service(survey: Survey) -> str:
    key = survey.request.key
    why = "; ".join(f"{each.reason}: {each.message}" for each in breaks_in(survey, ()))
    return f'error: ExposeRequest "{key.name}" in namespace "{key.namespace}" has no Service: {why}'


def lines(ways: Ways) -> Iterator[str]:
    """The ways as people read them: a section each."""
    addresses = "".join(f" {address}" for address in ways.cluster_ips)
    yield f'Service "{ways.service}" in namespace "{ways.namespace}": {ways.type}{addresses}'
    sections = {
        "DNS, inside the cluster": table(list(_names(ways)), "  "),
        "Ports, inside the cluster": table(_doors(ways.inside), "  "),
        f"Environment of pods that start now in namespace {ways.namespace}": [
            f"  {name}={value}" for name, value in ways.environment.items()
        ],
        "Nodes": table(_doors(ways.node_ports), "  "),
        "Load balancer": table(_doors(ways.load_balancer), "  "),
    }
    for heading, found in sections.items():
        if found:
            yield from ("", heading, *found)
    if ways.remarks:
        yield from ("", *map(one_line, ways.remarks))


def _names(ways: Ways) -> Iterator[tuple[str, str]]:
    short, middle, full = ways.dns
    yield short, f"in namespace {ways.namespace}"
    yield middle, "in every namespace"
    yield full, f"an alias of {ways.external_name}" if ways.external_name else "in full"
    for name in ways.pods:
        yield name, "a pod"


def _doors(doors: Sequence[Door]) -> list[tuple[str, ...]]:
    return [
        (
            door.name,
            door.url,
            door.protocol,
            door.app_protocol or "",
            *filter(None, (door.node, door.type)),
        )
        for door in doors
    ]
