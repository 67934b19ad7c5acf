"""Programs built from source, once a version, and kept in the user's cache."""

from localcluster.build.programs import COREDNS, ECHO, Program, binary, built, kubectl, kubernetes

__all__ = ["COREDNS", "ECHO", "Program", "binary", "built", "kubectl", "kubernetes"]
