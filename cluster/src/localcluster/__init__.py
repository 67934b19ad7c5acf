"""A real Kubernetes as a few local processes, for tests and demonstrations.

etcd, kube-apiserver, kube-controller-manager and kube-scheduler run as they do anywhere. The nodes
come in two forms. Usually they are a stand-in that declares pods to run: it is quick, needs nothing
of the machine, and nothing listens on any address but 127.0.0.1. With containers, each node is a
set of kernel namespaces with containerd, a kubelet and kube-proxy in it, on a network that only
this machine is on: this needs Linux, root and a few programs, and then pods run and answer.
"""

from localcluster.cluster import Cluster
from localcluster.errors import ClusterError

__all__ = ["Cluster", "ClusterError"]
