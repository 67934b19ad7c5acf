"""``exposer convert``: existing Services as ExposeRequests."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from exposer.api.identity import API_VERSION, KIND
from exposer.commands.arguments import add_cluster_to, converted_service
from exposer.commands.failures import CommandError
from exposer.commands.printing import as_yaml, show, tell
from exposer.explained.backends import UNKNOWN, Backends, InconvertibleError, backends_in
from exposer.explained.conversion import Conversion, conversion_of

Body = dict[str, Any]

_DESCRIPTION = """\
Print an existing Service as the ExposeRequest that makes it. What a request can't say is told on
stderr. A file is converted without a cluster: each Service in it becomes a request.

    exposer convert svc/web > request.yaml
    exposer convert -f service.yaml
"""


def add_to(commands: Any) -> None:
    """Add the command to the table."""
    parser = commands.add_parser(
        "convert",
        help="an existing Service as an ExposeRequest",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "name", nargs="?", type=converted_service, metavar="svc/NAME", help="a Service"
    )
    source.add_argument(
        "-f", "--filename", metavar="FILE", help="YAML or JSON with Services in it; - for stdin"
    )
    add_cluster_to(parser)
    parser.set_defaults(command=print_converted)


def print_converted(options: argparse.Namespace) -> int:
    """Print the requests; in a file with several Services, of all that there is one for."""
    if options.filename is None:
        return _print_standing(options)
    services = list(_services(_documents(options.filename)))
    if not services:
        raise CommandError(f"error: there is no Service in {options.filename}")
    failed = 0
    separator = ""
    for service in services:
        try:
            conversion = _conversion(service, UNKNOWN)
        except CommandError as error:
            tell(error)
            failed = 1
            continue
        show(separator + _told(conversion))
        separator = "---\n"
    return failed


def _print_standing(options: argparse.Namespace) -> int:
    # Half a second of imports, which the other commands do without.
    from exposer.commands.reading import read_service

    service, slices = asyncio.run(read_service(options))
    has_selector = bool(service["spec"].get("selector"))
    try:
        backends = UNKNOWN if has_selector else backends_in(slices)
    except InconvertibleError as error:
        raise _refusal(service, error) from error
    conversion = _conversion(service, backends)
    # Endpoints without a selector are somebody's, too, and would have to go first.
    if not backends.addresses and not service["metadata"].get("ownerReferences"):
        goes_on = _CHANGES if conversion.losses else _GOES_ON
        show(_handover(options.name, service["metadata"]["namespace"], goes_on))
    show(_told(conversion))
    return 0


def _conversion(service: Body, backends: Backends) -> Conversion:
    try:
        return conversion_of(service, backends)
    except InconvertibleError as error:
        raise _refusal(service, error) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # what a file may hold
        raise CommandError("error: that is not a Service as core/v1 has it") from error


def _refusal(service: Body, error: InconvertibleError) -> CommandError:
    name = service["metadata"]["name"]
    return CommandError(f'error: Service "{name}" can\'t be converted: {error}')


def _told(conversion: Conversion) -> str:
    """The document; what it loses goes to stderr."""
    for loss in conversion.losses:
        tell(f"Warning: {loss}")
    return as_yaml(conversion.request)


_GOES_ON = "# then give the Service to it. It goes on as it is, and nothing is interrupted;"
_CHANGES = """\
# then give the Service to it. It goes on, but for what the warnings tell; a port whose name changes
# is out of reach until its endpoints have that name, too, which takes a moment;"""


def _handover(name: str, namespace: str, goes_on: str) -> str:
    """How the request gets the Service that stands: it must own it, and users may say so."""
    owner = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": name,
        "uid": "'$uid'",
        "controller": True,
        "blockOwnerDeletion": True,
    }
    patch = json.dumps({"metadata": {"ownerReferences": [owner]}}, separators=(",", ":"))
    return f"""\
# Service "{name}" stands already, and a request leaves alone what it does not own. Apply this, and
{goes_on}
# from then on it is deleted with the request.
#   uid=$(kubectl get exposerequest {name} -n {namespace} -o jsonpath='{{.metadata.uid}}')
#   kubectl patch service {name} -n {namespace} --type=merge -p '{patch}'"""


def _documents(filename: str) -> list[Any]:
    try:
        text = sys.stdin.read() if filename == "-" else Path(filename).read_text(encoding="utf-8")
        return list(yaml.safe_load_all(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CommandError(f"error: {filename} can't be read: {error}") from error


def _services(documents: Iterable[Any]) -> Iterator[Body]:
    """The Services among the documents, and in the lists among them."""
    for document in documents:
        if not isinstance(document, dict):
            continue
        if document.get("kind") in ("List", "ServiceList"):
            yield from _services(document.get("items") or ())
        elif document.get("kind") == "Service" and document.get("apiVersion") == "v1":
            yield document
