"""Tests of the status that users read."""
