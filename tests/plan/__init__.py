"""Tests of what is to be written."""
