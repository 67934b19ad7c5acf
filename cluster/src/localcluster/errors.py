"""The one exception that callers of the embedded cluster handle."""


class ClusterError(Exception):
    """The cluster cannot be built, started or stopped; the message is for people."""
