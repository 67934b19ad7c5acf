"""The command line: the table of commands. Each reads arguments, calls a stage and prints."""

import argparse
from collections.abc import Sequence

from exposer.commands import crd, parse, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Returns:
        The exit status: 0 for success, 1 for a failure that was told, 2 for wrong arguments.
    """
    parser = argparse.ArgumentParser(
        prog="exposer", description="Expose workloads in Kubernetes from compact port strings."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (run, parse, crd):
        module.add_to(commands)
    options = parser.parse_args(arguments)
    status: int = options.command(options)
    return status
