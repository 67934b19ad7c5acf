"""Tests of the objects that ought to stand."""
