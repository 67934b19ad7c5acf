"""Tests of what is explained to users."""
