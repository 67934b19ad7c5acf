"""A real Kubernetes control plane as a few local processes, for tests and demonstrations.

etcd, kube-apiserver, kube-controller-manager and kube-scheduler run as they do anywhere; the nodes
are a stand-in that declares pods to run. Nothing listens on any address but 127.0.0.1.
"""

from localcluster.cluster import Cluster
from localcluster.errors import ClusterError

__all__ = ["Cluster", "ClusterError"]
