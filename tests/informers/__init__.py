"""Tests of the lists and the watches."""
