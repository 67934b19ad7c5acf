"""Tests of the embedded Kubernetes: real processes, real connections."""
