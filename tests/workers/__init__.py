"""Tests of what wakes requests, and how they are reconciled."""
