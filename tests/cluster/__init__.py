"""Behaviour on a real Kubernetes: a file per promise."""
