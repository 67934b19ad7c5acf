"""Tests of the records of what stands."""
