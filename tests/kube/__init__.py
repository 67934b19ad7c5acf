"""The way to the API server."""
