"""Tests of what keeps the operator running."""
