"""Tests of the port strings."""
