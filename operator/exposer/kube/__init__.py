"""The way to the API server: where it is, as whom, by which paths; each call and its errors."""

from exposer.kube.client import Client
from exposer.kube.errors import ApiError

__all__ = ["ApiError", "Client"]
