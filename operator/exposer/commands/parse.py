"""``exposer parse``: port strings explained, or as the Service that they make."""

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple

from exposer.api import AcceptedRequest, Refused, accept
from exposer.api.report import NOTHING
from exposer.commands.arguments import selector, service_name
from exposer.commands.printing import as_json, as_yaml, show, table, tell
from exposer.desired.service import service_spec
from exposer.grammar import PortString, PortStringErrors, canonical, parse_all
from exposer.grammar.nodes import WITH_NODE_PORTS

_DESCRIPTION = """\
Explain port strings, or print the Service that they make. Nothing is asked of a cluster.

Put each string in single quotes: "!", "#", "^" and "@" mean something to shells.

    exposer parse '!30080:80:http' '!https=443:8443'
    exposer parse '80:8080' --name shop --output yaml | kubectl apply -f -
"""


class Row(NamedTuple):
    """One string, explained; what the table shows of it."""

    string: str
    canonical: str
    kind: str
    name: str
    node_port: str
    port: str
    target: str
    protocol: str
    app_protocol: str


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "parse",
        help="explain port strings, or print the Service that they make",
        description=_DESCRIPTION,
        epilog="The exit status is 1 for strings that are wrong, and 2 for wrong arguments. No "
        'port string begins with "-".',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "strings", nargs="+", metavar="STRING", help="the port strings of one request"
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=("table", "yaml", "json"),
        default="table",
        help="the strings explained, or the Service (default: table)",
    )
    parser.add_argument(
        "--name", type=service_name, default="web", help="the Service's name (default: web)"
    )
    parser.add_argument("--namespace", help="the Service's namespace (default: left out)")
    parser.add_argument(
        "--selector",
        type=selector,
        metavar="KEY=VALUE,...",
        help="the labels of the pods (default: app=NAME)",
    )
    parser.set_defaults(command=print_parsed)


def print_parsed(options: argparse.Namespace) -> int:
    """Print what the strings say, or what is wrong with them."""
    spec = {"ports": options.strings}
    if options.selector is not None:
        spec["selector"] = options.selector
    try:
        strings = parse_all(options.strings)
    except PortStringErrors as errors:
        return _refuse(str(errors))
    verdict = accept(options.name, spec)
    if isinstance(verdict, Refused):
        return _refuse(verdict.message)
    if options.output == "table":
        show(_table(list(map(explained, options.strings, strings))))
    else:
        write = as_yaml if options.output == "yaml" else as_json
        show(write(_service(verdict, options.namespace)))
    for hint in verdict.hints:
        tell(f"Note: {hint}")
    return 0


def explained(text: str, string: PortString) -> Row:
    """What ``text`` says, once it is read as ``string``."""
    row = Row(text, canonical(string), string.kind, *[NOTHING] * 6)
    if string.host is not None:
        return row._replace(target=string.host)
    if string.ports is None:
        return row._replace(target="the pods, on any port")
    return row._replace(
        name=_names(string),
        node_port=_node_port(string),
        port=str(string.ports),
        target=str(string.target),
        protocol=string.protocol,
        app_protocol=string.app_protocol or NOTHING,
    )


def _names(string: PortString) -> str:
    """The names of its ports; of a range, the first and the last."""
    names = [mapping.name for mapping in string.mappings]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _node_port(string: PortString) -> str:
    if string.node_ports is not None:
        return str(string.node_ports)
    return "picked by the cluster" if string.kind in WITH_NODE_PORTS else NOTHING


def _table(rows: Sequence[Row]) -> str:
    """As kubectl prints tables; two columns only where they say something."""
    columns = {
        field: (field.upper().replace("_", "-"), *(getattr(row, field) for row in rows))
        for field in Row._fields
    }
    if all(row.canonical == row.string for row in rows):
        del columns["canonical"]
    if all(row.app_protocol == NOTHING for row in rows):
        del columns["app_protocol"]
    return "\n".join(table(list(zip(*columns.values(), strict=True))))


def _service(request: AcceptedRequest, namespace: str | None) -> dict[str, Any]:
    """The Service as a user would apply it: nobody owns it, and nobody looks after it."""
    metadata = {"name": request.service_name}
    if namespace is not None:
        metadata["namespace"] = namespace
    spec = service_spec(request)
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def _refuse(message: str) -> int:
    tell(message)
    return 1
