"""Fuzzers: run by ``make fuzz``, not by ``make test``."""
