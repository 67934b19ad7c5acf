"""Tests of the story of one request."""
