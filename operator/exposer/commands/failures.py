"""What ends a command: told on stderr, with exit status 1."""


class CommandError(Exception):
    """The command can't go on; the text is what the user is told."""
