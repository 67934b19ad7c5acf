"""Stage 8: what stands, explained: the ways in, the chain to the pods, the request behind it. Pure.

It serves those who ask, not the operator: nothing of it ends in an object of the cluster.
"""
