"""The command line: the table of commands. Each reads arguments, calls a stage and prints."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from exposer.commands import convert, crd, parse, run, tracing, url
from exposer.commands.failures import CommandError
from exposer.commands.printing import tell

_PLUGIN = "kubectl-exposer"
"""What kubectl looks for when it is asked for ``kubectl exposer``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Returns:
        The exit status: 0 for success, 1 for a failure that was told, 2 for wrong arguments.
    """
    parser = argparse.ArgumentParser(
        prog="kubectl exposer" if Path(sys.argv[0]).name == _PLUGIN else "exposer",
        description="Expose workloads in Kubernetes from compact port strings.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (run, parse, crd, url, tracing, convert):
        module.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.command(options)
    except CommandError as error:
        tell(error)
        return 1
    return status
