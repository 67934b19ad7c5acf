"""Nodes that run containers: namespaces with containerd, a kubelet and kube-proxy in them."""
