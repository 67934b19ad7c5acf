"""The way to the API server: where it is, as whom, by which paths; each call and its errors."""

from exposer.kube.access import Access, find_access
from exposer.kube.client import Client, Page
from exposer.kube.connection import Connection
from exposer.kube.errors import AccessError, ApiError

__all__ = ["Access", "AccessError", "ApiError", "Client", "Connection", "Page", "find_access"]
