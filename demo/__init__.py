"""`make demo` and `make down`: a cluster, the operator and the samples, started and stopped."""
