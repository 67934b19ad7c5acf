"""The network that nodes with containers, their pods and hosts beside them are on."""

from localcluster.network.network import Network

__all__ = ["Network"]
