"""Tests of the election."""
